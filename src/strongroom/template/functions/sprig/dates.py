"""Times and durations (p).

Source: https://masterminds.github.io/sprig/date.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.durations import (
    SECOND_NS,
    duration_text,
    parse_duration,
    rounded_to_seconds,
)
from strongroom.template.functions.go.layouts import format_time
from strongroom.template.functions.go.numbers import NotANumber, parse_int, wrapped
from strongroom.template.functions.go.times_read import OutOfYears, read_time
from strongroom.template.functions.go.zones import local_zone, zone
from strongroom.template.surroundings import Surroundings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO = datetime(1, 1, 1, tzinfo=UTC)
_HTML = "2006-01-02"
_OUT_OF_RANGE = "the time is out of the years 1 to 9999"
_UNITS_NS = {
    "y": 365 * 24 * 3600 * SECOND_NS, "mo": 30 * 24 * 3600 * SECOND_NS, "d": 24 * 3600 * SECOND_NS,
    "h": 3600 * SECOND_NS, "m": 60 * SECOND_NS, "s": SECOND_NS,
}  # fmt: skip


def _now(around: Surroundings) -> datetime:
    return around.now()


def _date(around: Surroundings, layout: str, value: Any) -> str:
    return _date_in_zone(around, layout, value, "Local")


def _date_in_zone(around: Surroundings, layout: str, value: Any, name: str) -> str:
    try:
        return format_time(_time(around, value).astimezone(zone(name, around)), layout)
    except (OverflowError, ValueError):
        raise FunctionFailed(_OUT_OF_RANGE) from None


def _html_date(around: Surroundings, value: Any) -> str:
    return _date(around, _HTML, value)


def _html_date_in_zone(around: Surroundings, value: Any, name: str) -> str:
    return _date_in_zone(around, _HTML, value, name)


def _date_modify(by: str, value: datetime, *, must: bool) -> datetime:
    try:
        duration_ns = parse_duration(by)
    except ValueError as error:
        if must:
            raise FunctionFailed(f"time: {error}") from None
        return value
    try:
        return value + timedelta(microseconds=duration_ns // 1000)
    except OverflowError:
        raise FunctionFailed(_OUT_OF_RANGE) from None


def _ago(around: Surroundings, value: Any) -> str:
    return duration_text(rounded_to_seconds(_since_ns(around, _time(around, value))))


def _duration(value: Any) -> str:
    """Seconds as a duration.  A text that is no number counts as none."""
    seconds = 0
    if isinstance(value, str):
        try:
            seconds = parse_int(value)
        except NotANumber:
            seconds = 0
    elif isinstance(value, int):
        seconds = value
    return duration_text(wrapped(seconds * SECOND_NS))


def _duration_round(around: Surroundings, value: Any) -> str:
    """How many of the greatest unit it is more than one of; without a sign."""
    size = abs(_duration_ns(around, value))
    for unit, unit_ns in _UNITS_NS.items():
        if size > unit_ns:
            return f"{size // unit_ns}{unit}"
    return "0s"


def _duration_ns(around: Surroundings, value: Any) -> int:
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except ValueError:
            return 0
    if isinstance(value, datetime):
        return _since_ns(around, value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _to_date(around: Surroundings, layout: str, text: str, *, must: bool) -> datetime:
    try:
        return read_time(layout, text, local_zone(around))
    except (ValueError, OverflowError) as error:
        if must or isinstance(error, OutOfYears):
            raise FunctionFailed(f"the time isn't as its layout says: {error}") from None
        return _ZERO


def _unix_epoch(value: datetime) -> str:
    return str((value - _EPOCH) // timedelta(seconds=1))


def _time(around: Surroundings, value: Any) -> datetime:
    """A time, or the seconds since 1970 as one; of all else it is now."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, int) or isinstance(value, bool):
        return around.now()
    try:
        return _EPOCH + timedelta(seconds=value)
    except OverflowError:
        raise FunctionFailed(_OUT_OF_RANGE) from None


def _since_ns(around: Surroundings, value: datetime) -> int:
    return (around.now() - value) // timedelta(microseconds=1) * 1000


_modify = Function(partial(_date_modify, must=False), (Kind.STRING, Kind.TIME))
_must_modify = Function(partial(_date_modify, must=True), (Kind.STRING, Kind.TIME))
_in_zone = Function(_date_in_zone, (Kind.STRING, Kind.ANY, Kind.STRING), around=True)
_LAYOUT_AND_TEXT = (Kind.STRING, Kind.STRING)
FUNCTIONS: Mapping[str, Function] = {
    "ago": Function(_ago, (Kind.ANY,), around=True),
    "date": Function(_date, (Kind.STRING, Kind.ANY), around=True),
    "dateInZone": _in_zone,
    "dateModify": _modify,
    "date_in_zone": _in_zone,
    "date_modify": _modify,
    "duration": Function(_duration, (Kind.ANY,)),
    "durationRound": Function(_duration_round, (Kind.ANY,), around=True),
    "htmlDate": Function(_html_date, (Kind.ANY,), around=True),
    "htmlDateInZone": Function(_html_date_in_zone, (Kind.ANY, Kind.STRING), around=True),
    "mustDateModify": _must_modify,
    "mustToDate": Function(partial(_to_date, must=True), _LAYOUT_AND_TEXT, around=True),
    "must_date_modify": _must_modify,
    "now": Function(_now, around=True),
    "toDate": Function(partial(_to_date, must=False), _LAYOUT_AND_TEXT, around=True),
    "unixEpoch": Function(_unix_epoch, (Kind.TIME,)),
}
