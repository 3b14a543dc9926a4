"""Schedules of five fields, as cron has them (pure).

What they mean is robfig/cron's: `?` is `*`, names are English, a day has to meet both fields for days if one of them is
a star, and one of the two if none is.  Its descriptors (`@daily`) aren't part of a rotation schedule, and neither is a
time zone inside the text.  `L`, `#` and 7 for Sunday are not known to it, and are refused.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#create-static-role,
https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from strongroom.lib.errors import InvalidRequest

_MOST_CHARACTERS = 256
_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY = range(5)
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = {
    _MONTH: {name: number for number, name in enumerate(_MONTHS, 1)},
    _WEEKDAY: {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))},
}
_PART = re.compile(r"(?:(?P<star>[*?])|(?P<low>\w{1,3})(?:-(?P<high>\w{1,3}))?)(?:/(?P<step>[0-9]{1,3}))?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,2}")


def check_schedule(text: str) -> None:
    """Raise `InvalidRequest` for a text that is no schedule, or one that never comes."""
    try:
        next_after(text, UTC, 0.0)
    except InvalidRequest as error:
        raise InvalidRequest(f"could not parse rotation_schedule: {error.text}") from error


def zone(name: str) -> tzinfo:
    """The time zone of that name; UTC for an empty one.  Raises `InvalidRequest`."""
    if name in {"", "UTC"}:
        return UTC  # without the database of zones, which a small container lacks
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown; a path, or not a zone's file; a directory
        raise InvalidRequest(f'rotation_timezone: no time zone "{name}" is known on this machine') from error


def next_after(text: str, where: tzinfo, after: float) -> float:
    """The first time of a schedule after another; both in seconds since the epoch.

    A time that a change of clocks leaves out comes when the clocks have changed, and one that it repeats comes once.

    Raises: `InvalidRequest` for what is no schedule, and for one that doesn't come within 50 years.
    """
    try:
        times = CronSim(_plain(text), datetime.fromtimestamp(after, where))
        for time in times:
            # While clocks repeat an hour, the library may answer with the first of the two.
            if time.timestamp() > after:
                return time.timestamp()
    except (CronSimError, OverflowError) as error:
        raise InvalidRequest(str(error) or "not a schedule") from error
    raise InvalidRequest("the schedule never comes")


def _plain(text: str) -> str:
    """The schedule in the form in which the library means the same."""
    fields = text.split()
    if len(text) > _MOST_CHARACTERS:
        raise InvalidRequest(f"it is longer than {_MOST_CHARACTERS} characters")
    if text.startswith("@"):
        raise InvalidRequest(f'"{text}" is a descriptor; five fields are needed, as in "0 0 * * *"')
    if len(fields) != len(_RANGES):
        raise InvalidRequest(f"expected exactly {len(_RANGES)} fields, found {len(fields)}")
    return " ".join(_field(index, field) for index, field in enumerate(fields))


def _field(index: int, field: str) -> str:
    """A field as a star, a star with a step, or a list of numbers."""
    numbers: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        step = int(match["step"] or 1) if match is not None else 0
        if match is None or step == 0:
            raise _bad(field)
        if match["star"] and step == 1:
            return "*"  # whatever else is listed
        if match["star"] and part == field and index not in {_DAY, _WEEKDAY}:
            return f"*/{step}"  # the library takes such hours for times that a change of clocks doesn't move
        low, high = _range(index, field, match)
        numbers |= set(range(low, high + 1, step))
    return ",".join(map(str, sorted(numbers)))


def _range(index: int, field: str, match: re.Match[str]) -> tuple[int, int]:
    least, most = _RANGES[index]
    if match["star"]:
        return least, most
    low = _number(index, field, match["low"])
    high = _number(index, field, match["high"]) if match["high"] else most if match["step"] else low
    if not least <= low <= high <= most:
        raise _bad(field)
    return low, high


def _number(index: int, field: str, text: str) -> int:
    named = _NAMES.get(index, {}).get(text.lower())
    if named is None and not _NUMBER.fullmatch(text):
        raise _bad(field)
    return int(text) if named is None else named


def _bad(field: str) -> InvalidRequest:
    return InvalidRequest(f'"{field}" is not a field of a schedule')
