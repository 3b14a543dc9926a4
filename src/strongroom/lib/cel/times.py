"""Points in time and lengths of time: their texts and their parts.

Source: https://github.com/cel-expr/cel-spec/blob/master/doc/langdef.md#timestamp-and-duration-functions
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any

from strongroom.lib.cel.errors import CelError, no_overload
from strongroom.lib.cel.operators import moment, span
from strongroom.lib.cel.values import NANOSECONDS, Duration, Timestamp

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)")
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)")
_UNITS_NS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "µs": 10**3, "ns": 1}
_OFFSET = re.compile(r"([+-]?)(\d\d):(\d\d)")
_LONGEST_TEXT = 64


def timestamp(text: str) -> Timestamp:
    """A point in time of its text in RFC 3339.  Raises `CelError`."""
    found = _RFC3339.fullmatch(text)
    if found is not None:
        date, clock, fraction, zone = found.groups()
        try:
            seconds = datetime.fromisoformat(f"{date}T{clock}{'+00:00' if zone in 'zZ' else zone}").timestamp()
        except (ValueError, OverflowError):
            pass  # no such day or zone; the error is raised below
        else:
            return moment(int(seconds) * NANOSECONDS + int((fraction or "").ljust(9, "0")))
    raise CelError(f'invalid RFC 3339 timestamp "{text[:_LONGEST_TEXT]}"')


def timestamp_text(value: Timestamp) -> str:
    """The text in RFC 3339."""
    seconds, ns = divmod(value.ns, NANOSECONDS)
    fraction = f".{ns:09}".rstrip("0") if ns else ""
    return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).isoformat() + f"{fraction}Z"  # noqa: DTZ001 - UTC


def duration(text: str) -> Duration:
    """A length of time of its text, as `1h30m`.  Raises `CelError`."""
    bare = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    parts = _PART.findall(bare) if len(text) <= _LONGEST_TEXT else []
    if bare == "0":
        return Duration(0)
    if not parts or "".join(f"{number}{unit}" for number, unit in parts) != bare:
        raise CelError("type conversion error from 'string' to 'google.protobuf.Duration'")
    ns = 0
    for number, unit in parts:
        whole, _, fraction = number.partition(".")
        ns += int(whole or 0) * _UNITS_NS[unit] + int(fraction or 0) * _UNITS_NS[unit] // 10 ** len(fraction)
    return span(-ns if text.startswith("-") else ns)


def duration_text(value: Duration) -> str:
    """The text in seconds."""
    sign, (seconds, ns) = "-" if value.ns < 0 else "", divmod(abs(value.ns), NANOSECONDS)
    fraction = f".{ns:09}".rstrip("0") if ns else ""
    return f"{sign}{seconds}{fraction}s"


_OF_TIME: dict[str, Callable[[datetime], int]] = {
    "getFullYear": lambda at: at.year,
    "getMonth": lambda at: at.month - 1,
    "getDate": lambda at: at.day,
    "getDayOfMonth": lambda at: at.day - 1,
    "getDayOfWeek": lambda at: at.isoweekday() % 7,
    "getDayOfYear": lambda at: at.timetuple().tm_yday - 1,
    "getHours": lambda at: at.hour,
    "getMinutes": lambda at: at.minute,
    "getSeconds": lambda at: at.second,
    "getMilliseconds": lambda at: at.microsecond // 1000,
}
_OF_DURATION_NS = {
    "getHours": 3600 * NANOSECONDS,
    "getMinutes": 60 * NANOSECONDS,
    "getSeconds": NANOSECONDS,
    "getMilliseconds": 10**6,
}
PARTS = frozenset(_OF_TIME)


def part(name: str, value: Any, zone: Any = "UTC") -> int:
    """A part of a point in time in a time zone, or the whole length of a length of time.  Raises `CelError`."""
    if isinstance(value, Duration) and name in _OF_DURATION_NS:
        whole = abs(value.ns) // _OF_DURATION_NS[name]
        return -whole if value.ns < 0 else whole
    if not isinstance(value, Timestamp) or not isinstance(zone, str):
        raise no_overload()
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value.ns // 1000)
        return _OF_TIME[name](at.astimezone(_zone(zone)))
    except (OverflowError, ValueError):
        raise CelError("timestamp overflow") from None


def _zone(name: str) -> tzinfo:
    if offset := _OFFSET.fullmatch(name):
        minutes = int(offset[2]) * 60 + int(offset[3])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if name == "UTC":
        return UTC
    found = _named_zone(name[:_LONGEST_TEXT])
    if found is None:
        raise CelError(f"unknown time zone {name[:_LONGEST_TEXT]}")
    return found


@lru_cache(256)
def _named_zone(name: str) -> tzinfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None
