"""Times and durations as findings write them.  (p)"""

from __future__ import annotations

from datetime import UTC, datetime

from strongroom.client.durations import go_text, short_text

_DAY_NS = 24 * 3600 * 10**9


def day(at: float) -> str:
    """The day of a time, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def minute(at: float) -> str:
    """The minute of a time, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def span(nanoseconds: int) -> str:
    """A duration as the configuration file takes it: `365d`, `12h`, `1h30m`, `200ms`."""
    if nanoseconds and nanoseconds % _DAY_NS == 0:
        return f"{nanoseconds // _DAY_NS}d"
    return go_text(nanoseconds) if nanoseconds % 10**9 else short_text(nanoseconds // 10**9)
