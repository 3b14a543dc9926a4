"""From one place in a list's entries to another (p)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

Place = tuple[int, int]
"""The number of a part, and an offset in it, in bytes."""


class Span(NamedTuple):
    """A piece of one part."""

    part: int
    first: int
    last: int | None
    """None for the part's end."""


def spans(start: Place, end: Place) -> Iterator[Span]:
    """The pieces between two places.  Empty ones are left out: their part may have no row."""
    for number in range(start[0], end[0] + 1):
        first = start[1] if number == start[0] else 0
        last = end[1] if number == end[0] else None
        if last is None or last > first:
            yield Span(number, first, last)
