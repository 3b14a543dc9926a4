"""The watch over a store: what it says is what was last known, never a question that hangs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Condition, Revision
from strongroom.storage.inmem import InmemStorage
from strongroom.storage.watch import StoreState, StoreWatch
from tests.sim.clock import SetClock
from tests.sim.faulty_storage import Fail, FaultyStorage, Hold, Plan

Scenario = Callable[[StoreWatch, FaultyStorage, Plan], Awaitable[None]]


def watching(scenario: Scenario) -> None:
    """Run a scenario on a watch with hardly any patience."""

    async def main() -> None:
        plan = Plan()
        storage = FaultyStorage(InmemStorage(SetClock(), SystemRandom()), plan)
        await storage.start()
        await scenario(StoreWatch(storage, silent_s=0.01), storage, plan)

    asyncio.run(main())


def test_a_store_that_fails_is_out_of_reach_until_it_answers() -> None:
    """Whatever it fails with: an error of the store, or a fault of ours."""

    async def scenario(watch: StoreWatch, _: FaultyStorage, plan: Plan) -> None:
        for fault in (Fail(), Fail(RuntimeError("a fault of ours"))):
            plan.add("synced", fault)
            await watch.look()
            assert watch.state is StoreState.UNREACHABLE
            await watch.look()
            assert watch.state is StoreState.READY

    watching(scenario)


def test_what_a_fault_says_is_told_to_nobody() -> None:
    """A client library's text may quote a password: the type and the place of a fault are enough."""

    async def scenario(watch: StoreWatch, storage: FaultyStorage, plan: Plan) -> None:
        plan.add("synced", Fail(RuntimeError("CANARY")))
        await watch.look()
        with pytest.raises(StorageError) as refused:
            await watch.ask(storage.get("a"))
        assert "RuntimeError" in refused.value.detail
        assert "CANARY" not in refused.value.detail

    watching(scenario)


def test_a_store_that_hangs_is_noticed_before_it_answers() -> None:
    """While the question hangs the state is told, and others are refused at once; with the answer it is ready."""

    async def scenario(watch: StoreWatch, storage: FaultyStorage, plan: Plan) -> None:
        hold = Hold()
        plan.add("synced", hold)
        looking = asyncio.create_task(watch.look())
        async with asyncio.timeout(30):
            while watch.state is not StoreState.UNREACHABLE:
                await asyncio.sleep(0)
        assert not looking.done()
        with pytest.raises(StorageError):
            await watch.ask(storage.get("a"))
        assert plan.calls["get"] == 0
        hold.released.set()
        await looking
        assert watch.state is StoreState.READY
        assert await watch.ask(storage.get("a")) is None

    watching(scenario)


def test_a_process_that_stood_still_does_not_blame_the_store() -> None:
    """A machine that slept, or a process without a processor: the store had no time to answer."""

    async def scenario(watch: StoreWatch, storage: FaultyStorage, _: Plan) -> None:
        inner = storage.synced

        async def after_a_sleep() -> Revision:
            time.sleep(0.1)
            for _ in range(3):
                await asyncio.sleep(0)
            return await inner()

        storage.synced = after_a_sleep  # type: ignore[method-assign]
        with capture_logs() as lines:
            await watch.look()
        assert lines == []

    watching(scenario)


def test_a_question_about_the_node_does_not_hang() -> None:
    """Even if the store has begun to hang since the last look."""

    async def scenario(watch: StoreWatch, storage: FaultyStorage, plan: Plan) -> None:
        hold = Hold()
        plan.add("get", hold)
        async with asyncio.timeout(30):
            with pytest.raises(StorageError):
                await watch.ask(storage.get("a"))
        hold.released.set()

    watching(scenario)


@pytest.mark.parametrize(
    ("known", "state"),
    [
        (Condition(), StoreState.READY),
        (Condition(full=True), StoreState.FULL),
        (Condition(trouble="the disk failed"), StoreState.UNWRITABLE),
        (Condition(trouble="the disk failed", full=True), StoreState.UNWRITABLE),
    ],
)
def test_what_a_store_knows_of_itself_is_told(known: Condition, state: StoreState) -> None:
    """The worst of it."""

    async def scenario(watch: StoreWatch, storage: FaultyStorage, _: Plan) -> None:
        storage.known = known
        await watch.look()
        assert watch.state is state

    watching(scenario)
