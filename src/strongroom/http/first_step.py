"""Running a request's coroutine without a Task until it first has to wait.

Most requests are served from caches and never wait, and a Task costs more than everything else here.  The code before
the first wait must not notice the difference, so it gets two things of a Task:

- its own copy of the context variables, or what one request binds would be seen by the connection's next;
- an `asyncio.current_task()`, which `asyncio.timeout` and `TaskGroup` keep in order to cancel it later.  No Task
  exists yet, so they get a stand-in that passes everything on to the Task that takes over.

A coroutine that waits for the end of its turn (`lib/turn.py`) needs no Task either: who runs the turn goes on with it.

Source: https://docs.python.org/3/library/asyncio-extending.html#task-lifetime-support (`_enter_task`, `_leave_task`).
"""

from __future__ import annotations

import asyncio
import contextvars
import types
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar, cast

from strongroom.lib.turn import END_OF_TURN

T = TypeVar("T")


class _StandIn:
    """What `asyncio.current_task()` returns during the first step."""

    __slots__ = ("__weakref__", "task")

    def __init__(self) -> None:
        self.task: asyncio.Task[Any] | None = None

    def __getattr__(self, name: str) -> Any:
        if self.task is not None:
            return getattr(self.task, name)
        return getattr(_NOT_CANCELLED, name)


class _NotCancelled:
    """A task as it is during its first step: nobody else has had the chance to cancel it."""

    def cancelling(self) -> int:
        return 0

    def uncancel(self) -> int:
        return 0

    def done(self) -> bool:
        return False

    def cancelled(self) -> bool:
        return False

    def get_name(self) -> str:
        return "request"


_NOT_CANCELLED = _NotCancelled()


class Finished(Generic[T]):
    """The result of a coroutine that didn't have to wait."""

    __slots__ = ("result",)

    def __init__(self, result: T) -> None:
        self.result = result


class FirstStep(Generic[T]):
    """A coroutine that runs without a Task."""

    __slots__ = ("_context", "_coroutine", "_loop", "_stand_in")

    def __init__(self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> None:
        self._loop = loop
        self._coroutine = coroutine
        self._context = contextvars.copy_context()
        self._stand_in = _StandIn()

    def go_on(self) -> Finished[T] | asyncio.Task[T] | FirstStep[T]:
        """Run the coroutine until it waits.  Must be called outside any Task.

        Returns: its result, the Task that has taken over, or this object if it waits for the end of the turn.

        Raises: what the coroutine raises before it waits.
        """
        as_task = cast("asyncio.Task[Any]", self._stand_in)
        asyncio.tasks._enter_task(self._loop, as_task)
        try:
            waits_for = self._context.run(self._coroutine.send, None)
        except StopIteration as done:
            return Finished(done.value)
        finally:
            asyncio.tasks._leave_task(self._loop, as_task)
        if waits_for is END_OF_TURN:
            return self
        task = self._loop.create_task(_rest(self._coroutine, waits_for), context=self._context)
        self._stand_in.task = task
        return task


def start(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> Finished[T] | asyncio.Task[T]:
    """Run `coroutine` until it first waits; then a Task takes over.

    Must be called outside any Task, and outside a turn.

    Raises: what the coroutine raises before it waits.
    """
    outcome = FirstStep(loop, coroutine).go_on()
    assert not isinstance(outcome, FirstStep), "there is no turn whose end it could wait for"
    return outcome


async def _rest(coroutine: Coroutine[Any, Any, T], waits_for: Any) -> T:
    """What a Task takes; since Python 3.12 no generator is good enough for it."""
    return await _resume(coroutine, waits_for)


@types.coroutine
def _resume(coroutine: Coroutine[Any, Any, T], waits_for: Any) -> Generator[Any, Any, T]:
    """Go on with a coroutine that already waits.

    The coroutine yielded its future to this function, not to the Task, so it is yielded again: its mark
    `_asyncio_future_blocking`, by which a Task tells a future that is awaited from one yielded by mistake, is still
    set, because only the Task clears it.  After that the coroutine and the Task talk directly.
    """
    while True:
        try:
            yield waits_for
        except BaseException as error:
            try:
                waits_for = coroutine.throw(error)
            except StopIteration as done:
                return cast("T", done.value)
        else:
            return (yield from cast("Generator[Any, Any, T]", coroutine))
