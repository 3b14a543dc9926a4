"""The key/value engine, version 2: single requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from strongroom.engines.kv import KvEngine
from strongroom.lib.errors import InvalidRequest, NotFound, UnsupportedOperation
from strongroom.lib.rand import SystemRandom
from strongroom.sdk import Operation, Response
from strongroom.storage.base import Snapshot
from strongroom.storage.inmem import InmemStorage
from tests.flow.harness import Mounted, open_barrier
from tests.sim.clock import SetClock

V2 = {"version": "2"}
READ, WRITE, PATCH, DELETE = Operation.READ, Operation.UPDATE, Operation.PATCH, Operation.DELETE


async def answered(mount: Mounted, operation: Operation, path: str, data: dict[str, Any] | None = None) -> Response:
    """An answer that has a body."""
    response = await mount.ask(operation, path, data)
    assert response is not None
    return response


async def test_reading_versions() -> None:
    """The newest version is the default; older ones have numbers; what there isn't isn't found."""
    mount = await Mounted.new(KvEngine(), V2)
    for n in (1, 2):
        written = await mount.data(WRITE, "data/a/b", {"data": {"n": n, "big": 10**30}})
        assert written["version"] == n
    for version, n in (({}, 2), ({"version": "1"}, 1), ({"version": "0"}, 2), ({"version": -1}, 2)):
        read = await mount.data(READ, "data/a/b", version)
        assert read["data"] == {"n": n, "big": 10**30}
        assert read["metadata"]["version"] == n
    for path, query in (("data/a/b", {"version": 9}), ("data/a", {}), ("data/a/b/", {}), ("data/", {})):
        with pytest.raises(NotFound):
            await mount.ask(READ, path, query)


async def test_deleted_versions_answer_with_metadata() -> None:
    """A deleted or destroyed version is a 404 that says when, and shows nothing of the data."""
    mount = await Mounted.new(KvEngine(), V2)
    await mount.ask(WRITE, "data/a", {"data": {"x": 1}})
    await mount.ask(DELETE, "data/a")
    response = await answered(mount, READ, "data/a")
    assert response.status == 404
    assert response.data is not None
    assert response.data["data"] is None
    assert response.data["metadata"]["deletion_time"] == "2023-11-14T22:13:20Z"
    response = await answered(mount, READ, "subkeys/a")
    assert (response.status, (response.data or {})["subkeys"]) == (404, None)
    response = await answered(mount, PATCH, "data/a", {"data": {"y": 1}})
    assert (response.status, (response.data or {})["version"]) == (404, 1)
    await mount.ask(WRITE, "undelete/a", {"versions": "1"})
    assert (await mount.data(READ, "data/a"))["data"] == {"x": 1}
    await mount.ask(WRITE, "destroy/a", {"versions": [1]})
    await mount.ask(WRITE, "undelete/a", {"versions": [1]})
    response = await answered(mount, READ, "data/a")
    assert (response.status, (response.data or {})["metadata"]["destroyed"]) == (404, True)


async def test_patch() -> None:
    """A patch makes a new version of the merged data; of nothing it is a 404 without a body."""
    mount = await Mounted.new(KvEngine(), V2)
    response = await answered(mount, PATCH, "data/a", {"data": {"x": 1}})
    assert response.status == 404
    assert response.raw is not None
    assert response.raw.content == b""
    await mount.ask(WRITE, "data/a", {"data": {"a": 1, "b": {"c": 2, "d": [1]}, "big": 10**30}})
    await mount.ask(PATCH, "data/a", {"data": {"a": None, "b": {"d": [9]}}, "options": {"cas": 1}})
    assert await mount.data(READ, "data/a", {"version": 2}) == {
        "data": {"b": {"c": 2, "d": [9]}, "big": 10**30},
        "metadata": await mount.data(PATCH, "data/a", {"data": {}}) | {"version": 2},
    }
    with pytest.raises(InvalidRequest, match="did not match"):
        await mount.ask(PATCH, "data/a", {"data": {"a": 1}, "options": {"cas": 1}})
    with pytest.raises(InvalidRequest, match="no data provided"):
        await mount.ask(PATCH, "data/a", {})


async def test_check_and_set_can_be_required() -> None:
    """By the mount or by the secret; a secret can't lift what the mount requires, and is told so."""
    mount = await Mounted.new(KvEngine(), V2)
    await mount.ask(WRITE, "metadata/own", {"cas_required": True})
    with pytest.raises(InvalidRequest, match="required for this call"):
        await mount.ask(WRITE, "data/own", {"data": {}})
    await mount.ask(WRITE, "data/own", {"data": {}, "options": {"cas": 0}})
    await mount.ask(WRITE, "data/other", {"data": {}})
    await mount.ask(WRITE, "config", {"cas_required": "true", "metadata_cas_required": 1})
    response = await answered(mount, WRITE, "metadata/other", {"cas_required": False, "metadata_cas": 0})
    assert response.warnings == [
        '"cas_required" set to false, but is mandated by backend config. This value will be ignored.'
    ]
    for path, data in (("data/other", {"data": {}}), ("metadata/other", {"max_versions": 1})):
        with pytest.raises(InvalidRequest, match="required for this call"):
            await mount.ask(WRITE, path, data)
    with pytest.raises(InvalidRequest, match="does not match"):
        await mount.ask(WRITE, "metadata/other", {"max_versions": 1, "metadata_cas": 0})
    await mount.ask(PATCH, "metadata/other", {"max_versions": 1, "metadata_cas": 1})


async def test_metadata() -> None:
    """Settings can be there before data; each write counts; null in a patch resets."""
    mount = await Mounted.new(KvEngine(), V2)
    assert await mount.ask(WRITE, "metadata/a", {}) is None
    with pytest.raises(NotFound):
        await mount.ask(READ, "metadata/a")
    await mount.ask(WRITE, "metadata/a", {"custom_metadata": {"n": 1, "o": "x"}, "delete_version_after": "1h"})
    shown = await mount.data(READ, "metadata/a")
    assert shown["custom_metadata"] == {"n": "1", "o": "x"}
    assert (shown["delete_version_after"], shown["versions"]) == ("1h0m0s", {})
    with pytest.raises(NotFound):
        await mount.ask(READ, "data/a")
    await mount.ask(PATCH, "metadata/a", {"custom_metadata": {"n": None, "p": 2}, "delete_version_after": None})
    shown = await mount.data(READ, "metadata/a")
    assert (shown["custom_metadata"], shown["delete_version_after"]) == ({"o": "x", "p": "2"}, "0s")
    assert shown["current_metadata_version"] == 2
    written = await mount.data(WRITE, "data/a", {"data": {}})
    assert written["custom_metadata"] == {"o": "x", "p": "2"}
    await mount.ask(PATCH, "metadata/a", {"custom_metadata": None})
    assert (await mount.data(READ, "metadata/a"))["custom_metadata"] is None
    assert (await answered(mount, PATCH, "metadata/none", {"max_versions": 1})).status == 404


@pytest.mark.parametrize(
    ("operation", "path", "data", "names"),
    [
        (Operation.LIST, "metadata", {}, ["p1", "p2", "p3/", "p4", "p5", "p5/"]),
        (Operation.LIST, "metadata", {"limit": "2"}, ["p1", "p2"]),
        (Operation.LIST, "metadata", {"after": "p3/x", "limit": 1}, ["p4"]),
        (Operation.LIST, "metadata/p5", {}, ["y/"]),
        (Operation.SCAN, "metadata", {}, ["p1", "p2", "p3/x", "p4", "p5", "p5/y/z"]),
        (Operation.SCAN, "metadata/p5", {}, ["y/z"]),
        (Operation.SCAN, "metadata", {"after": "p4"}, ["p5", "p5/y/z"]),
    ],
)
async def test_listings(operation: Operation, path: str, data: dict[str, Any], names: list[str]) -> None:
    """Names come in clear and sorted, page by page; with details, each with its metadata."""
    mount = await Mounted.new(KvEngine(), V2)
    for name in ("p5/y/z", "p3/x", "p1", "p4", "p2", "p5"):
        await mount.ask(WRITE, f"data/{name}", {"data": {}})
    assert await mount.data(operation, path, data) == {"keys": names}
    detailed = await mount.data(operation, f"detailed-{path}", data)
    folder = path.removeprefix("metadata").lstrip("/")
    assert detailed["keys"] == names
    for name, info in detailed["key_info"].items():
        full = f"{folder}/{name}" if folder else name
        assert info == ({} if name.endswith("/") else await mount.data(READ, f"metadata/{full}"))


async def test_a_large_folder_is_listed_whole() -> None:
    """More names than are decrypted at once come back complete and in order, while other requests go on."""
    mount = await Mounted.new(KvEngine(), V2)
    names = [f"n{n:04}" for n in range(1100)]
    for name in names:
        await mount.ask(WRITE, f"data/f/{name}", {"data": {}})
    listing = asyncio.create_task(mount.data(Operation.LIST, "metadata/f"))
    assert (await mount.data(READ, "data/f/n0007"))["data"] == {}
    assert await listing == {"keys": names}


async def test_requests_that_know_no_versions_get_a_hint() -> None:
    """Paths of version 1 are a 404 with a warning; known paths with another verb are refused."""
    mount = await Mounted.new(KvEngine(), V2)
    for operation, path in ((READ, "a"), (WRITE, "a/b"), (Operation.LIST, ""), (READ, "config/x"), (READ, "data")):
        response = await answered(mount, operation, path, {"x": 1})
        assert (response.status, response.data, len(response.warnings)) == (404, None, 1)
    for operation, path in (
        (DELETE, "config"),
        (READ, "destroy/a"),
        (Operation.LIST, "data/a"),
        (WRITE, "subkeys/a"),
        (READ, "detailed-metadata/a"),
    ):
        with pytest.raises(UnsupportedOperation):
            await mount.ask(operation, path, {"x": 1})


async def test_what_a_write_addresses() -> None:
    """A write to a secret that there is, deleted or not, is an update; to any other a creation."""
    mount = await Mounted.new(KvEngine(), V2)
    assert not await mount.exists("data/a")
    await mount.ask(WRITE, "data/a", {"data": {}})
    await mount.ask(DELETE, "data/a")
    assert await mount.exists("data/a")
    assert await mount.exists("metadata/a")
    await mount.ask(DELETE, "metadata/a")
    assert not await mount.exists("metadata/a")


class _Counting(InmemStorage):
    """A store that notes which rows it was asked for."""

    asked: list[str]

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        keys = list(keys)
        self.asked += keys
        return await super().get_many(keys)


async def test_a_read_touches_three_rows() -> None:
    """With nothing cached, reading asks the store for the names' key, the metadata and the one version."""
    clock = SetClock()
    storage = _Counting(clock, SystemRandom())
    storage.asked = []
    mount = Mounted(KvEngine(), await open_barrier(storage, clock), clock, V2)
    for n in range(3):
        await mount.ask(WRITE, "data/a/b", {"data": {"n": n}})
    other = Mounted(KvEngine(), await open_barrier(storage, clock), clock, V2)
    storage.asked.clear()
    await other.ask(READ, "data/a/b")
    assert [key.removeprefix(other.prefix).partition("/")[0] for key in storage.asked] == [
        "names",
        "meta",
        "version",
    ]
