"""Days and long durations as findings write them.  (p)"""

from __future__ import annotations

from datetime import UTC, datetime

from strongroom.client.durations import go_text

_DAY_NS = 24 * 3600 * 10**9
_UNITS = (("y", 365 * _DAY_NS), ("mo", 30 * _DAY_NS), ("w", 7 * _DAY_NS), ("d", _DAY_NS))


def day(at: float) -> str:
    """The day of a time, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def long_duration(nanoseconds: int) -> str:
    """A duration in years, months of 30 days, weeks and days, the smallest unit first, as Vault's program has it."""
    parts: list[str] = []
    rest = nanoseconds
    for name, unit in _UNITS:
        if rest > unit:
            count, rest = divmod(rest, unit)
            parts.insert(0, f"{count}{name}")
    return "".join([go_text(rest) if rest > 0 else "", *parts])
