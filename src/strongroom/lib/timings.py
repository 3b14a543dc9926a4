"""How long something took, counted by length: what a histogram for monitoring is made of."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

BOUNDS_S: Final = (
    *(0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01),
    *(0.025, 0.05, 0.1, 0.25, 1.0, 5.0),
)
"""Upper bounds of the lengths that are told apart, in seconds.  Most requests take some hundred microseconds."""


class Timings:
    """Counts lengths of time.  One addition takes some 0.15 microseconds.

    Attributes:
        counts: how many were at most as long as the bound of the same place; the last one has no bound.
        total_s: of all, in seconds.
    """

    __slots__ = ("counts", "total_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.total_s = 0.0

    def add(self, length_s: float) -> None:
        """Count one, in seconds."""
        self.counts[bisect_left(BOUNDS_S, length_s)] += 1
        self.total_s += length_s

    def add_many(self, length_s: float, number: int) -> None:
        """Count several of the same length, in seconds."""
        self.counts[bisect_left(BOUNDS_S, length_s)] += number
        self.total_s += length_s * number
