"""Claims about running coroutines without a Task until they wait."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
import uvloop

from strongroom.barrier.stable import Outside, StableValues
from strongroom.http import first_step

T = TypeVar("T")

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="outside")

LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop, uvloop.new_event_loop]


@pytest.fixture(params=LOOPS, ids=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest) -> Any:
    """Each of the two kinds of loop."""
    made = request.param()
    yield made
    made.close()


def run(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> first_step.Finished[T] | asyncio.Task[T]:
    """Start a coroutine as the listener does, from a callback; a Task is then run to its end."""
    caught: list[BaseException] = []
    started: list[first_step.Finished[T] | asyncio.Task[T]] = []

    def callback() -> None:
        try:
            started.append(first_step.start(loop, coroutine))
        except Exception as error:
            caught.append(error)
        loop.stop()

    loop.call_soon(callback)
    loop.run_forever()
    if caught:
        raise caught[0]
    if isinstance(started[0], asyncio.Task):
        loop.run_until_complete(asyncio.wait([started[0]]))
    return started[0]


def result_of(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that must have waited."""
    task = run(loop, coroutine)
    assert isinstance(task, asyncio.Task)
    return task.result()


def test_without_waiting_there_is_no_task(loop: asyncio.AbstractEventLoop) -> None:
    """A coroutine that doesn't wait has its result at once, an exception is raised at once."""

    async def quick() -> str:
        return "done"

    async def broken() -> str:
        raise LookupError

    outcome = run(loop, quick())
    assert isinstance(outcome, first_step.Finished)
    assert outcome.result == "done"
    with pytest.raises(LookupError):
        run(loop, broken())


def test_waiting_for_anything_works(loop: asyncio.AbstractEventLoop) -> None:
    """The first wait may be a bare yield, a timer, a future that is done meanwhile, a task or a failure."""

    async def child(fails: bool) -> int:
        await asyncio.sleep(0)
        if fails:
            raise LookupError
        return 3

    async def waits() -> list[object]:
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return ["yield", await asyncio.create_task(child(False))]

    async def waits_for_future() -> object:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, 5)
        return [await future, await asyncio.gather(child(False), child(False))]

    async def waits_for_failure() -> str:
        try:
            await asyncio.create_task(child(True))
        except LookupError:
            await asyncio.sleep(0)
            return "caught"
        return "missed"

    assert result_of(loop, waits()) == ["yield", 3]
    assert result_of(loop, waits_for_future()) == [5, [3, 3]]
    assert result_of(loop, waits_for_failure()) == "caught"


def test_cancelling_reaches_the_coroutine(loop: asyncio.AbstractEventLoop) -> None:
    """A cancellation during the first wait arrives there, and may be outlived by further waits."""
    seen = []

    async def stubborn() -> str:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            seen.append("cancelled")
            await asyncio.sleep(0.001)
            await asyncio.sleep(0)
        return "outlived"

    started: list[asyncio.Task[str]] = []
    coroutine = stubborn()

    async def main() -> str:
        ready = asyncio.Event()

        def callback() -> None:
            task = first_step.start(asyncio.get_running_loop(), coroutine)
            assert isinstance(task, asyncio.Task)
            started.append(task)
            asyncio.get_running_loop().call_later(0.01, task.cancel)
            ready.set()

        asyncio.get_running_loop().call_soon(callback)
        await ready.wait()
        return await started[0]

    assert loop.run_until_complete(main()) == "outlived"
    assert seen == ["cancelled"]


def test_timeouts_and_groups_may_be_entered_before_the_first_wait(loop: asyncio.AbstractEventLoop) -> None:
    """`asyncio.timeout` cancels what it encloses and nothing else, and a group ends when a member fails."""

    async def times_out() -> str:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(30)
        except TimeoutError:
            await asyncio.sleep(0)
            return "timed out"
        return "missed"

    async def in_time() -> str:
        async with asyncio.timeout(30):
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return "in time"

    async def fails() -> None:
        raise LookupError

    async def grouped() -> str:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())
                await asyncio.sleep(30)
        except* LookupError:
            pass
        return "ended"

    async def never_waits() -> str:
        async with asyncio.timeout(30):
            return "done"

    assert result_of(loop, times_out()) == "timed out"
    assert result_of(loop, in_time()) == "in time"
    assert result_of(loop, grouped()) == "ended"
    outcome = run(loop, never_waits())
    assert isinstance(outcome, first_step.Finished)
    assert outcome.result == "done"


def test_context_stays_inside(loop: asyncio.AbstractEventLoop) -> None:
    """What is bound before the first wait is seen after it, and by nobody outside."""

    async def binds() -> str:
        variable.set("inside")
        await asyncio.sleep(0)
        return variable.get()

    async def binds_quickly() -> str:
        variable.set("inside")
        return variable.get()

    assert result_of(loop, binds()) == "inside"
    assert isinstance(run(loop, binds_quickly()), first_step.Finished)
    assert variable.get() == "outside"


def test_the_task_is_current_after_the_first_wait(loop: asyncio.AbstractEventLoop) -> None:
    """During the first step something is the current task, afterwards the Task itself; outside, nothing."""

    async def looks() -> tuple[bool, bool]:
        first = asyncio.current_task() is not None
        await asyncio.sleep(0)
        return first, isinstance(asyncio.current_task(), asyncio.Task)

    assert result_of(loop, looks()) == (True, True)
    assert asyncio.current_task(loop) is None


def test_work_outside_a_transaction_is_in_one_task(loop: asyncio.AbstractEventLoop) -> None:
    """Work that a request waits for begins and ends in the same Task, as libraries of HTTP demand."""

    async def work() -> tuple[object, object]:
        before = asyncio.current_task()
        await asyncio.sleep(0)
        return before, asyncio.current_task()

    async def request() -> tuple[object, object]:
        once = StableValues()
        try:
            return once.outside("work", work)
        except Outside as needed:
            await once.carry_out(needed)
        return once.outside("work", work)

    task = run(loop, request())
    assert isinstance(task, asyncio.Task)
    before, after = task.result()
    assert before is after is task
