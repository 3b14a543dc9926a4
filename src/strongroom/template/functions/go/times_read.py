"""Go's `time.ParseInLocation`: reading a time that is written as a layout shows."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from strongroom.template.formatting.times import MONTHS, zone_name
from strongroom.template.functions.go.layouts import DAYS, elements

_NUMBERS = {
    "01": (2, 2), "1": (1, 2), "02": (2, 2), "2": (1, 2), "_2": (1, 2), "15": (1, 2), "03": (2, 2), "3": (1, 2),
    "04": (2, 2), "4": (1, 2), "05": (2, 2), "5": (1, 2), "2006": (4, 4), "06": (2, 2), "002": (3, 3), "__2": (1, 3),
}  # fmt: skip
"""How many digits an element has, at least and at most."""
_FIELDS = {
    "01": "month", "1": "month", "02": "day", "2": "day", "_2": "day", "15": "hour", "03": "half", "3": "half",
    "04": "minute", "4": "minute", "05": "second", "5": "second", "2006": "year", "06": "short_year",
    "002": "day_of_year", "__2": "day_of_year",
}  # fmt: skip
_RANGES = {
    "month": (1, 12), "day": (0, 99), "hour": (0, 23), "half": (0, 12), "minute": (0, 59), "second": (0, 59),
    "year": (0, 9999), "short_year": (0, 99), "day_of_year": (1, 366),
}  # fmt: skip
_ZONE_NAME = re.compile(
    r"GMT(?:[+-][0-9]{1,2})?|ChST|MeST|WITA|[+-][0-9]{2}(?![0-9])|(?:[A-Z]{3}|[A-Z]{4}T|[A-Z]{3}T)(?![A-Z])"
)
_FRACTION = re.compile(r"[.,][0-9]+")


class OutOfYears(ValueError):
    """Go has the time, with the year 0, which Python's times don't."""


@dataclass
class _Read:
    """What was read so far."""

    numbers: dict[str, int]
    microsecond: int = 0
    afternoon: bool | None = None
    offset_s: int | None = None
    zone: str = ""


def read_time(layout: str, text: str, local: tzinfo = UTC) -> datetime:
    """The time.

    Args:
        local: the zone of a text that doesn't say one.

    Raises:
        ValueError: the text isn't as the layout shows, or no time within the years 1 to 9999.
    """
    read, rest = _Read({}), text
    parts = list(elements(layout))
    for number, (before, element) in enumerate(parts):
        rest = _without(before, rest)
        if not element:
            break
        rest = _taken(element, rest, read)
        following = parts[number + 1]
        if _FIELDS.get(element) == "second" and not (following[1][:1] in {".", ","} and not following[0]):
            rest = _fraction_taken(rest, read)
    if rest:
        raise ValueError("extra text")
    return _zoned(_naive(read), read, local)


def _without(literal: str, text: str) -> str:
    """What follows a layout's text.  A run of spaces stands for one of any length."""
    at = 0
    while at < len(literal):
        if literal[at] == " ":
            if text and text[0] != " ":
                raise ValueError("a space is missing")
            at += len(literal[at:]) - len(literal[at:].lstrip(" "))
            text = text.lstrip(" ")
        elif text[:1] != literal[at]:
            raise ValueError("another character was expected")
        else:
            at, text = at + 1, text[1:]
    return text


def _taken(element: str, text: str, read: _Read) -> str:
    """Read one element from the beginning of the text, and give the rest."""
    if element in _FIELDS:
        return _number_taken(element, text, read)
    if element in {"January", "Jan", "Monday", "Mon"}:
        return _name_taken(element, text, read)
    if element in {"PM", "pm"}:
        halves = ("AM", "PM") if element == "PM" else ("am", "pm")
        read.afternoon = bool(halves.index(text[:2]))
        return text[2:]
    if element == "MST":
        return _zone_taken(text, read)
    if element[0] in ".,":
        return _fraction_taken(text, read, exactly=len(element) if element[1] == "0" else 0)
    return _offset_taken(element, text, read)


def _number_taken(element: str, text: str, read: _Read) -> str:
    if element == "_2" and text[:1] == " ":
        text = text[1:]
    elif element == "__2":
        text = re.sub("^ {1,2}", "", text)
    least, most = _NUMBERS[element]
    digits = re.match(f"[0-9]{{{least},{most}}}", text)
    low, high = _RANGES[_FIELDS[element]]
    if digits is None or not low <= int(digits.group()) <= high:
        raise ValueError("a number is missing or out of range")
    read.numbers[_FIELDS[element]] = int(digits.group())
    return text[digits.end() :]


def _name_taken(element: str, text: str, read: _Read) -> str:
    names = MONTHS if element in {"January", "Jan"} else DAYS
    short = len(element) == 3
    for number, name in enumerate(names, 1):
        wanted = name[:3] if short else name
        if text[: len(wanted)].lower() == wanted.lower():
            if names is MONTHS:
                read.numbers["month"] = number
            return text[len(wanted) :]
    raise ValueError("a name is missing")


def _fraction_taken(text: str, read: _Read, *, exactly: int = 0) -> str:
    """A fraction of a second, of that many characters if it isn't zero; else there may be none."""
    match = _FRACTION.match(text)
    if exactly:
        if match is None or match.end() < exactly:
            raise ValueError("a fraction is missing")
        end = exactly
    elif match is None:
        return text
    else:
        end = match.end()
    read.microsecond = int(text[1:end][:6].ljust(6, "0"))
    return text[end:]


def _zone_taken(text: str, read: _Read) -> str:
    match = re.match("UTC", text) or _ZONE_NAME.match(text)
    if match is None:
        raise ValueError("a zone is missing")
    read.zone = match.group()
    return text[match.end() :]


def _offset_taken(element: str, text: str, read: _Read) -> str:
    if element[0] == "Z" and text[:1] == "Z":
        read.offset_s = 0
        read.zone = "UTC"
        return text[1:]
    form = element[1:].replace("07", "NN", 1).replace("0", "N")
    match = re.match("([+-])" + form.replace("NN", "([0-9]{2})"), text)
    if match is None:
        raise ValueError("an offset is missing")
    hours, minutes, seconds = (int(part) for part in (*match.groups()[1:], 0, 0)[:3])
    if hours > 24 or minutes > 60 or seconds > 60:
        raise ValueError("an offset is out of range")
    offset = (hours * 60 + minutes) * 60 + seconds
    read.offset_s = -offset if match[1] == "-" else offset
    return text[match.end() :]


def _naive(read: _Read) -> datetime:
    numbers = read.numbers
    year = numbers.get("year", 0)
    if "short_year" in numbers:
        year = numbers["short_year"] + (1900 if numbers["short_year"] >= 69 else 2000)
    hour = numbers.get("half", numbers.get("hour", 0))
    if read.afternoon and hour < 12:
        hour += 12
    elif read.afternoon is False and hour == 12:
        hour = 0
    month, day = numbers.get("month", 1), numbers.get("day", 1)
    if not year >= 1:
        raise OutOfYears("the year is missing, or none of 1 to 9999")
    if "day_of_year" in numbers:
        date = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=numbers["day_of_year"] - 1)
        if date.year != year or ("month" in numbers and (date.month, date.day) != (month, day)):
            raise ValueError("the day of the year doesn't fit")
        month, day = date.month, date.day
    if not 1 <= day <= monthrange(year, month)[1]:
        raise ValueError("day out of range")
    return datetime(  # noqa: DTZ001 - its zone follows
        year, month, day, hour, numbers.get("minute", 0), numbers.get("second", 0), read.microsecond
    )


def _zoned(naive: datetime, read: _Read, local: tzinfo) -> datetime:
    if read.zone == "UTC" and not read.offset_s:
        return naive.replace(tzinfo=UTC)
    here = naive.replace(tzinfo=local)
    if read.offset_s is not None:
        if here.utcoffset() == timedelta(seconds=read.offset_s):
            return here
        return naive.replace(tzinfo=timezone(timedelta(seconds=read.offset_s), *([read.zone] if read.zone else [])))
    if read.zone and zone_name(here) != read.zone:
        # An abbreviation doesn't say how far from UTC it is, so that the time is taken for one of UTC.
        hours = int(read.zone[3:]) if read.zone.startswith("GMT") and len(read.zone) > 3 else 0
        return naive.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=hours), read.zone))
    return here
