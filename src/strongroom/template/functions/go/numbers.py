"""Go's package `strconv` for numbers, and arithmetic that wraps at 64 bits."""

from __future__ import annotations

import math
import re

from strongroom.template.errors import FunctionFailed

MOST_INT = (1 << 63) - 1
MOST_UINT = (1 << 64) - 1
_PREFIXES = {"0b": 2, "0o": 8, "0x": 16}
_DIGITS = {2: "01", 8: "01234567", 10: "0123456789", 16: "0123456789abcdef"}
_UNDERSCORED = re.compile(r"(?:0[box]_?|0_?)?[0-9a-f]+(?:_[0-9a-f]+)*", re.I)
_DECIMAL = re.compile(r"[+-]?(?:D\.?(?:D)?|\.D)(?:e[+-]?D)?".replace("D", "[0-9]+(?:_[0-9]+)*"), re.I)
_HEXADECIMAL = re.compile(
    r"[+-]?0x(?:_?[0-9a-f]+(?:_[0-9a-f]+)*\.?(?:[0-9a-f]+(?:_[0-9a-f]+)*)?|\.[0-9a-f]+(?:_[0-9a-f]+)*)p[+-]?[0-9]+",
    re.I,
)
_SPECIAL = re.compile(r"[+-]?inf(?:inity)?|nan", re.I)
_MOST_DIGITS = 100
"""Of an integer's text that is looked at: there are leading zeros, and Python's conversion is quadratic."""


class NotANumber(ValueError):
    """A text is no number of the kind, or out of its range.  The message says which, without the text."""


def wrapped(value: int) -> int:
    """An integer as Go's int64 keeps it."""
    return (value + (1 << 63) & MOST_UINT) - (1 << 63)


def int_of_float(value: float) -> int:
    """`int64(value)`: what is out of range becomes the least one, as on amd64."""
    if math.isnan(value) or not -(2.0**63) <= value < 2.0**63:
        return -(1 << 63)
    return int(value)


def parse_int(text: str, base: int = 10) -> int:
    """`strconv.ParseInt(text, base, 64)`.  Raises `NotANumber`."""
    negative = text[:1] == "-"
    value = _magnitude(text[1:] if text[:1] in {"+", "-"} else text, base)
    if value > MOST_INT + negative:
        raise NotANumber("value out of range")
    return -value if negative else value


def parse_uint(text: str, base: int = 10) -> int:
    """`strconv.ParseUint(text, base, 64)`.  Raises `NotANumber`."""
    value = _magnitude(text, base)
    if value > MOST_UINT:
        raise NotANumber("value out of range")
    return value


def parse_float(text: str) -> float:
    """`strconv.ParseFloat(text, 64)`.  Raises `NotANumber`."""
    if _DECIMAL.fullmatch(text) or _SPECIAL.fullmatch(text):
        value = float(text)
        if math.isinf(value) and not _SPECIAL.fullmatch(text):
            raise NotANumber("value out of range")
        return value
    if _HEXADECIMAL.fullmatch(text):
        try:
            return float.fromhex(text.replace("_", ""))
        except OverflowError:
            raise NotANumber("value out of range") from None
    raise NotANumber("invalid syntax")


def parse_bool(text: str) -> bool:
    """`strconv.ParseBool`.  Raises `NotANumber`."""
    if text in {"1", "t", "T", "TRUE", "true", "True"}:
        return True
    if text in {"0", "f", "F", "FALSE", "false", "False"}:
        return False
    raise NotANumber("invalid syntax")


def divided(dividend: int, divisor: int) -> tuple[int, int]:
    """The quotient, towards zero, and the remainder, with the dividend's sign.  Raises `FunctionFailed` for zero."""
    if divisor == 0:
        raise FunctionFailed("runtime error: integer divide by zero")
    quotient = abs(dividend) // abs(divisor)
    quotient = -quotient if (dividend < 0) != (divisor < 0) else quotient
    return quotient, dividend - quotient * divisor


def divided_float(dividend: float, divisor: float) -> float:
    """The quotient of floats as IEEE 754 has it: dividing by zero gives an infinity or no number."""
    if divisor:
        return dividend / divisor
    if dividend == 0 or math.isnan(dividend):
        return math.nan
    return math.copysign(math.inf, dividend) * math.copysign(1.0, divisor)


def _magnitude(text: str, base: int) -> int:
    """Base 0 takes it from the prefix, and allows underscores."""
    if base == 0:
        if "_" in text and not _UNDERSCORED.fullmatch(text):
            raise NotANumber("invalid syntax")
        digits = text.replace("_", "").lower()
        base = _PREFIXES.get(digits[:2], 8 if digits[:1] == "0" and len(digits) > 1 else 10)
        text = digits[2:] if digits[:2] in _PREFIXES else digits
    if not text or text.lower().strip(_DIGITS[base]):
        raise NotANumber("invalid syntax")
    significant = text.lstrip("0")
    if len(significant) > _MOST_DIGITS:
        raise NotANumber("value out of range")
    return int(significant or "0", base)
