"""The key/value engine, version 2: secrets that are stored with the history that they had elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.kv import KvEngine
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.harness import Mounted

V2 = {"version": "2"}
READ, WRITE = Operation.READ, Operation.UPDATE
CREATED = "2021-03-04T05:06:07.123456Z"


def version(number: int, **more: Any) -> dict[str, Any]:
    """A version as requests give it."""
    return {"version": number, "created_time": CREATED, **more}


async def test_a_history_is_stored_as_it_was() -> None:
    """Numbers with gaps, times, what is deleted, destroyed or deletes itself later, settings: all read as given."""
    mount = await Mounted.new(KvEngine(), V2)
    given = {
        "versions": [
            version(3, destroyed=True),
            version(5, data={"n": 5, "big": 10**30}, deletion_time="2022-01-01T00:00:00Z"),
            version(6, data={"n": 6}, deletion_time="2101-01-01T00:00:00Z"),
            version(9, data={"n": 9}),
        ],
        "oldest_version": 3,
        "created_time": "2020-01-01T00:00:00Z",
        "updated_time": "2021-01-01T00:00:00Z",
        "max_versions": 20,
        "cas_required": True,
        "delete_version_after": "2h",
        "custom_metadata": {"owner": "eva"},
    }
    assert await mount.data(WRITE, "import/a/b", given) == {"current_version": 9, "versions": 4}
    shown = await mount.data(READ, "metadata/a/b")
    assert shown == {
        "cas_required": True,
        "created_time": "2020-01-01T00:00:00Z",
        "current_metadata_version": 0,
        "current_version": 9,
        "custom_metadata": {"owner": "eva"},
        "delete_version_after": "2h0m0s",
        "max_versions": 20,
        "metadata_cas_required": False,
        "oldest_version": 3,
        "updated_time": "2021-01-01T00:00:00Z",
        "versions": {
            "3": {"created_time": CREATED, "deletion_time": "", "destroyed": True},
            "5": {"created_time": CREATED, "deletion_time": "2022-01-01T00:00:00Z", "destroyed": False},
            "6": {"created_time": CREATED, "deletion_time": "2101-01-01T00:00:00Z", "destroyed": False},
            "9": {"created_time": CREATED, "deletion_time": "", "destroyed": False},
        },
    }
    assert (await mount.data(READ, "data/a/b", {"version": 6}))["data"] == {"n": 6}
    await mount.ask(WRITE, "undelete/a/b", {"versions": [5]})
    assert (await mount.data(READ, "data/a/b", {"version": 5}))["data"] == {"n": 5, "big": 10**30}
    written = await mount.data(WRITE, "data/a/b", {"data": {}, "options": {"cas": 9}})
    assert written["version"] == 10


async def test_a_history_comes_in_parts() -> None:
    """A further request names the newest version that is there, and nothing that is there changes."""
    mount = await Mounted.new(KvEngine(), V2)
    await mount.ask(WRITE, "import/a", {"versions": [version(1, data={"n": 1})]})
    await mount.ask(WRITE, "import/a", {"after": 1, "versions": [version(2, data={"n": 2})]})
    assert [(await mount.data(READ, "data/a", {"version": n}))["data"]["n"] for n in (1, 2)] == [1, 2]
    for after in (0, 1, 3):
        with pytest.raises(InvalidRequest, match="its newest version is 2"):
            await mount.ask(WRITE, "import/a", {"after": after, "versions": [version(9, data={})]})
    with pytest.raises(InvalidRequest, match="there is no such secret"):
        await mount.ask(WRITE, "import/b", {"after": 1, "versions": [version(2, data={})]})


async def test_a_secret_without_versions_is_stored() -> None:
    """Settings alone make a secret, as they do elsewhere; it can't be stored twice."""
    mount = await Mounted.new(KvEngine(), V2)
    await mount.ask(WRITE, "import/a", {"max_versions": 3})
    assert (await mount.data(READ, "metadata/a"))["versions"] == {}
    with pytest.raises(NotFound):
        await mount.ask(READ, "data/a")
    with pytest.raises(InvalidRequest, match="its newest version is 0"):
        await mount.ask(WRITE, "import/a", {"max_versions": 4})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"versions": {}}, "must be a list"),
        ({"versions": [1]}, "must be a list of objects"),
        ({"versions": [version(0, data={})]}, "version must be from 1"),
        ({"versions": [version(2**32, data={})]}, "version must be from 1"),
        ({"versions": [version(2, data={}), version(2, data={})]}, "doesn't come after version 2"),
        ({"versions": [version(1, data=[])]}, "must be an object"),
        ({"versions": [version(1, data={}, destroyed=True)]}, "is destroyed, so it has no data"),
        ({"versions": [version(1, dta={})]}, "no field dta"),
        ({"versions": [{"version": 1, "data": {}}]}, "created_time of version 1 is missing"),
        ({"versions": [version(1, deletion_time="tomorrow")]}, "deletion_time of version 1 must be a time"),
        ({"versions": [version(1, deletion_time="2021-01-01T00:00:00")]}, "must be a time"),
        ({"versions": [version(1, deletion_time="9999-12-31T23:59:59-12:00")]}, "must be a time"),
        ({"created_time": "0001-01-01T00:00:00Z"}, "created_time must be a time"),
        ({"oldest_version": -1}, "oldest_version must not be negative"),
        ({"versions": [version(n, data={}) for n in range(1, 66)]}, "at most 64 versions"),
        ({"custom_metadata": {"": "x"}}, "custom_metadata validation failed"),
    ],
)
async def test_a_mistake_stores_nothing(given: dict[str, Any], reason: str) -> None:
    """What can't be taken is named, and leaves nothing behind."""
    mount = await Mounted.new(KvEngine(), V2)
    with pytest.raises(InvalidRequest, match=reason):
        await mount.ask(WRITE, "import/a", given)
    with pytest.raises(NotFound):
        await mount.ask(READ, "metadata/a")
