"""Tells a caller when an operation takes longer than the caller waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

PATIENCE_S = 5.0
"""How long a caller waits for a store by default.

This is longer than a slow disk needs, and shorter than clients wait.
"""


@contextlib.contextmanager
def patient(patience_s: float, tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` each time the block has taken another `patience_s`.

    The block itself continues: a thread that waits for a disk can't be cancelled, and the outcome of its work is
    unknown.
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
