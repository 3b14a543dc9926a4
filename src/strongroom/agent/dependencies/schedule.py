"""What is due next, of many things."""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)
_SPARE = 64


class Schedule(Generic[T]):
    """Things by the time when they are due: setting one again replaces its time.

    Each operation takes a time that grows with the logarithm of their number.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, T]] = []
        self._valid: dict[T, int] = {}
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._valid)

    def put(self, thing: T, at: float) -> None:
        """Have something be due at a time."""
        number = next(self._numbers)
        self._valid[thing] = number
        heapq.heappush(self._heap, (at, number, thing))
        if len(self._heap) > 4 * len(self._valid) + _SPARE:
            self._heap = [each for each in self._heap if self._valid.get(each[2]) == each[1]]
            heapq.heapify(self._heap)

    def drop(self, thing: T) -> None:
        """Forget something; nothing happens if it isn't there."""
        self._valid.pop(thing, None)

    def next_at(self) -> float | None:
        """When the first one is due; None if there is none."""
        while self._heap and self._valid.get(self._heap[0][2]) != self._heap[0][1]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, now: float) -> T | None:
        """Take out the first one that is due; None if none is."""
        at = self.next_at()
        if at is None or at > now:
            return None
        _, _, thing = heapq.heappop(self._heap)
        del self._valid[thing]
        return thing
