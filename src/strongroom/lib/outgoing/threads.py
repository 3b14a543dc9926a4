"""Blocking work in threads, so many at once for each lane.

A thread has a place among those of its lane until it ends, also when nobody waits for it any more.  So a system that
hangs takes no other lane's places, and never more threads than its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.outgoing.slots import Slots

T = TypeVar("T")

_ONE_DAY_S = 86_400.0


class Threads:
    """The threads of one process that wait for systems of one kind.

    Args:
        name: of the kind of system, for errors. at_once: how many threads a lane has. waiting: how many pieces of its
            work may wait for one.
    """

    def __init__(self, name: str, *, at_once: int, waiting: int) -> None:
        self._name = name
        self._slots = Slots(name, at_once=at_once, waiting=waiting)
        self._places: set[asyncio.Task[object]] = set()

    @property
    def taken(self) -> int:
        """How many pieces of work are done or wait now."""
        return self._slots.taken

    @property
    def refused(self) -> int:
        """How many were refused so far, because too many waited."""
        return self._slots.refused

    async def run(self, lane: str, work: Callable[[], T], *, within_s: float) -> T:
        """Do some work, which blocks.

        Args:
            lane: whose threads it takes: a mount's. within_s: how long the result is waited for, in seconds.

        Raises: what `work` raises; `RateLimited` if too many wait; `TimeoutError`.
        """
        given_up = threading.Event()

        def unless_given_up() -> T:
            if given_up.is_set():
                raise UpstreamFailed(f"{self._name} did not answer in time")
            return work()

        task = asyncio.create_task(self._in_place(lane, unless_given_up))
        self._places.add(task)
        task.add_done_callback(self._left)
        try:
            async with asyncio.timeout(within_s):
                return await asyncio.shield(task)
        finally:
            given_up.set()

    async def _in_place(self, lane: str, work: Callable[[], T]) -> T:
        async with self._slots.place(lane, total_s=_ONE_DAY_S):
            return await in_thread(work)

    def _left(self, task: asyncio.Task[object]) -> None:
        self._places.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may have gone


async def in_thread(work: Callable[[], T]) -> T:
    """The result of a thread of its own, which doesn't keep the process from ending.  Raises what `work` raises."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def body() -> None:
        result, failure = None, None
        try:
            result = work()
        except Exception as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=body, name="outgoing", daemon=True).start()
    return await done
