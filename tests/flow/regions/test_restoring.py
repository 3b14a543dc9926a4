"""Snapshots of stores that are regions: no restore gives a region back a standing that it has no more."""

from __future__ import annotations

import pytest

from tests.flow.node import Answer, TestNode
from tests.flow.regions.regions import Regions, shared

PATH = "sys/storage/raft/snapshot"


async def snapshot(node: TestNode) -> bytes:
    """A snapshot of the node's store."""
    answer = await node.application.answer(node.request("GET", PATH), node.options)
    assert answer.stream is not None
    return b"".join([piece async for piece in answer.stream])


async def restore(node: TestNode, content: bytes, path: str = PATH) -> Answer:
    """Put it in the place of the store's rows."""
    return await node.ask("POST", path, content, headers={"content-type": "application/gzip"})


async def test_a_follower_is_not_restored() -> None:
    """Neither by its own snapshot nor by one of the first region, which has the same keys; not by force either."""
    regions = await Regions.start()
    await regions.first.ok("POST", "kv/a", {"value": "1"})
    await regions.join()
    await regions.level()
    before = regions.second.rows()
    for content in (await snapshot(regions.second), await snapshot(regions.first)):
        for path in (PATH, f"{PATH}-force"):
            refused = await restore(regions.second, content, path)
            assert (refused.status, "only the first region writes" in refused.error) == (400, True)
    assert regions.second.rows() == before


async def test_a_promoted_region_is_not_made_a_follower_again() -> None:
    """By a snapshot from the time when it was one."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    content = await snapshot(regions.second)
    await regions.second.ok("PUT", "sys/region/promote")
    refused = await restore(regions.second, content)
    assert refused.status == 400
    assert "by the snapshot this region would be follower in term 1, and it is primary in term 2" in refused.error
    assert (await regions.second.ok("GET", "sys/region/status")).data["role"] == "primary"


@pytest.mark.parametrize("enabled", [True, False], ids=["with a follower", "from before there were regions"])
async def test_a_first_region_goes_back_and_the_follower_with_it(enabled: bool) -> None:
    """One with the same standing; by one that knows of no region it is alone, and the follower is told so."""
    regions = await Regions.start()
    await regions.first.ok("POST", "kv/a", {"value": "old"})
    if not enabled:
        await regions.first.store.commit({}, {"local/root/region/state": None}, {})
        content = await snapshot(regions.first)
        await regions.first.ok("PUT", "sys/region/enable", {"address": "first.example:8203"})
    await regions.join()
    await regions.level()
    if enabled:
        content = await snapshot(regions.first)
    await regions.first.ok("POST", "kv/a", {"value": "new"})
    await regions.level()
    assert (await restore(regions.first, content)).status == 200
    if enabled:
        await regions.level()
        assert (await regions.second.ok("GET", "kv/a")).data == {"value": "old"}
        assert shared(regions.second) == shared(regions.first)
        return
    with pytest.raises(Exception, match="this region has no followers"):
        await regions.level()
    assert (await regions.second.ok("GET", "kv/a")).data == {"value": "new"}


async def test_a_snapshot_of_another_region_is_forced_only() -> None:
    """Its key shares come along, and nobody has them where it is restored."""
    regions = await Regions.start()
    await regions.first.store.commit({}, {"local/root/region/state": None}, {})
    content = await snapshot(regions.first)
    await regions.first.ok("PUT", "sys/region/enable", {"address": "first.example:8203"})
    await regions.join()
    await regions.level()
    await regions.second.ok("PUT", "sys/region/promote")
    refused = await restore(regions.second, content)
    assert (refused.status, "the snapshot is of another region of this cluster" in refused.error) == (400, True)


async def test_a_rotation_since_the_snapshot_leaves_a_follower_its_own_rows() -> None:
    """They are encrypted by the newer term, which the follower gets from the first region only."""
    regions = await Regions.start()
    await regions.first.ok("POST", "kv/a", {"value": "old"})
    await regions.join()
    await regions.level()
    content = await snapshot(regions.first)
    await regions.first.ok("POST", "sys/rotate")
    await regions.first.ok("POST", "kv/a", {"value": "new"})
    await regions.level()
    await regions.second.ok("POST", "sys/mounts/own", {"type": "kv", "local": True})
    await regions.second.ok("POST", "own/a", {"value": "own"})
    assert (await restore(regions.first, content)).status == 200
    assert (await regions.first.ok("GET", "sys/key-status")).data["term"] == 2
    await regions.first.ok("POST", "kv/b", {"value": "later"})
    await regions.level()
    assert (await regions.second.ok("GET", "kv/a")).data == {"value": "old"}
    assert (await regions.second.ok("GET", "kv/b")).data == {"value": "later"}
    other = await regions.second.peer()  # a process that has nothing in memory
    assert (await other.ok("GET", "own/a")).data == {"value": "own"}
    assert (await other.ok("GET", "sys/region/status")).data["trouble"] == ""
