"""A mount that becomes a versioned one."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.kv import KvEngine
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.harness import Mounted

READ, WRITE = Operation.READ, Operation.UPDATE


async def upgraded() -> Mounted:
    """A mount with three secrets from before it had versions."""
    mount = await Mounted.new(KvEngine(), {"version": "1"})
    for path in ("a", "f/b", "f/g/c"):
        await mount.ask(WRITE, path, {"was": path, "big": 10**30})
    mount.clock.advance(100)
    mount.tune({"version": "2"})
    return mount


async def test_everything_is_there_at_once() -> None:
    """Without any request in between, old secrets read as version 1, created when they were written."""
    mount = await upgraded()
    read = await mount.data(READ, "data/f/b")
    assert read["data"] == {"was": "f/b", "big": 10**30}
    assert (read["metadata"]["version"], read["metadata"]["created_time"]) == (1, "2023-11-14T22:13:20Z")
    shown = await mount.data(READ, "metadata/a")
    assert (shown["current_version"], shown["oldest_version"], list(shown["versions"])) == (1, 1, ["1"])
    assert (await mount.data(Operation.LIST, "metadata"))["keys"] == ["a", "f/"]
    assert (await mount.data(Operation.SCAN, "metadata"))["keys"] == ["a", "f/b", "f/g/c"]
    assert sorted(await mount.rows()) == ["plain/a", "plain/f/b", "plain/f/g/c"]
    assert await mount.exists("data/a")


@pytest.mark.parametrize(
    ("operation", "path", "data", "current"),
    [
        (WRITE, "data/f/b", {"data": {"n": 2}, "options": {"cas": 1}}, 2),
        (Operation.PATCH, "data/f/b", {"data": {"n": 2}}, 2),
        (Operation.DELETE, "data/f/b", {}, 1),
        (WRITE, "delete/f/b", {"versions": [1]}, 1),
        (WRITE, "undelete/f/b", {"versions": [1]}, 1),
        (WRITE, "destroy/f/b", {"versions": [1]}, 1),
        (WRITE, "metadata/f/b", {"max_versions": 1}, 1),
        (Operation.PATCH, "metadata/f/b", {"max_versions": 1}, 1),
    ],
)
async def test_what_changes_a_secret_moves_it(
    operation: Operation, path: str, data: dict[str, Any], current: int
) -> None:
    """The first change moves that secret, and no other, into versions; its name in clear is gone from the store."""
    mount = await upgraded()
    before = (await mount.data(READ, "data/f/b"))["data"]
    await mount.ask(operation, path, data)
    shown = await mount.data(READ, "metadata/f/b")
    assert shown["current_version"] == current
    if shown["versions"]["1"]["destroyed"] or shown["versions"]["1"]["deletion_time"]:
        response = await mount.ask(READ, "data/f/b", {"version": 1})
        assert response is not None
        assert response.status == 404
    else:
        assert (await mount.data(READ, "data/f/b", {"version": 1}))["data"] == before
    plain = sorted(key for key in await mount.rows() if key.startswith("plain/"))
    assert plain == ["plain/a", "plain/f/g/c"]
    assert (await mount.data(Operation.LIST, "metadata"))["keys"] == ["a", "f/"]
    assert (await mount.data(Operation.LIST, "metadata/f"))["keys"] == ["b", "g/"]
    assert (await mount.data(Operation.LIST, "detailed-metadata/f"))["key_info"]["b"] == shown
    assert (await mount.data(READ, "data/a"))["data"]["was"] == "a"


async def test_removing_an_old_secret() -> None:
    """Deleting the metadata removes the old row, before and after others have moved."""
    mount = await upgraded()
    await mount.ask(Operation.DELETE, "metadata/a")
    await mount.ask(WRITE, "data/new", {"data": {}})
    await mount.ask(Operation.DELETE, "metadata/f/b")
    for path in ("data/a", "data/f/b"):
        with pytest.raises(NotFound):
            await mount.ask(READ, path)
    assert (await mount.data(Operation.SCAN, "metadata"))["keys"] == ["f/g/c", "new"]


async def test_cas_counts_the_old_secret() -> None:
    """A secret from before counts as version 1, so that it isn't overwritten by one who thinks there is none."""
    mount = await upgraded()
    with pytest.raises(InvalidRequest, match="did not match"):
        await mount.ask(WRITE, "data/a", {"data": {}, "options": {"cas": 0}})
    await mount.ask(WRITE, "data/a", {"data": {}, "options": {"cas": 1}})
