"""Durations and sizes as Vault's API and configuration write them.

The exact unit is the nanosecond, as in Go, whose formats these are.  Most callers use whole seconds.

Source: https://pkg.go.dev/time#ParseDuration, https://pkg.go.dev/time#Duration.String,
https://developer.hashicorp.com/vault/docs/concepts/duration-format
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from strongroom.lib.errors import InvalidRequest

SECOND_NS = 1_000_000_000
"""Nanoseconds in a second."""

_MICROSECOND_NS = 1_000
_MILLISECOND_NS = 1_000_000
_MINUTE_NS = 60 * SECOND_NS
_HOUR_NS = 60 * _MINUTE_NS
_DAY_NS = 24 * _HOUR_NS
_MAX_NS = 2**63 - 1

_UNIT_NS = {
    "ns": 1,
    "us": _MICROSECOND_NS,
    "\u00b5s": _MICROSECOND_NS,  # micro sign
    "\u03bcs": _MICROSECOND_NS,  # Greek letter mu
    "ms": _MILLISECOND_NS,
    "s": SECOND_NS,
    "m": _MINUTE_NS,
    "h": _HOUR_NS,
}

_TEXTS_KEPT = 256
"""Texts whose meaning is remembered: clients ask for the same few times with each token."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
_TERM = re.compile(r"([0-9]{0,30})(\.[0-9]{0,30})?([^0-9.]*)")

_UNIT_BYTES = {
    "": 1,
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "tb": 1000**4,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
    "tib": 1024**4,
}
_SIZE = re.compile(r"([0-9]{1,30})\s*([A-Za-z]*)")


def parse_duration_ns(value: object) -> int:
    """Parse a duration in any form of the API.

    Args:
        value: None or `""` (zero), a number of seconds (a fraction is dropped), or a text: a whole number of seconds
            (`"90"`), whole days (`"5d"`), or Go's form (`"1h30m"`, `"1.5h"`, `"100ms"`).  Negative values are allowed;
            the caller decides whether one makes sense.

    Returns: nanoseconds.

    Raises:
        InvalidRequest: another type or text, or more than Go's 64 bits hold (about 292 years).
    """
    match value:
        case None:
            return 0
        case bool():
            raise InvalidRequest("could not parse duration from input")
        case int():
            return _bounded(value * SECOND_NS)
        case float():
            if not math.isfinite(value):
                raise InvalidRequest("could not parse duration from input")
            return _bounded(int(value) * SECOND_NS)
        case str():
            return _parse_text_ns(value)
        case _:
            raise InvalidRequest("could not parse duration from input")


def parse_duration_s(value: object) -> int:
    """Like `parse_duration_ns`, in whole seconds.  A fraction is dropped towards zero, as in the API's responses."""
    nanoseconds = parse_duration_ns(value)
    seconds = abs(nanoseconds) // SECOND_NS
    return -seconds if nanoseconds < 0 else seconds


def format_duration_ns(nanoseconds: int) -> str:
    """Write a duration as Go's `Duration.String` does: `768h0m0s`, `1.5s`, `100ms`, `0s`."""
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if rest < SECOND_NS:
        for unit, size in (("ms", _MILLISECOND_NS), ("\u00b5s", _MICROSECOND_NS), ("ns", 1)):
            if rest >= size:
                return f"{sign}{_fraction(rest, size)}{unit}"
    hours, rest = divmod(rest, _HOUR_NS)
    minutes, rest = divmod(rest, _MINUTE_NS)
    seconds = f"{_fraction(rest, SECOND_NS)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}"
    return f"{sign}{minutes}m{seconds}" if minutes else f"{sign}{seconds}"


def format_duration_s(seconds: int) -> str:
    """Write whole seconds as Go's `Duration.String` does: 2764800 gives `768h0m0s`."""
    return format_duration_ns(seconds * SECOND_NS)


def parse_size_bytes(value: object) -> int:
    """Read a size: a number of bytes, or a text such as `"10MB"` (powers of 1000) or `"5 KiB"` (powers of 1024).

    Returns: bytes, at least 0.

    Raises:
        InvalidRequest: another type, a negative number, or an unknown unit.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_NS:
        return value
    if isinstance(value, str):
        found = _SIZE.fullmatch(value.strip())
        if found is not None and (unit := _UNIT_BYTES.get(found[2].lower())) is not None:
            return _bounded(int(found[1]) * unit)
    raise InvalidRequest("could not parse capacity from input")


def _bounded(number: int) -> int:
    """Refuse a number beyond Go's 64 bits, because Vault's responses couldn't contain it either."""
    if abs(number) > _MAX_NS:
        raise InvalidRequest("multiplication of durations resulted in overflow, one operand may be too large")
    return number


@lru_cache(maxsize=_TEXTS_KEPT)
def _parse_text_ns(text: str) -> int:
    """Read the textual forms."""
    if text == "":
        return 0
    if _WHOLE.fullmatch(text):
        return _bounded(int(text) * SECOND_NS)
    if text.endswith("d"):
        if _WHOLE.fullmatch(text[:-1]):
            return _bounded(int(text[:-1]) * _DAY_NS)
        if "".join(text[:-1].split(".", 1)).isdecimal():
            raise InvalidRequest(f'time: days must be a whole number in duration "{text}"')
    return _parse_go_ns(text)


def _parse_go_ns(text: str) -> int:
    """Read Go's own form: a sign, then numbers each followed by a unit.  Source: Go `time.ParseDuration`."""
    negative = text[0] == "-"
    rest = text[1:] if text[0] in "+-" else text
    if rest == "" or len(rest) > 200:
        raise InvalidRequest(f'time: invalid duration "{text[:200]}"')
    total = 0
    while rest:
        term = _TERM.match(rest)
        if term is None or not (term[1] or (term[2] or ".") != "."):
            raise InvalidRequest(f'time: invalid duration "{text}"')
        whole, fraction, unit = term[1] or "0", (term[2] or "")[1:], term[3]
        if not unit:
            raise InvalidRequest(f'time: missing unit in duration "{text}"')
        size = _UNIT_NS.get(unit)
        if size is None:
            raise InvalidRequest(f'time: unknown unit "{unit}" in duration "{text}"')
        total += int(whole) * size + (int(fraction) * size // 10 ** len(fraction) if fraction else 0)
        rest = rest[term.end() :]
    if total > _MAX_NS:
        raise InvalidRequest(f'time: invalid duration "{text}"')
    return -total if negative else total


def _fraction(value: int, unit: int) -> str:
    """`value / unit` in decimal, exactly, without trailing zeros."""
    whole, rest = divmod(value, unit)
    if not rest:
        return str(whole)
    digits = len(str(unit)) - 1  # every unit that has a fraction is a power of ten
    return f"{whole}.{str(rest).zfill(digits).rstrip('0')}"
