"""A thread for calls that block without the interpreter lock."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class BlockingCalls:
    """Runs calls one after the other, in a thread of its own.

    An executor would work too.  A thread with a plain queue costs half as much per call, and every batch makes a call.
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def call(self, function: Callable[[], T]) -> asyncio.Future[T]:
        """Run `function` in the thread; the future carries what it returns or raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            try:
                result = function()
            except BaseException as error:
                loop.call_soon_threadsafe(_fail, answer, error)
            else:
                loop.call_soon_threadsafe(_succeed, answer, result)

        self._calls.put(work)
        return answer

    def call_and_forget(self, function: Callable[[], None]) -> None:
        """Run `function`, which raises nothing, after the calls that wait."""
        self._calls.put(function)

    def stop(self) -> None:
        """End the thread after the calls that wait."""
        self.leave()
        self._thread.join()

    def leave(self) -> None:
        """Let the thread end after the calls that wait, without waiting for it: a call may hang."""
        self._calls.put(None)

    def _run(self) -> None:
        while (work := self._calls.get()) is not None:
            work()


def _succeed(answer: asyncio.Future[T], result: T) -> None:
    if not answer.done():
        answer.set_result(result)


def _fail(answer: asyncio.Future[T], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
