"""What instances do when the server is away, doesn't know them any more, or has no turns for them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from strongroom.agent.turns import TurnsMissing
from strongroom.engines.turns.logic import PATIENCE_S
from tests.flow.agent.turns.world import Instance, World, overlaps
from tests.sim.virtual_time import in_virtual_time


def events(logs: list[Any], level: str) -> list[str]:
    """What was logged at one level."""
    return [line["event"] for line in logs if line["log_level"] == level]


def now() -> float:
    """The time of the loop."""
    return asyncio.get_running_loop().time()


@in_virtual_time
async def test_nobody_restarts_without_the_server() -> None:
    """Not after any time; and the server isn't asked more often than it helps."""
    async with World.start(size=1) as world:
        instances = [await world.instance(f"web-{at}") for at in range(3)]
        world.is_away = True
        with capture_logs() as logs:
            tasks = [asyncio.create_task(each.restart()) for each in instances]
            await asyncio.sleep(1000)
            assert [each.up for each in instances] == [[], [], []]
            assert len(events(logs, "warning")) == 3
            assert "doesn't restart, because the server gives no turn now" in events(logs, "warning")[0]
            world.is_away = False
            await asyncio.gather(*tasks)
        assert not [*overlaps(instances)]


@in_virtual_time
async def test_a_short_absence_of_the_server_costs_no_turn() -> None:
    """The lease is renewed when it is back."""
    async with World.start(size=1, ttl="60s") as world:
        instance = await world.instance("web")
        task = asyncio.create_task(instance.restart(300))
        await asyncio.sleep(70)
        turn = (await world.ok("GET", "turns/groups/web/holders"))["data"]["holders"][0]["turn"]
        world.is_away = True
        await asyncio.sleep(25)
        world.is_away = False
        await asyncio.sleep(100)
        assert (await world.ok("GET", "turns/groups/web/holders"))["data"]["holders"][0]["turn"] == turn
        await task
        assert await world.holders() == []


@in_virtual_time
async def test_a_request_that_hangs_costs_no_turn() -> None:
    """It is given up early enough to renew the lease by another one."""
    async with World.start(size=1, ttl="60s") as world:
        instance, other = await world.instance("web"), await world.instance("other")
        task = asyncio.create_task(instance.restart(100))
        await asyncio.sleep(10)
        world.hangs = True
        waiting = asyncio.create_task(other.restart())
        await asyncio.sleep(40)
        world.hangs = False
        await asyncio.gather(task, waiting)
        assert not [*overlaps([instance, other])]
        assert other.up[0][0] > 100


@in_virtual_time
async def test_a_turn_that_ended_while_the_server_was_away_is_taken_again() -> None:
    """As long as the instance isn't well; others who restart meanwhile are waited for."""
    async with World.start(size=1, ttl="30s") as world:
        sick, other = await world.instance("sick", health_timeout_s=10), await world.instance("other")
        sick.is_well = False
        task = asyncio.create_task(sick.restart())
        await asyncio.sleep(20)
        with capture_logs() as logs:
            world.is_away = True
            await asyncio.sleep(100)  # the server goes on to end leases, and only the agents don't reach it
            world.is_away = False
            await other.restart(20)
            await asyncio.sleep(30)
        assert "the turn was lost while it was this instance's: it asks for another" in events(logs, "error")
        assert await world.holders() == ["sick"]
        sick.is_well = True
        await task
        assert await world.holders() == []


@in_virtual_time
async def test_a_revoked_token_costs_the_turn_and_no_more() -> None:
    """The agent logs in again, and takes another turn for the instance that isn't well."""
    async with World.start(size=1, ttl="30s") as world:
        sick = await world.instance("sick", health_timeout_s=10)
        sick.is_well = False
        task = asyncio.create_task(sick.restart())
        await asyncio.sleep(20)
        first = sick.session.token
        await world.revoke(first)
        await asyncio.sleep(60)
        assert sick.session.token != first
        assert await world.holders() == ["sick"]
        assert (await world.ok("GET", "turns/groups/web/holders"))["data"]["holders"][0]["number"] == 2
        sick.is_well = True
        await task
        assert await world.holders() == []


@in_virtual_time
async def test_a_token_that_is_revoked_while_waiting_is_replaced() -> None:
    """The instance restarts with the next one."""
    async with World.start(size=1) as world:
        one, other = await world.instance("one"), await world.instance("other")
        tasks = [asyncio.create_task(one.restart(30))]
        await asyncio.sleep(1)
        tasks.append(asyncio.create_task(other.restart()))
        await asyncio.sleep(10)
        await world.revoke(other.session.token)
        await asyncio.gather(*tasks)
        assert len(other.up) == 1
        assert not [*overlaps([one, other])]


@in_virtual_time
async def test_a_turn_is_taken_with_a_token_that_lasts() -> None:
    """One login is asked for, if the present one ends before the turn may; no more, though the next one is as short."""
    async with World.start(size=1) as world:
        blocking = await world.instance("blocking")
        short = await world.instance("short", health_timeout_s=100, hold_after_s=40)
        assert short.session.current is not None
        task = asyncio.create_task(blocking.restart(60))
        await asyncio.sleep(1)
        short.session.shorten(60)
        await asyncio.gather(task, short.restart())
        assert short.session.asked_to_last == [200]
        assert blocking.session.asked_to_last == []


@in_virtual_time
async def test_who_waits_keeps_his_place_in_the_line() -> None:
    """He asks often enough not to be forgotten, and in the order of the first questions it goes on."""
    async with World.start(size=1, ttl="60s") as world:
        instances = [await world.instance(f"web-{at:02}") for at in range(12)]
        tasks = []
        for each in instances:
            tasks.append(asyncio.create_task(each.restart(2 * PATIENCE_S)))
            await asyncio.sleep(3)
        await asyncio.gather(*tasks)
        starts = [each.up[0][0] for each in instances]
        assert starts == sorted(starts)


@in_virtual_time
async def test_a_group_that_isnt_there_yet() -> None:
    """The log says what is wrong, and the instance goes on when an operator has made the group."""
    async with World.start() as world:
        instance = await world.instance("web")
        with capture_logs() as logs:
            task = asyncio.create_task(instance.restart())
            await asyncio.sleep(600)
        assert instance.up == []
        assert events(logs, "error") == ["this instance doesn't restart, because the server has no such turns"]
        assert logs[0]["reason"] == 'status 400: unknown group "web"'
        assert world.requests < 20
        await world.ok("POST", "turns/groups/web", {})
        await task


@in_virtual_time
async def test_policies_that_dont_allow_it() -> None:
    """The log says so, and nothing restarts."""
    async with World.start(size=1) as world:
        instance = await world.instance("web")
        await world.ok("PUT", "sys/policies/acl/web", {"policy": 'path "other" { capabilities = ["read"] }'})
        with capture_logs() as logs:
            task = asyncio.create_task(instance.restart())
            await asyncio.sleep(300)
        assert instance.up == []
        assert events(logs, "error") == [
            "this instance doesn't restart, because the agent's policies don't let it take a turn"
        ]
        assert instance.session.current is not None
        task.cancel()


@in_virtual_time
async def test_the_turn_ends_by_itself_if_it_cant_be_given_back() -> None:
    """The agent doesn't wait for longer than that, and the log says so."""
    async with World.start(size=1, ttl="60s") as world:
        instance = await world.instance("web")
        task = asyncio.create_task(instance.restart(20))
        await asyncio.sleep(10)
        world.is_away = True
        with capture_logs() as logs:
            await task
        assert "the turn couldn't be given back, and ends by itself" in events(logs, "warning")
        assert now() < 80


@in_virtual_time
async def test_the_longest_time_of_a_turn() -> None:
    """It ends, whatever the instance does, and the next one goes on."""
    async with World.start(size=1, ttl="20s", max_ttl="60s") as world:
        slow, following = await world.instance("slow"), await world.instance("following")
        tasks = [asyncio.create_task(slow.restart(200))]
        await asyncio.sleep(1)
        with capture_logs() as logs:
            await following.restart()
            assert 59 < now() < 80
            await asyncio.gather(*tasks)
        assert events(logs, "error")
        assert await world.holders() == []


@pytest.mark.parametrize(
    ("mount", "may_take", "text"),
    [
        ("turns", True, ""),
        ("turns/groups", True, ""),
        ("missing", True, 'the server has no mount "missing/"'),
        ("secret", True, 'the mount "secret/" of the server is of type "kv"'),
        ("turns", False, 'the server has no mount "turns/", or the policies of the agent allow nothing below it'),
    ],
)
def test_it_is_told_at_the_start_that_a_server_has_no_turns(mount: str, may_take: bool, text: str) -> None:
    """With what is there instead, and what it takes; and nothing is written on the way."""

    @in_virtual_time
    async def run() -> None:
        async with World.start(size=1) as world:
            await world.server.mount("kv", "secret")
            allowed = 'path "secret/*" { capabilities = ["create", "update", "read"] }'
            taking = 'path "turns/take/web" { capabilities = ["update"] }'
            await world.ok("PUT", "sys/policies/acl/web", {"policy": allowed + (taking if may_take else "")})
            instance = await world.instance("web", path=f"{mount}/web")
            if not text:
                await instance.taker.check()
                return
            with pytest.raises(TurnsMissing, match=text) as refused:
                await instance.taker.check()
            assert 'turns need a mount of the engine "turns", which Strongroom has' in str(refused.value)
            assert (await world.server.ask("LIST", "secret/")).status == 404

    run()


@in_virtual_time
async def test_the_check_at_the_start_waits_for_the_server() -> None:
    """And for a login, if the first token isn't known."""
    async with World.start(size=1) as world:
        instance: Instance = await world.instance("web")
        world.is_away = True
        task = asyncio.create_task(instance.taker.check())
        await asyncio.sleep(100)
        assert not task.done()
        await world.revoke(instance.session.token)
        world.is_away = False
        await task


@in_virtual_time
async def test_the_status_says_who_waits_for_what_and_since_when() -> None:
    """Of the one that keeps its turn because it isn't well, and of the one that waits for it."""
    async with World.start(size=1) as world:
        sick, other = await world.instance("sick", health_timeout_s=10), await world.instance("other")
        assert (sick.taker.status().phase, sick.taker.status().since) == ("none", None)
        sick.is_well = False
        tasks = [asyncio.create_task(sick.restart())]
        await asyncio.sleep(1)
        tasks.append(asyncio.create_task(other.restart()))
        await asyncio.sleep(300)
        held, waiting = sick.taker.status(), other.taker.status()
        assert (held.group, held.phase, held.reason) == ("turns/web", "held", "the health command ended with 7")
        assert (waiting.phase, "sick" in waiting.reason) == ("waiting", True)
        assert held.since is not None
        assert waiting.since is not None
        assert 0 < waiting.since - held.since < 2
        sick.is_well = True
        await asyncio.gather(*tasks)
        assert [each.taker.status().phase for each in (sick, other)] == ["none", "none"]
