"""Axes of charts (pure): where a value lies, and which values are written beside the axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

_WIDE = 20
"""From this ratio of the largest value to the smallest on, an axis is logarithmic."""
_TICKS = 5
_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


class Axis(NamedTuple):
    """One axis."""

    low: float
    high: float
    logarithmic: bool

    def at(self, value: float) -> float:
        """Where a value lies, from 0 to 1."""
        low, high, value = (math.log10(v) if self.logarithmic else v for v in (self.low, self.high, value))
        return (value - low) / (high - low)

    def ticks(self) -> list[float]:
        """The values to mark."""
        if not self.logarithmic:
            step = _step((self.high - self.low) / _TICKS)
            return [self.low + n * step for n in range(int((self.high - self.low) / step + 1e-9) + 1)]
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        decades = [10.0**n for n in range(first, last + 1)]
        if len(decades) > 2:
            return decades
        between = [part * 10.0**n for n in range(first - 1, last + 1) for part in (1, 2, 5)]
        return [value for value in between if self.low * 0.999 <= value <= self.high * 1.001]


def axis(values: Iterable[float], *, from_zero: bool = True) -> Axis:
    """The axis for some values, none of them negative: logarithmic if they are far apart and none is 0.

    Args:
        from_zero: whether a linear axis begins at 0 in any case.
    """
    found = sorted(values)
    smallest, largest = found[0], found[-1]
    if smallest > 0 and largest / smallest >= _WIDE:
        return Axis(_rounded(smallest, math.floor), _rounded(largest, math.ceil), logarithmic=True)
    low = 0.0 if from_zero else smallest
    step = _step((largest - low or 1.0) / _TICKS)
    return Axis(low, low + math.ceil((largest - low or 1.0) / step - 1e-9) * step, logarithmic=False)


def _rounded(value: float, towards: object) -> float:
    """The next 1, 2 or 5 times a power of ten, below or above."""
    decade = 10.0 ** math.floor(math.log10(value) + 1e-9)
    parts = [part * decade for part in (1, 2, 5, 10)]
    if towards is math.floor:
        return max(part for part in parts if part <= value * (1 + 1e-9))
    return min(part for part in parts if part >= value * (1 - 1e-9))


def _step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that isn't below some value."""
    return _rounded(least, math.ceil)


def written(value: float) -> str:
    """A value as it stands beside an axis, as `10k`."""
    for size, unit in _UNITS:
        if value >= size:
            return f"{value / size:.6g}{unit}"
    return f"{value:.4g}"
