"""Tells a caller when an operation takes longer than the caller waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Final

PATIENCE_S = 5.0
"""How long a caller waits for a store by default.

This is longer than a slow disk needs, and shorter than clients wait.
"""
PARTS: Final = 8
"""In which a time limit is waited for.

Time in which this process stood still, because the machine slept or it got no processor, says nothing about the store:
of each interruption only a part of the limit counts.
"""


@contextlib.contextmanager
def patient(patience_s: float, tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` each time the block has taken another `patience_s` of this process' running time (see `PARTS`).

    The block itself continues: a thread that waits for a disk can't be cancelled, and the outcome of its work is
    unknown.
    """
    timer = _Timer(patience_s, tell)
    timer.start()
    try:
        yield
    finally:
        timer.stop()


class _Timer:
    """Calls a function again and again.

    It and its handle refer to each other until `stop`.  What refers to itself, as a function does that sets a timer for
    itself, would keep `tell` with the whole batch until the garbage collector runs.
    """

    __slots__ = ("_handle", "_left", "_loop", "_patience_s", "_tell")

    def __init__(self, patience_s: float, tell: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._patience_s = patience_s
        self._tell = tell
        self._left = PARTS
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._handle = self._loop.call_later(self._patience_s / PARTS, self._part_is_over)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _part_is_over(self) -> None:
        self.start()
        self._left -= 1
        if not self._left:
            self._left = PARTS
            self._tell()
