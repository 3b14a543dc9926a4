"""Go's durations, in nanoseconds, as `1h30m0s`.

Source: https://pkg.go.dev/time#ParseDuration
"""

from __future__ import annotations

import re
from fractions import Fraction

from strongroom.template.functions.go.numbers import MOST_INT

SECOND_NS = 1_000_000_000
_UNITS_NS = {
    "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": SECOND_NS, "m": 60 * SECOND_NS,
    "h": 3600 * SECOND_NS,
}  # fmt: skip
_PART = re.compile(r"(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?(?P<unit>[^0-9.]+)")
_MOST_DIGITS = 40


def parse_duration(text: str) -> int:
    """`time.ParseDuration`, in nanoseconds.

    Raises:
        ValueError: it is none, or out of range.  The message doesn't have the text.
    """
    unsigned = text[1:] if text[:1] in {"+", "-"} else text
    negative = text[:1] == "-"
    if unsigned == "0":
        return 0
    total, at = 0, 0
    while at < len(unsigned) or not unsigned:
        part = _PART.match(unsigned, at)
        if part is None or not (part["whole"] or part["fraction"]) or part["unit"] not in _UNITS_NS:
            raise ValueError("invalid duration")
        total += _part_ns(part)
        at = part.end()
    if total > MOST_INT + negative:
        raise ValueError("invalid duration")
    return -total if negative else total


def duration_text(duration_ns: int) -> str:
    """`Duration.String`."""
    if duration_ns == 0:
        return "0s"
    sign, left = ("-" if duration_ns < 0 else ""), abs(duration_ns)
    if left < SECOND_NS:
        unit = next(unit for unit in ("ms", "µs", "ns") if left >= _UNITS_NS[unit])
        return f"{sign}{_decimal(left, _UNITS_NS[unit])}{unit}"
    minutes, below = divmod(left, 60 * SECOND_NS)
    hours, minutes = divmod(minutes, 60)
    text = f"{_decimal(below, SECOND_NS)}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{sign}{hours}h{text}" if hours else sign + text


def rounded_to_seconds(duration_ns: int) -> int:
    """`Duration.Round(time.Second)`: half a second goes away from zero."""
    seconds = (abs(duration_ns) + SECOND_NS // 2) // SECOND_NS
    return (-seconds if duration_ns < 0 else seconds) * SECOND_NS


def _part_ns(part: re.Match[str]) -> int:
    if len(part["whole"].lstrip("0")) > _MOST_DIGITS:
        raise ValueError("invalid duration")
    unit_ns = _UNITS_NS[part["unit"]]
    fraction = (part["fraction"] or "")[:_MOST_DIGITS]
    below = int(Fraction(int(fraction or "0"), 10 ** len(fraction)) * unit_ns)
    return int(part["whole"] or "0") * unit_ns + below


def _decimal(value: int, unit: int) -> str:
    whole, below = divmod(value, unit)
    fraction = f"{below:0{len(str(unit)) - 1}d}".rstrip("0") if below else ""
    return f"{whole}.{fraction}" if fraction else str(whole)
