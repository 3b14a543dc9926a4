"""The failing store fails as planned, and only then."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import CommitUnknown, Conflict, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.inmem import InmemStorage
from tests.sim.clock import SetClock
from tests.sim.faulty_storage import Delay, Fail, FaultyStorage, Hold, Plan, Unknown


async def faulty(plan: Plan) -> FaultyStorage:
    """A started store in memory that fails by plan."""
    storage = FaultyStorage(InmemStorage(SetClock(), SystemRandom()), plan)
    await storage.start()
    return storage


async def test_calls_fail_in_the_planned_order() -> None:
    """The first call passes, the second conflicts, the third is a storage error, the fourth passes again."""
    plan = Plan(commit=[None, Fail(Conflict()), Fail()])
    storage = await faulty(plan)
    await storage.commit({}, {"a": b"1"}, {})
    with pytest.raises(Conflict):
        await storage.commit({}, {"a": b"2"}, {})
    with pytest.raises(StorageError):
        await storage.commit({}, {"a": b"3"}, {})
    assert (await storage.commit({}, {"a": b"4"}, {})).number == 2
    assert plan.calls["commit"] == 4


@pytest.mark.parametrize("took_place", [False, True])
async def test_an_unknown_outcome_can_be_settled(took_place: bool) -> None:
    """The id that comes with an unknown outcome tells whether the commit took place."""
    storage = await faulty(Plan(commit=[Unknown(took_place)]))
    with pytest.raises(CommitUnknown) as caught:
        await storage.commit({}, {"a": b"1"}, {})
    assert await storage.committed(caught.value.revision_id) is took_place
    assert (await storage.get("a") is not None) is took_place


async def test_a_call_can_be_held() -> None:
    """A held call goes on when it is released; others pass it meanwhile.  A delayed one comes later."""
    hold = Hold()
    storage = await faulty(Plan(commit=[hold], get=[Delay(0.01)]))
    held = asyncio.create_task(storage.commit({}, {"a": b"held"}, {}))
    await hold.reached.wait()
    await storage.commit({}, {"a": b"other"}, {})
    assert not held.done()
    hold.released.set()
    assert (await held).number == 2
    entry = await storage.get("a")
    assert entry is not None and entry.value == b"held"


async def test_commits_inside_exclusive_fail_too() -> None:
    """The plan covers the hold, and the commits inside it."""
    storage = await faulty(Plan(exclusive=[Fail()], commit=[Fail(Conflict())]))
    with pytest.raises(StorageError):
        async with storage.exclusive(1.0):
            pytest.fail("it was to fail")
    async with storage.exclusive(1.0) as committer:
        with pytest.raises(Conflict):
            await committer.commit({}, {"a": b""}, {})
        await committer.commit({}, {"a": b""}, {})
