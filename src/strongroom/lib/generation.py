"""Makes key material and signatures that take long, beside the event loop.

RSA keys take from a few hundredths of a second to several seconds, without the interpreter's lock; SLH-DSA keys take a
process of their own.  Any client that may make keys can ask for many.  So few are made at once, and a bounded number
waits.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from strongroom.lib.errors import RateLimited

T = TypeVar("T")

WAITING = 64
_MOST_AT_ONCE = 4
_RETRY_AFTER_S = 5


class Generation:
    """The threads of one process that make keys, or wait for processes that sign.

    Args:
        at_once: how many keys are made at the same time; 0 for half the cores.
        waiting: how many requests may wait beside those.
        what: what is made, for the error.

    Attributes:
        most: how many requests may have something made, or wait for it.
    """

    def __init__(self, at_once: int = 0, waiting: int = WAITING, what: str = "keys") -> None:
        at_once = at_once or max(1, min(_MOST_AT_ONCE, (os.cpu_count() or 1) // 2))
        self.most = at_once + waiting
        self._threads = ThreadPoolExecutor(at_once, "keys")
        self._lock = threading.Lock()
        self._taken = 0
        self._what = what

    async def make(self, work: Callable[[], T]) -> T:
        """The result of `work`.  Raises `RateLimited` when as many wait as may."""
        with self._lock:
            if self._taken >= self.most:
                raise RateLimited(
                    f"too many {self._what} are being made at once, try again later "
                    f"({self.most} of a process at the most)",
                    retry_after_s=_RETRY_AFTER_S,
                )
            self._taken += 1
        future = self._threads.submit(work)
        # A client that has gone doesn't free the place of work that goes on: only its end does.
        future.add_done_callback(self._done)
        return await asyncio.wrap_future(future)

    def _done(self, future: Future[Any]) -> None:
        with self._lock:
            self._taken -= 1


GENERATION = Generation()
"""One for all mounts of the process: the bound is the machine's."""
