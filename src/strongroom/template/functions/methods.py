"""Methods of times and of numbers from JSON, by the names of their types (p).

Go's months and days of the week are numbers that print as names.

Source: https://pkg.go.dev/time#Time, https://pkg.go.dev/encoding/json#Number
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.formatting.times import MONTHS, time_text
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.layouts import DAYS, format_time
from strongroom.template.functions.go.numbers import NotANumber, parse_float, parse_int
from strongroom.template.values import NamedInteger, Number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO = datetime(1, 1, 1, tzinfo=UTC)
_OUT_OF_RANGE = "the time is out of the years 1 to 9999"
_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise FunctionFailed(_OUT_OF_RANGE) from None


def _add_date(at: datetime, years: int, months: int, days: int) -> datetime:
    """A time so many years, months and days later.  A day that a month lacks is one of the month after."""
    carried, month = divmod(at.month - 1 + months, _MONTHS_A_YEAR)
    try:
        first = at.replace(year=at.year + years + carried, month=month + 1, day=1)
        return first + timedelta(days=at.day - 1 + days)
    except (OverflowError, ValueError):
        raise FunctionFailed(_OUT_OF_RANGE) from None


def _month(at: datetime) -> NamedInteger:
    return NamedInteger(at.month, "time.Month", MONTHS[at.month - 1])


def _weekday(at: datetime) -> NamedInteger:
    number = at.isoweekday() % _DAYS_A_WEEK
    return NamedInteger(number, "time.Weekday", DAYS[at.weekday()])


def _since_epoch(units_a_second: int) -> Callable[[datetime], int]:
    def count(at: datetime) -> int:
        microseconds = (at - _EPOCH) // timedelta(microseconds=1)
        return microseconds * units_a_second // 1_000_000

    return count


def _number(parse: Callable[[str], Any], name: str) -> Callable[[Number], Any]:
    def read(number: Number) -> Any:
        try:
            return parse(str(number))
        except NotANumber as error:  # The number may be a secret: it isn't told.
            raise FunctionFailed(f"strconv.{name}: {error}") from None

    return read


_TIME = (Kind.TIME,)
_TIMES = (Kind.TIME, Kind.TIME)
_OF_TIMES: Mapping[str, Function] = {
    "AddDate": Function(_add_date, (Kind.TIME, Kind.INT, Kind.INT, Kind.INT)),
    "After": Function(lambda at, other: at > other, _TIMES),
    "Before": Function(lambda at, other: at < other, _TIMES),
    "Day": Function(lambda at: at.day, _TIME),
    "Equal": Function(lambda at, other: at == other, _TIMES),
    "Format": Function(format_time, (Kind.TIME, Kind.STRING)),
    "Hour": Function(lambda at: at.hour, _TIME),
    "IsZero": Function(lambda at: at == _ZERO, _TIME),
    "Minute": Function(lambda at: at.minute, _TIME),
    "Month": Function(_month, _TIME),
    "Nanosecond": Function(lambda at: at.microsecond * 1000, _TIME),
    "Second": Function(lambda at: at.second, _TIME),
    "String": Function(time_text, _TIME),
    "UTC": Function(_in_utc, _TIME),
    "Unix": Function(_since_epoch(1), _TIME),
    "UnixMicro": Function(_since_epoch(1_000_000), _TIME),
    "UnixMilli": Function(_since_epoch(1000), _TIME),
    "UnixNano": Function(_since_epoch(1_000_000_000), _TIME),
    "Weekday": Function(_weekday, _TIME),
    "Year": Function(lambda at: at.year, _TIME),
    "YearDay": Function(lambda at: at.timetuple().tm_yday, _TIME),
}
_OF_NUMBERS: Mapping[str, Function] = {
    "Float64": Function(_number(parse_float, "ParseFloat"), (Kind.ANY,)),
    "Int64": Function(_number(parse_int, "ParseInt"), (Kind.ANY,)),
    "String": Function(str, (Kind.ANY,)),
}
_OF_NAMED: Mapping[str, Function] = {"String": Function(lambda number: number.name, (Kind.ANY,))}
METHODS: Mapping[str, Function] = {
    **{f"time.Time.{name}": function for name, function in _OF_TIMES.items()},
    **{f"json.Number.{name}": function for name, function in _OF_NUMBERS.items()},
    **{f"{kind}.{name}": function for kind in ("time.Month", "time.Weekday") for name, function in _OF_NAMED.items()},
}
"""What stands before a method's name isn't part of any function's name.  The first argument is the value itself."""
