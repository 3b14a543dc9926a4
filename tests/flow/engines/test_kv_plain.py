"""The key/value engine, version 1."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.kv import KvEngine
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.harness import DEFAULT_TTL_S, Mounted

BIG = 123456789012345678901234567890


async def filled(*paths: str) -> Mounted:
    """A mount with a secret at each path."""
    mount = await Mounted.new(KvEngine(), {"version": "1"})
    for path in paths:
        await mount.ask(Operation.UPDATE, path, {"v": path})
    return mount


async def test_what_is_written_is_read() -> None:
    """Every JSON value comes back, whole numbers digit by digit, with the time to look again."""
    mount = await filled()
    data: dict[str, Any] = {"big": BIG, "f": 1.5, "n": None, "l": [1, {"x": "ü \0"}], "ttl": "1h"}
    assert not await mount.exists("a/b")
    assert await mount.ask(Operation.UPDATE, "a/b", data) is None
    assert await mount.exists("a/b")
    response = await mount.ask(Operation.READ, "a/b")
    assert response is not None
    assert response.data == data
    assert response.hint_ttl_s == 3600
    await mount.ask(Operation.UPDATE, "a/b", {"x": 1})
    response = await mount.ask(Operation.READ, "a/b")
    assert response is not None
    assert (response.data, response.hint_ttl_s) == ({"x": 1}, DEFAULT_TTL_S)


async def test_what_is_deleted_is_gone() -> None:
    """A deleted secret isn't found; what lies below it stays; deleting nothing is no error."""
    mount = await filled("a", "a/b")
    for path in ("a", "a", "never", "", "a/"):
        assert await mount.ask(Operation.DELETE, path) is None
    with pytest.raises(NotFound):
        await mount.ask(Operation.READ, "a")
    assert await mount.data(Operation.READ, "a/b") == {"v": "a/b"}


async def test_refused_writes() -> None:
    """A write needs a name and something to write."""
    mount = await filled()
    for path, data, text in (
        ("", {"v": 1}, "missing path"),
        ("a", {}, "missing data fields"),
        ("a" * 2000, {"v": 1}, "too long"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(Operation.UPDATE, path, data)


@pytest.mark.parametrize(
    ("operation", "path", "data", "names"),
    [
        (Operation.LIST, "", {}, ["p1", "p2", "p3/", "p4", "p5/"]),
        (Operation.LIST, "", {"limit": "2"}, ["p1", "p2"]),
        (Operation.LIST, "", {"after": "p2", "limit": 2}, ["p3/", "p4"]),
        (Operation.LIST, "", {"limit": -1}, ["p1", "p2", "p3/", "p4", "p5/"]),
        (Operation.LIST, "p5", {}, ["y/"]),
        (Operation.SCAN, "", {}, ["p1", "p2", "p3/x", "p4", "p5/y/z"]),
        (Operation.SCAN, "p5/", {}, ["y/z"]),
        (Operation.SCAN, "", {"after": "p2", "limit": 2}, ["p3/x", "p4"]),
    ],
)
async def test_listings(operation: Operation, path: str, data: dict[str, Any], names: list[str]) -> None:
    """Names come sorted, page by page."""
    mount = await filled("p1", "p2", "p3/x", "p4", "p5/y/z")
    assert await mount.data(operation, path, data) == {"keys": names}


async def test_listings_of_nothing() -> None:
    """A list of nothing isn't found; a scan of nothing is empty."""
    mount = await filled("a")
    for path in ("none", "a"):
        with pytest.raises(NotFound):
            await mount.ask(Operation.LIST, path)
        assert await mount.data(Operation.SCAN, path) == {}


async def test_versions_of_the_engine() -> None:
    """Mounts of version "", 1 and 2 are served, others refused."""
    for version in ("", "1", "2"):
        await Mounted.new(KvEngine(), {"version": version})
    for version in ("3", "02", "x"):
        with pytest.raises(InvalidRequest, match='nil backend of type "kv"'):
            await Mounted.new(KvEngine(), {"version": version})
