"""A follower takes over what the first region commits, as one state or not at all."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.barrier import keys
from strongroom.core.region.feeding import Feeding
from strongroom.lib.errors import StrongroomError
from strongroom.services.region import wire
from strongroom.services.region.link import RegionRefused
from tests.flow.regions.regions import Between, Regions, fill, services, shared
from tests.sim.faulty_storage import Fail, Plan


async def test_a_follower_has_the_rows_of_the_first_region_and_serves_them() -> None:
    """After a whole copy and after each change, byte for byte."""
    regions = await Regions.start()
    await regions.first.ok("POST", "kv/a", {"value": "1"})
    await regions.join()
    await regions.level()
    assert shared(regions.second) == shared(regions.first)
    await regions.first.ok("POST", "kv/b", {"value": "2"})
    await regions.first.ok("DELETE", "kv/a")
    await regions.level()
    assert shared(regions.second) == shared(regions.first)
    assert (await regions.second.ok("GET", "kv/b")).data == {"value": "2"}
    assert (await regions.second.ask("GET", "kv/a")).status == 404


async def test_what_is_too_much_for_one_commit_is_gathered_while_the_earlier_state_is_served() -> None:
    """Until the last of it has come, the follower serves what it had, and then all of it."""
    regions = await Regions.start()
    await fill(regions.first, 2600, "old")
    await regions.join()
    await regions.level()
    await fill(regions.first, 2600, "new", commits=3)
    catching_up, seen = await regions.catching_up(), []
    while not await catching_up.step():
        answers = [await regions.second.ok("GET", f"probe/rows/row-{number:05d}") for number in (0, 1, 2, 2599)]
        seen.append({answer.data["text"] for answer in answers})
    assert seen
    assert all(each == {"old"} for each in seen)
    assert (await regions.second.ok("GET", "probe/rows/row-02599")).data["text"] == "new"
    assert shared(regions.second) == shared(regions.first)
    assert (await regions.progress()).staging is None


async def test_a_whole_copy_begins_anew_when_the_feed_has_gone_on_without_it() -> None:
    """The first region forgets what was changed while it was copied; the follower notices at once, not at the end."""
    regions = await Regions.start(commits=40)
    await fill(regions.first, 200, "old")
    await regions.join()
    catching_up = await regions.catching_up()
    await catching_up.step()
    await fill(regions.first, 200, "new", commits=50)
    asked = len(regions.between.paths)
    await catching_up.step()
    assert regions.between.paths[asked:] == [wire.PAGE, wire.ROWS, wire.HEAD]
    staging = (await regions.progress()).staging
    assert staging is not None
    assert (staging.whole, staging.copied, staging.after) == (True, False, "")
    await regions.level()
    assert shared(regions.second) == shared(regions.first)


async def test_local_mounts_of_a_follower_outlive_a_second_whole_copy() -> None:
    """What was there before it joined is under lost keys, and goes; what it has made since stays."""
    regions = await Regions.start(commits=40)
    await regions.second.ok("POST", "sys/mounts/before", {"type": "kv", "local": True})
    await regions.join()
    await regions.level()
    assert (await regions.second.ask("GET", "before/a")).status == 404
    await regions.second.ok("POST", "sys/mounts/mine", {"type": "kv", "local": True})
    await regions.second.ok("POST", "mine/a", {"value": "1"})
    await fill(regions.first, 100, "new", commits=50)
    await regions.level()
    assert shared(regions.second) == shared(regions.first)
    assert (await regions.second.ok("GET", "mine/a")).data == {"value": "1"}


async def test_a_process_that_dies_at_any_commit_leaves_one_state_and_another_one_goes_on() -> None:
    """At whichever commit it ends, the follower serves the state before, the state after, or nothing."""
    plan = Plan()
    regions = await Regions.start(plan=plan, commits=12)
    await fill(regions.first, 520, "0")
    await regions.join()
    await regions.level()
    other = await regions.second.peer()
    outcomes = set()
    for dies_at in range(1, 200):
        await fill(regions.first, 520, str(dies_at), commits=20)
        catching_up = await regions.catching_up()
        plan.add("commit", *[None] * (dies_at - 1), Fail())
        lived = True
        try:
            while not await catching_up.step():
                pass
        except StrongroomError:
            lived = False
        if lived:
            break
        answers = [await other.ask("GET", f"probe/rows/row-{number:05d}") for number in (0, 7, 300, 519)]
        [outcome] = {answer.data["text"] if answer.status == 200 else answer.status for answer in answers}
        outcomes.add({str(dies_at - 1): "before", str(dies_at): "after"}.get(str(outcome), outcome))
        catching_up = await regions.catching_up(other)
        while not await catching_up.step():
            pass
        assert shared(regions.second) == shared(regions.first), dies_at
    else:
        raise AssertionError("it never came to an end")
    assert outcomes == {"before", 503}


async def test_a_restore_at_the_first_region_is_taken_over_when_it_is_whole() -> None:
    """What waits for something new is woken by the first commit of a restore, and gets nothing of its middle."""
    regions = await Regions.start()
    await fill(regions.first, 4, "old")
    await regions.join()
    await regions.level()
    before, store = shared(regions.second), regions.first.store
    progress = await regions.progress()
    waiting = Between(Feeding(services(regions.first), wait_s=10.0), regions.between.certificate)
    ask = wire.Ask(1, wire.Point(progress.commit.number, progress.commit.id), wait=True)
    # What a restore does, to the store and past the barrier.
    rows = {key: value for key, value in shared(regions.first).items() if "/row-" in key}
    asked = asyncio.create_task(waiting.ask(wire.ROWS, ask, wire.RowsSaid))
    await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    await store.commit({}, {keys.RESTORING: b"1"}, {})
    await store.commit({}, dict.fromkeys(sorted(rows)[:2]), {})
    with pytest.raises(RegionRefused, match="a snapshot is being restored"):
        await asked
    with pytest.raises(RegionRefused, match="a snapshot is being restored"):
        await regions.level()
    assert shared(regions.second) == before
    await store.commit({}, {**dict.fromkeys(sorted(rows)[2:]), keys.RESTORING: None}, {})
    await regions.level()
    assert shared(regions.second) == shared(regions.first)
    assert (await regions.second.ask("GET", "probe/rows/row-00000")).status == 404


@pytest.mark.parametrize("restored_at", [10, 2_000_000_000], ids=["long ago", "since it was enrolled"])
async def test_a_first_region_that_was_put_back_to_an_old_copy_is_not_followed(restored_at: int) -> None:
    """Its history has grown past the follower's commit again, and the feed can't tell: the restore's own row does."""
    regions = await Regions.start(commits=10)
    await regions.join()
    await regions.level()
    had = shared(regions.second)
    number = (await regions.progress()).commit.number
    row = f'{{"at":{restored_at},"frozen":false,"taken_at":1,"revision":{number - 5}}}'.encode()
    await fill(regions.first, 40, "other", commits=20)
    await regions.first.store.commit({}, {keys.RESTORED: row}, {})
    if restored_at == 10:
        await regions.level()
        assert shared(regions.second) == shared(regions.first)
        return
    with pytest.raises(RegionRefused) as refused:
        await regions.level()
    assert refused.value.reason == "lost"
    assert shared(regions.second) == had
