"""An event loop whose time passes only when everything in it waits: hours of waiting take no time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

START = 1_000_000.0
"""Seconds since the epoch at the beginning of a loop's time."""
_MOST_TURNS = 1_000_000


class _Selector(selectors.DefaultSelector):
    """Lets time pass instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now."""
        found = super().select(0)
        self._turns += 1
        if (timeout is None and not found) or self._turns > _MOST_TURNS:
            raise RuntimeError("everything waits for something that nobody does, or for no time")
        if not found and timeout:
            self.now += timeout
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop.  It serves what needs no threads and no sockets but its own."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._virtual.now


class LoopClock:
    """The time of the loop that runs, as a clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return START + self.monotonic()

    def monotonic(self) -> float:
        """Seconds since the loop was made."""
        return asyncio.get_running_loop().time()


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in such a loop."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main())


def in_virtual_time(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test in such a loop."""

    @wraps(test)
    def in_time() -> None:
        run(test)

    return in_time
