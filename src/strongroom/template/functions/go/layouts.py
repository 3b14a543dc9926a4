"""Go's layouts of times: a layout shows how a reference time, `Mon Jan 2 15:04:05 MST 2006`, would be written.

Source: https://pkg.go.dev/time#pkg-constants
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from strongroom.template.formatting.times import MONTHS, zone_name

RFC3339 = "2006-01-02T15:04:05Z07:00"
RFC3339_NANO = "2006-01-02T15:04:05.999999999Z07:00"
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_ELEMENT = re.compile(
    "January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|2006|1|2|__2|_2(?!006)|3|4|5|PM|pm"
    "|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?![0-9])"
)


def elements(layout: str) -> Iterator[tuple[str, str]]:
    """The layout's parts: the text before an element, and the element; at the end one that is empty."""
    done = 0
    for match in _ELEMENT.finditer(layout):
        yield layout[done : match.start()], match.group()
        done = match.end()
    yield layout[done:], ""


def format_time(value: datetime, layout: str) -> str:
    """`Time.Format`."""
    parts: list[str] = []
    for before, element in elements(layout):
        parts.append(before)
        if element:
            parts.append(_element_text(value, element))
    return "".join(parts)


def offset_s(value: datetime) -> int:
    """How many seconds the time's zone is before UTC."""
    return int((value.utcoffset() or timedelta()).total_seconds())


def _element_text(value: datetime, element: str) -> str:
    if element in _PLAIN:
        return _PLAIN[element](value)
    if element[0] in ".,":
        return _fraction(value, element)
    return _offset(value, element)


def _fraction(value: datetime, element: str) -> str:
    digits = f"{value.microsecond * 1000:09d}".ljust(len(element) - 1, "0")[: len(element) - 1]
    if element[1] == "9":
        digits = digits.rstrip("0")
    return element[0] + digits if digits or element[1] == "0" else ""


def _offset(value: datetime, element: str) -> str:
    offset = offset_s(value)
    if element[0] == "Z" and offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    hours, minutes = divmod(minutes, 60)
    separator = ":" if ":" in element else ""
    wanted = {2: 1, 4: 2, 6: 3}[len(element[1:].replace(":", ""))]
    return ("-" if offset < 0 else "+") + separator.join(f"{part:02d}" for part in (hours, minutes, seconds)[:wanted])


def _half(value: datetime) -> int:
    return value.hour % 12 or 12


def _day_of_year(value: datetime) -> int:
    return value.timetuple().tm_yday


_PLAIN: dict[str, Callable[[datetime], str]] = {
    "January": lambda t: MONTHS[t.month - 1],
    "Jan": lambda t: MONTHS[t.month - 1][:3],
    "01": lambda t: f"{t.month:02d}",
    "1": lambda t: str(t.month),
    "Monday": lambda t: DAYS[t.weekday()],
    "Mon": lambda t: DAYS[t.weekday()][:3],
    "02": lambda t: f"{t.day:02d}",
    "2": lambda t: str(t.day),
    "_2": lambda t: f"{t.day:2d}",
    "002": lambda t: f"{_day_of_year(t):03d}",
    "__2": lambda t: f"{_day_of_year(t):3d}",
    "15": lambda t: f"{t.hour:02d}",
    "03": lambda t: f"{_half(t):02d}",
    "3": lambda t: str(_half(t)),
    "04": lambda t: f"{t.minute:02d}",
    "4": lambda t: str(t.minute),
    "05": lambda t: f"{t.second:02d}",
    "5": lambda t: str(t.second),
    "2006": lambda t: f"{t.year:04d}",
    "06": lambda t: f"{t.year % 100:02d}",
    "PM": lambda t: "PM" if t.hour >= 12 else "AM",
    "pm": lambda t: "pm" if t.hour >= 12 else "am",
    "MST": lambda t: zone_name(t) or _offset(t, "-0700"),
}
