"""The values that a number stands for: whole, unsigned, real, as many as can hold it (p).

Source: https://go.dev/ref/spec#Integer_literals, https://go.dev/ref/spec#Floating-point_literals
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from strongroom.template.formatting.quoting import quoted
from strongroom.template.reading.literals import BadLiteral

_D = r"[0-9](?:_?[0-9])*"
_H = r"[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_INTEGER = re.compile(
    r"([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[oO]((?:_?[0-7])+)|0[bB]((?:_?[01])+)|0((?:_?[0-7])*)|([1-9](?:_?[0-9])*))"
)
_SHORT = re.compile(r"0|[1-9][0-9]{0,8}")
"""Most numbers."""
_BASES: Final = (16, 8, 2, 8, 10)
_DECIMAL = re.compile(rf"[+-]?(?:{_D}(?:\.(?:{_D})?)?|\.{_D})(?:[eE][+-]?{_D})?")
_HEXADECIMAL = re.compile(rf"[+-]?0[xX](?:_?{_H}(?:\.(?:{_H})?)?|\.{_H})[pP][+-]?{_D}")
_MOST_DIGITS: Final = 64
"""Of a number within 64 bits, in base two."""
_WHOLE: Final = range(-(2**63), 2**63)
_UNSIGNED: Final = range(2**64)


@dataclass(frozen=True, slots=True)
class NumberValues:
    """A number under each type that holds it; None where it doesn't fit."""

    whole: int | None
    unsigned: int | None
    real: float | None


def character_values(code: int) -> NumberValues:
    """A character is a number of any type."""
    return NumberValues(code, code, float(code))


def number_values(text: str) -> NumberValues:
    """What a number stands for.  Raises `BadLiteral`."""
    if _SHORT.fullmatch(text):
        value = int(text)
        return NumberValues(value, value, float(value))
    found = _INTEGER.fullmatch(text)
    if found:
        sign, *spelled = found.groups()
        digits, base = next((each, base) for each, base in zip(spelled, _BASES, strict=True) if each is not None)
        value = _integer(digits.replace("_", ""), base)
        whole = _within(_WHOLE, -value if sign == "-" else value)
        unsigned = _within(_UNSIGNED, value) if not sign or value == 0 else None
        if whole is not None or unsigned is not None:
            return NumberValues(whole, unsigned, float(whole if whole is not None else unsigned or 0))
    real = _real(text)
    if real is None:
        raise BadLiteral(f"illegal number syntax: {quoted(text)}")
    if not any(each in text for each in ".eEpP"):
        raise BadLiteral(f"integer overflow: {quoted(text)}")
    if not real.is_integer():
        return NumberValues(None, None, real)
    return NumberValues(_within(_WHOLE, int(real)), _within(_UNSIGNED, int(real)), real)


def _integer(digits: str, base: int) -> int:
    """A number, or one that has too many bits as well."""
    digits = digits.lstrip("0")
    return int(digits or "0", base) if len(digits) <= _MOST_DIGITS else _UNSIGNED.stop


def _within(bounds: range, value: int) -> int | None:
    return value if value in bounds else None


def _real(text: str) -> float | None:
    """None if it isn't one, or is too large."""
    plain = text.replace("_", "")
    try:
        if _DECIMAL.fullmatch(text):
            value = float(plain)
        elif _HEXADECIMAL.fullmatch(text):
            value = float.fromhex(plain)
        else:
            return None
    except OverflowError:
        return None
    return value if math.isfinite(value) else None
