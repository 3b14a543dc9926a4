"""Makes the numbers of a node of those of its processes (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

import msgspec

from strongroom.lib.exposition import Across, Gauge, Histogram, Measure


def merged(parts: Iterable[Iterable[Measure]]) -> list[Measure]:
    """One number for each name and labels, in the order in which they first came.

    Args:
        parts: the numbers of each process.

    Raises: `ValueError` if two processes give numbers of different kinds for the same.
    """
    found: dict[tuple[str, tuple[tuple[str, str], ...]], Measure] = {}
    for part in parts:
        for measure in part:
            key = measure.name, tuple(sorted(measure.labels.items()))
            other = found.get(key)
            found[key] = measure if other is None else _both(other, measure)
    return list(found.values())


def growing(measures: Iterable[Measure]) -> list[Measure]:
    """Those that count: what a process has counted stays true after its end."""
    return [measure for measure in measures if measure.grows]


def _both(one: Measure, other: Measure) -> Measure:
    match one, other:
        case Gauge(), Gauge():
            return msgspec.structs.replace(one, value=_across(one.across, one.value, other.value))
        case Histogram(), Histogram() if one.bounds == other.bounds:
            counts = tuple(map(sum, zip(one.counts, other.counts, strict=True)))
            return msgspec.structs.replace(one, counts=counts, total=one.total + other.total)
    raise ValueError(f"{one.name} is of different kinds")


def _across(how: Across, one: float, other: float) -> float:
    match how:
        case Across.SUM:
            return one + other
        case Across.MOST:
            return max(one, other)
        case Across.LEAST:
            return min(one, other)
    assert_never(how)
