"""Threads that hash passwords: a few at once, behind everything else, and with a bounded number waiting.

Anybody may ask for the work of a login.  Without a bound a flood of logins has the server hash for minutes after the
last of them, holds a request for each, and takes the processor from everybody who has logged in already.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from strongroom.lib.errors import RateLimited
from strongroom.sdk import Waiting

T = TypeVar("T")

LOGINS_WAITING = 64
"""Some four seconds' work of one core with scrypt alone; nobody waits for a login much longer."""
_RETRY_AFTER_S = 2.0
_NICENESS = 2
_MOST_AT_ONCE = 4
"""Each takes 32 MiB, in each of a node's worker processes."""


class Hashing:
    """The password work of one process.

    Args:
        at_once: how many hashes are computed at the same time; 0 for half the cores, so that requests have the others.
        logins_waiting: how many logins may wait beside those.
    """

    def __init__(self, at_once: int = 0, logins_waiting: int = LOGINS_WAITING) -> None:
        at_once = at_once or max(1, min(_MOST_AT_ONCE, (os.cpu_count() or 1) // 2))
        self._most = at_once + logins_waiting
        self._threads = ThreadPoolExecutor(at_once, "passwords", initializer=_step_back)
        self._lock = threading.Lock()
        self._taken = 0
        self._refused = 0

    @property
    def waiting(self) -> Waiting:
        """What is being hashed or waits for it now, and how many logins were refused so far."""
        return Waiting(now=self._taken, refused=self._refused)

    async def for_login(self, work: Callable[[], T]) -> T:
        """Do a login's work.  Raises `RateLimited` when as many wait as may."""
        return await self._run(work, self._most)

    async def for_administration(self, work: Callable[[], T]) -> T:
        """Do work of a client with a token, which a flood of logins must not lock out."""
        return await self._run(work, 2 * self._most)

    async def _run(self, work: Callable[[], T], most: int) -> T:
        with self._lock:
            if self._taken >= most:
                self._refused += 1
                text = f"too many logins at once, try again later ({most} of a process at the most, which is fixed)"
                raise RateLimited(text, retry_after_s=_RETRY_AFTER_S)
            self._taken += 1
        future = self._threads.submit(work)
        # A client that has gone doesn't free the place of work that goes on: only its end does.
        future.add_done_callback(self._done)
        return await asyncio.wrap_future(future)

    def _done(self, future: Future[Any]) -> None:
        with self._lock:
            self._taken -= 1


def _step_back() -> None:
    """Have the event loop, and every other process, come before this thread."""
    if sys.platform == "linux":  # elsewhere this would be the whole process
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
