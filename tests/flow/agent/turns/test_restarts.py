"""Instances restart one after another, and wait for one that isn't well."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.flow.agent.turns.world import World, overlaps
from tests.sim.virtual_time import in_virtual_time


@in_virtual_time
async def test_twenty_instances_restart_one_after_another() -> None:
    """Never two at once, each of them twice, and none keeps its turn."""
    async with World.start(size=1) as world:
        instances = [await world.instance(f"web-{at}", splay_s=10) for at in range(20)]
        for _ in range(2):
            await asyncio.gather(*(each.restart() for each in instances))
        assert [len(each.up) for each in instances] == [2] * 20
        assert not [*overlaps(instances)]
        assert await world.holders() == []


@in_virtual_time
async def test_as_many_at_once_as_there_are_places() -> None:
    """And no more: of three places, all are used."""
    async with World.start(size=3) as world:
        instances = [await world.instance(f"web-{at}") for at in range(9)]
        most = 0
        tasks = [asyncio.create_task(each.restart(20)) for each in instances]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(1)
            most = max(most, len(await world.holders()))
        assert most == 3
        starts = sorted(began for each in instances for began, _ in each.up)
        ends = sorted(ended for each in instances for _, ended in each.up)
        assert all(later >= ended for later, ended in zip(starts[3:], ends, strict=False))


@in_virtual_time
async def test_the_next_one_goes_on_when_one_dies() -> None:
    """Its token is revoked in the middle of its restart; its lease ends first."""
    async with World.start(size=1, ttl="60s") as world:
        dying, following = await world.instance("dying"), await world.instance("following")
        killed = asyncio.create_task(dying.restart(1000))
        await asyncio.sleep(100)
        waiting = asyncio.create_task(following.restart())
        await asyncio.sleep(100)
        assert (await world.holders(), following.up) == (["dying"], [])  # it renews its lease
        killed.cancel()
        await asyncio.wait([killed])
        assert await world.holders() == ["dying"]
        await world.revoke(dying.session.token)
        revoked_at = asyncio.get_running_loop().time()
        await waiting
        assert following.up[0][0] >= revoked_at
        assert asyncio.get_running_loop().time() - revoked_at < 20


@in_virtual_time
async def test_a_turn_that_nobody_renews_ends() -> None:
    """The agent of an instance is killed: the next one waits as long as the group says."""
    async with World.start(size=1, ttl="60s") as world:
        dying, following = await world.instance("dying"), await world.instance("following")
        killed = asyncio.create_task(dying.restart(1000))
        await asyncio.sleep(1)
        killed.cancel()
        with capture_logs() as logs:
            await asyncio.wait([killed])
        assert [line["event"] for line in logs] == ["a turn was broken off, and ends with its lease"]
        await following.restart()
        assert 50 < following.up[0][0] < 80


@in_virtual_time
async def test_nobody_restarts_while_one_isnt_well() -> None:
    """However long that takes: its turn is renewed, the log says so, and it is given back when it is well."""
    async with World.start(size=1, ttl="60s", max_ttl=0) as world:
        sick, following = await world.instance("sick", health_timeout_s=30), await world.instance("following")
        sick.is_well = False
        with capture_logs() as logs:
            tasks = [asyncio.create_task(sick.restart())]
            await asyncio.sleep(5)
            tasks.append(asyncio.create_task(following.restart()))
            await asyncio.sleep(1200)
            assert (await world.holders(), following.up) == (["sick"], [])
            told = [line for line in logs if line["log_level"] == "error"]
            assert 15 < len(told) < 22
            assert told[0]["event"].startswith("this instance isn't well after its restart: it keeps its turn")
            assert (told[0]["problem"], told[0]["group"]) == ("the health command ended with 7", "turns/web")
            assert told[0]["for_s"] >= 30
            sick.is_well = True
            await asyncio.gather(*tasks)
        assert "this instance is well again" in [line["event"] for line in logs]
        assert following.up[0][0] > 1200
        assert await world.holders() == []


@in_virtual_time
async def test_a_slow_start_is_waited_for() -> None:
    """Within the health timeout nothing is said, and the turn is kept for a while after."""
    async with World.start(size=1) as world:
        slow = await world.instance("slow", health_timeout_s=60, hold_after_s=30)
        slow.is_well = False
        restart = asyncio.create_task(slow.restart())
        with capture_logs() as logs:
            await asyncio.sleep(40)
            slow.is_well = True
            await asyncio.sleep(20)
            assert await world.holders() == ["slow"]
            await restart
        assert asyncio.get_running_loop().time() >= 70
        assert {line["log_level"] for line in logs} == {"info"}
        assert slow.checked > 5


@in_virtual_time
async def test_an_operator_releases_the_turn_of_one_that_isnt_well() -> None:
    """It stops waiting to be well, the log says so, and the next one restarts."""
    async with World.start(size=1, ttl="60s") as world:
        sick, following = await world.instance("sick", health_timeout_s=10), await world.instance("following")
        sick.is_well = False
        tasks = [asyncio.create_task(sick.restart())]
        await asyncio.sleep(60)
        tasks.append(asyncio.create_task(following.restart()))
        with capture_logs() as logs:
            await world.ok("POST", "turns/groups/web/release", {"all": True})
            await asyncio.gather(*tasks)
        assert len(following.up) == 1
        assert any("an operator released it" in line["event"] for line in logs)
        assert not any("given its turn back" in line["event"] and line["number"] == 1 for line in logs)


@in_virtual_time
async def test_a_failed_restart_keeps_its_turn_until_the_instance_is_well() -> None:
    """And the failure is passed on."""
    async with World.start(size=1) as world:
        failing = await world.instance("failing")
        failing.is_well = False
        restart = asyncio.create_task(failing.restart(fails=True))
        await asyncio.sleep(300)
        assert await world.holders() == ["failing"]
        failing.is_well = True
        with pytest.raises(ValueError, match="the restart has failed"):
            await restart
        assert await world.holders() == []


@in_virtual_time
async def test_one_instance_restarts_one_thing_at_a_time() -> None:
    """The server knows it as one, and would give it the same turn."""
    async with World.start(size=2) as world:
        instance = await world.instance("web")
        await asyncio.gather(*(instance.restart(5) for _ in range(3)))
        assert len(instance.up) == 3
        assert not [*overlaps([instance])]


@in_virtual_time
async def test_the_first_wait_is_below_the_splay() -> None:
    """By chance, so that not all of them ask at once."""
    async with World.start(size=50) as world:
        instances = [await world.instance(f"web-{at}", splay_s=100) for at in range(30)]
        await asyncio.gather(*(each.restart() for each in instances))
        starts = [began for each in instances for began, _ in each.up]
        assert max(starts) < 100
        assert min(starts) < 30
        assert len(set(starts)) == 30
