"""Who is the first region: promotions, and how the former first one learns of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest

from strongroom.core.region.feeding import Feeding
from strongroom.core.region.following import Following
from strongroom.services.region import wire
from strongroom.services.region.link import RegionRefused
from strongroom.services.region.wire import Point
from tests.flow.node import TestNode
from tests.flow.regions.regions import Between, Regions, services, shared


@contextlib.asynccontextmanager
async def running(regions: Regions, again_s: float = 60.0) -> AsyncIterator[None]:
    """The role of regions, in a process of the second one."""
    await regions.release()
    following = Following(services(regions.second), lambda _: regions.between, pause_s=0.01, again_s=again_s)
    task = asyncio.create_task(following.run_forever())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(20):
        while not await holds():
            await asyncio.sleep(0.01)


async def role(node: TestNode) -> str:
    """What the region is."""
    return str((await node.ok("GET", "sys/region/status")).data["role"])


async def told(node: TestNode) -> bool:
    """Whether the former first region knows of the promotion."""
    return bool((await node.ok("GET", "sys/region/former")).data["told"])


async def leave(regions: Regions) -> None:
    """What `sys/region/leave` does, but for the way to the first region."""
    await regions.between.ask(wire.LEAVE, wire.KeyAsked(1), wire.KeyAsked)
    await regions.second.ok("PUT", "sys/region/demote")


async def test_a_follower_that_has_left_gets_nothing_and_fences_the_first_region_if_it_is_promoted_all_the_same() -> (
    None
):
    """Two regions that write, of which neither knows, would be the worst of all outcomes."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    await leave(regions)
    for path, said in (
        (wire.HEAD, wire.Ask(1, Point(0, b""))),
        (wire.ROWS, wire.Ask(1, Point(0, b""))),
        (wire.PAGE, wire.AskPage(1, "", 10)),
        (wire.KEY, wire.KeyAsked(1)),
    ):
        with pytest.raises(RegionRefused) as refused:
            await regions.between.ask(path, said, wire.RowsSaid)
        assert refused.value.reason == "stranger"
    [left] = (await regions.first.ok("GET", "sys/region/status")).data["followers"]
    assert (left["name"], left["left"]) == ("second", True)
    refusal = await regions.second.ask("PUT", "sys/region/promote")
    assert refusal.status == 400
    said = (await regions.second.ok("PUT", "sys/region/promote", {"force": True})).data
    assert (said["term"], said["told"]) == (2, False)
    async with running(regions):
        await until(lambda: told(regions.second))
    assert await role(regions.first) == "fenced"
    refused_write = await regions.first.ask("POST", "kv/a", {"value": "1"})
    assert refused_write.status == 503
    assert "region 'second' was promoted in term 2" in refused_write.error


async def test_a_region_that_comes_back_is_enrolled_anew_and_not_twice() -> None:
    """It leaves, joins again, and the first region knows it by its new certificate only."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    await leave(regions)
    await regions.join()
    await regions.level()
    [follower] = (await regions.first.ok("GET", "sys/region/status")).data["followers"]
    assert follower["left"] is False
    assert follower["id"] == regions.between.certificate
    assert shared(regions.second) == shared(regions.first)


async def test_a_former_first_region_that_is_put_back_to_an_earlier_time_is_fenced_again() -> None:
    """It knew of the promotion, and the old copy of its store doesn't."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    row = "local/root/region/state"
    before = regions.first.rows()[row]
    await regions.second.ok("PUT", "sys/region/promote")
    async with running(regions, again_s=0.05):
        await until(lambda: told(regions.second))
        assert await role(regions.first) == "fenced"
        await regions.first.store.commit({}, {row: before}, {})
        assert await role(regions.first) == "primary"

        async def fenced() -> bool:
            return await role(regions.first) == "fenced"

        await until(fenced)


async def test_a_former_first_region_that_follows_the_promoted_one_is_left_alone() -> None:
    """It is told nothing any more: the link that it was told by is gone."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    await regions.second.ok("PUT", "sys/region/promote")
    async with running(regions, again_s=0.01):
        await until(lambda: told(regions.second))
        await regions.second.ok("PUT", "sys/region/enable", {"address": "second.example:8203"})
        back = Regions(regions.second, regions.first, Between(Feeding(services(regions.second), wait_s=0.0)))
        await back.join()
        await back.level()
        regions.between.paths.clear()
        await asyncio.sleep(0.1)  # twenty looks
        assert regions.between.paths == []
    assert shared(regions.first) == shared(regions.second)
    assert await role(regions.first) == "follower"


@pytest.mark.parametrize("term", [0, 1, 1002, 1 << 53])
async def test_a_term_that_is_not_the_next_few_fences_nobody(term: int) -> None:
    """An old promotion, played again, and a term so high that no other promotion could follow it."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    with pytest.raises(RegionRefused) as refused:
        await regions.between.ask(wire.PROMOTED, wire.Promoted(term, Point(1, b"x"), ""), wire.PromotedSaid)
    assert (refused.value.reason, refused.value.term) == ("term", 1)
    assert await role(regions.first) == "primary"


async def test_two_regions_of_one_term_are_told_apart_by_an_operator() -> None:
    """The former one was promoted by force meanwhile: the later one says that it isn't accepted, and why."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    regions.between.cut = True
    await regions.second.ok("PUT", "sys/region/promote")
    await regions.first.ok("PUT", "sys/region/demote")
    forced = (await regions.first.ok("PUT", "sys/region/promote", {"force": True})).data
    assert forced["told"] is False
    regions.between.cut = False
    async with running(regions):

        async def says_why() -> bool:
            former = (await regions.second.ok("GET", "sys/region/former")).data
            return "this region is in term 2 already" in former["trouble"]

        await until(says_why)
    assert not await told(regions.second)


async def test_what_was_asked_for_before_a_promotion_does_not_come_in_after_it() -> None:
    """The follower's process is in the middle of a step when the region is promoted."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    await regions.first.ok("POST", "kv/a", {"value": "late"})
    before = shared(regions.second)
    promoted = asyncio.Event()

    class Late(Between):
        async def ask(self, path: str, said: msgspec.Struct, type_: type[wire.M]) -> wire.M:
            answer = await Between.ask(self, path, said, type_)
            await regions.second.ok("PUT", "sys/region/promote")
            promoted.set()
            return answer

    regions.between = Late(regions.between.feeding, regions.between.certificate)
    catching_up = await regions.catching_up()
    with pytest.raises(Exception, match="this region follows no more"):
        await catching_up.step()
    assert promoted.is_set()
    assert {key: shared(regions.second)[key] for key in before} == before
    assert (await regions.second.ask("GET", "kv/a")).status == 404


async def test_a_region_that_is_not_in_use_still_says_so_to_monitoring() -> None:
    """Whoever asks in Vault's words, and without a token, gets its state; what it holds is told to nobody."""
    regions = await Regions.start()
    await regions.first.ok("PUT", "sys/region/demote")
    for path in ("sys/replication/status", "sys/replication/performance/status"):
        said = (await regions.first.ok("GET", path, token="")).data
        performance = said.get("performance", said)
        assert (performance["mode"], performance["state"]) == ("secondary", "idle")
    assert (await regions.first.ask("GET", "kv/a")).status == 503
    assert (await regions.first.ask("GET", "sys/mounts")).status == 503
