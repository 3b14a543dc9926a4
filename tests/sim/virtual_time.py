"""An event loop whose time passes at once: what waits for an hour is woken when nothing else is left to do.

For coroutines without sockets and threads.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

START = 1_000_000.0
"""Seconds since the epoch at the beginning of a loop's time."""
_MOST_TURNS = 100_000


class _Jumping(selectors.SelectSelector):
    """Tells the loop that the time it would have waited for has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now."""
        self._turns += 1
        if timeout is None or self._turns > _MOST_TURNS:
            raise RuntimeError("every task waits for something that nobody does, or for no time")
        self.now += max(timeout, 0.0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that never waits."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds of this loop's own time."""
        return self._jumping.now


class LoopClock:
    """The time of the loop that runs, as a clock."""

    def monotonic(self) -> float:
        """Seconds of the loop's time."""
        return asyncio.get_running_loop().time()

    def now(self) -> float:
        """Seconds since the epoch."""
        return START + self.monotonic()


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in a time of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main())
