"""Times as texts (p).

Source: https://pkg.go.dev/time#Time.String, https://pkg.go.dev/time#Time.GoString
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_OFFSET_AS_NAME = re.compile(r"UTC[+-]")


def time_text(at: datetime) -> str:
    """A time as it prints: `2006-01-02 15:04:05.5 -0700 MST`."""
    fraction = f".{at.microsecond:06}".rstrip("0") if at.microsecond else ""
    offset = _offset_text(at)
    name = "" if at.tzinfo is None else zone_name(at)
    return f"{at.year:04}-{at:%m-%d %H:%M:%S}{fraction} {offset} {name or offset}"


def time_syntax(at: datetime) -> str:
    """A time as Go would write it."""
    zone = "time.UTC" if zone_name(at) == "UTC" else "time.Local"
    parts = f"{at.day}, {at.hour}, {at.minute}, {at.second}, {at.microsecond * 1000}"
    return f"time.Date({at.year}, time.{MONTHS[at.month - 1]}, {parts}, {zone})"


def _offset_text(at: datetime) -> str:
    offset_s = int((at.utcoffset() or timedelta()).total_seconds())
    minutes = abs(offset_s) // 60
    return f"{'-' if offset_s < 0 else '+'}{minutes // 60:02}{minutes % 60:02}"


def zone_name(at: datetime) -> str:
    """The abbreviation of the zone; empty if it is known by its offset alone."""
    if at.tzinfo == UTC:
        return "UTC"
    name = at.tzname() or ""
    return "" if isinstance(at.tzinfo, timezone) and _OFFSET_AS_NAME.match(name) else name
