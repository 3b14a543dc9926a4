"""Pauses in work on many items or versions, in which other requests are served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Final

LONGEST_S: Final = 0.005
"""What is done between two pauses may take so long, and what the one item takes that goes beyond it."""


class Pauses:
    """The pauses of one request.

    They go by the time: an item has one byte or a million, and takes microseconds or milliseconds by its key's type.

    Args:
        clock: seconds since any moment.
    """

    __slots__ = ("_clock", "_since")

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._since = clock()

    @property
    def due(self) -> bool:
        """Whether it is time for a pause."""
        return self._clock() - self._since >= LONGEST_S

    async def take(self) -> None:
        """Make a pause if one is due."""
        if self.due:
            await asyncio.sleep(0)
            self._since = self._clock()
