"""What happens when something takes longer than a caller waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

PATIENCE_S = 5.0
"""For how long a caller waits for a store by default: longer than a slow disk takes, shorter than clients wait."""


@contextlib.contextmanager
def patient(patience_s: float, tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` when the block has taken so long, and whenever it has taken as long once more.

    The block itself goes on: a thread that waits for a disk can't be called back, and what it does is not known.
    """
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []

    def run_out() -> None:
        timers[:] = [loop.call_later(patience_s, run_out)]
        tell()

    timers.append(loop.call_later(patience_s, run_out))
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
