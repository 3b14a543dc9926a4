"""Times in Go's layouts, which write the reference time Mon Jan 2 15:04:05 MST 2006 (pure).

Source: https://pkg.go.dev/time#Layout
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# The order is that of Go's own search: a longer element stands before one that it begins with.
_ELEMENT = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|(?<=_)2006|__2|_2(?!006)|3|4|5|PM|pm"
    r"|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,](?:0+|9+)(?![0-9])"
)


def timestamp(layout: str, now: float) -> str:
    """The time in UTC.

    Args:
        layout: of Go. now: seconds since 1970.
    """
    at = _EPOCH + timedelta(microseconds=int(now * 1_000_000))
    return _ELEMENT.sub(lambda element: _written(element[0], at), layout)


def _written(element: str, at: datetime) -> str:
    match element:
        case "January" | "Jan":
            name = _MONTHS[at.month - 1]
            return name if element == "January" else name[:3]
        case "Monday" | "Mon":
            name = _DAYS[at.weekday()]
            return name if element == "Monday" else name[:3]
        case "PM" | "pm":
            half = "PM" if at.hour >= 12 else "AM"
            return half if element == "PM" else half.lower()
        case "MST":
            return "UTC"
        case "2006":
            return f"{at.year:04}"
        case "__2":
            return f"{at.timetuple().tm_yday:3}"
        case "_2":
            return f"{at.day:2}"
        case "002":
            return f"{at.timetuple().tm_yday:03}"
        case "15":
            return f"{at.hour:02}"
    if element[0] == "Z":
        return "Z"
    if element[0] == "-":
        return element.replace("-", "+").replace("7", "0")
    if element[0] in ".,":
        return _fraction(element, at)
    number = {"1": at.month, "2": at.day, "3": at.hour % 12 or 12, "4": at.minute, "5": at.second, "6": at.year % 100}
    return f"{number[element[-1]]:0{len(element)}}"


def _fraction(element: str, at: datetime) -> str:
    digits = f"{at.microsecond:06}000".ljust(len(element) - 1, "0")[: len(element) - 1]
    if element[1] == "9":
        digits = digits.rstrip("0")
    return element[0] + digits if digits else ""
