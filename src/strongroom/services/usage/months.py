"""Months of the calendar in UTC, as `2026-11` (pure)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_A_YEAR: Final = 12


def month_of(seconds: float) -> str:
    """The month of a time in seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m")


def is_month(text: str) -> bool:
    """Whether this is a month."""
    return _MONTH.fullmatch(text) is not None


def start_of(month: str) -> float:
    """When a month begins, in seconds since the epoch."""
    return datetime(*_parts(month), 1, tzinfo=UTC).timestamp()


def end_of(month: str) -> float:
    """When the next month begins, in seconds since the epoch."""
    return start_of(later(month, 1))


def first_second(month: str) -> str:
    """When a month begins, as RFC 3339."""
    return f"{month}-01T00:00:00Z"


def last_second(month: str) -> str:
    """The last second of a month, as RFC 3339."""
    return datetime.fromtimestamp(end_of(month) - 1, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def later(month: str, count: int) -> str:
    """The month that is so many after another one; before it, for a negative number."""
    year, number = _parts(month)
    years, rest = divmod(year * _A_YEAR + number - 1 + count, _A_YEAR)
    return f"{years:04d}-{rest + 1:02d}"


def between(first: str, last: str, most: int) -> list[str]:
    """The months from one to another, both included; the last ones, if there are more than `most`."""
    found: list[str] = []
    while first <= last and len(found) < most:
        found.append(last)
        last = later(last, -1)
    return found[::-1]


def _parts(month: str) -> tuple[int, int]:
    return int(month[:4]), int(month[5:])
