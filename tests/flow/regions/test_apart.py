"""Two regions that were apart: clocks that differ, root keys that were replaced, two nodes at each side."""

from __future__ import annotations

import pytest

from strongroom.barrier.succession import KEPT_S
from strongroom.services.region import wire
from tests.flow.node import TestNode
from tests.flow.regions.regions import Regions, fill, services, shared
from tests.sim.clock import SetClock


async def measured(node: TestNode) -> dict[str, float]:
    """The numbers of regions in `sys/metrics`, without those that name the role."""
    gauges = (await node.ok("GET", "sys/metrics")).body["Gauges"]
    found = {each["Name"].removeprefix("vault.region."): each["Value"] for each in gauges}
    return {name: found[name] for name in ("term", "applied_revision", "lag_revisions", "lag_seconds")}


@pytest.mark.parametrize("ahead_s", [-300.0, 300.0])
async def test_the_lag_is_the_same_whatever_the_second_clock_says(ahead_s: float) -> None:
    """Five minutes between the clocks are no lag, and a minute without the first region is a minute."""
    clock = SetClock()
    clock.advance(ahead_s)
    regions = await Regions.start(clock=clock)
    await regions.join()
    await regions.level()
    hearing = await regions.hearing()
    await regions.first.ok("POST", "kv/a", {"value": "1"})
    await hearing.step()
    await regions.level()
    assert (await regions.second.ok("GET", "sys/region/status")).data["lag_s"] == 0
    await regions.first.ok("POST", "kv/b", {"value": "2"})
    hearing = await regions.hearing()
    await hearing.step()
    for each in (regions.first.clock, clock):
        each.advance(60)
    status = (await regions.second.ok("GET", "sys/region/status")).data
    assert status["lag_s"] == 60
    assert status["lag_revisions"] > 0
    own = {f"lag_{unit}": value for unit, value in (("seconds", 60), ("revisions", status["lag_revisions"]))}
    assert await measured(regions.second) == {"term": 1, "applied_revision": status["applied_revision"]} | own
    [follower] = (await regions.first.ok("GET", "sys/region/status")).data["followers"]
    behind = await measured(regions.first)
    assert behind.pop("lag_seconds") >= 60
    told = {name: follower[name] for name in ("applied_revision", "lag_revisions")}
    assert behind == {"term": 1} | told


async def test_root_keys_that_were_replaced_while_the_second_region_was_apart_come_over() -> None:
    """Twice, and so long ago that nothing in the rows leads from one to the other; its own shares stay valid."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    for _ in range(2):
        await regions.first.ok("PUT", "sys/rotate/root")
        await regions.first.ok("PUT", "sys/rotate")
    await regions.first.ok("POST", "kv/a", {"value": "1"})
    regions.first.clock.advance(KEPT_S + 1)
    succession = [key for key in regions.first.rows() if key.startswith("core/successor/")]
    assert succession
    await regions.first.store.commit({}, dict.fromkeys(succession), {})
    await regions.level()
    assert regions.between.paths.count(wire.KEY) == 1
    assert (await regions.second.ok("GET", "kv/a")).data == {"value": "1"}
    await services(regions.second).port.seal()
    await regions.second.unseal()
    assert (await regions.second.ok("GET", "kv/a")).data == {"value": "1"}


async def test_root_keys_that_were_just_replaced_come_over_without_being_asked_for() -> None:
    """The rows that lead from one to the next are among those that are taken over."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    other = await regions.second.peer()
    for _ in range(2):
        await regions.first.ok("PUT", "sys/rotate/root")
    await regions.first.ok("POST", "kv/a", {"value": "1"})
    await regions.level()
    assert wire.KEY not in regions.between.paths
    other.root = regions.first.root
    assert (await other.ok("GET", "kv/a")).data == {"value": "1"}


async def test_any_node_of_each_region_may_ask_and_answer() -> None:
    """The first region's other node feeds, and the second one's other node goes on where the first has stopped."""
    regions = await Regions.start()
    await fill(regions.first, 2600, "old")
    await regions.join()
    other = await regions.second.peer()
    catching_up = await regions.catching_up()
    for _ in range(4):
        await catching_up.step()
    feeding = await regions.first.peer()
    regions.between.feeding = type(regions.between.feeding)(services(feeding), wait_s=0.0)
    catching_up = await regions.catching_up(other)
    while not await catching_up.step():
        pass
    assert shared(regions.second) == shared(regions.first)
    for node in (regions.second, other):
        node.root = regions.first.root
        assert (await node.ok("GET", "probe/rows/row-02599")).data["text"] == "old"
