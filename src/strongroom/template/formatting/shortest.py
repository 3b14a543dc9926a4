"""The shortest texts that stand for floating-point numbers (p).

Source: https://pkg.go.dev/strconv#FormatFloat
"""

from __future__ import annotations

import math
from typing import Final

_EXPONENT_FROM: Final = 6
"""The power of ten from which on the shortest form of a float has an exponent."""


def shortest(value: float) -> tuple[str, int]:
    """The fewest digits that say which float it is, and the exponent of ten of the first one.  No sign."""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    power = int(exponent or 0) + len(whole) - 1 - (len(whole + fraction) - len(digits) if value else 0)
    return digits.rstrip("0") or "0", power


def format_float(value: float, verb: str = "g") -> str:
    """`strconv.FormatFloat(value, verb, -1, 64)` with the verb `f`, `e` or `g`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    digits, power = shortest(value)
    if verb == "e" or (verb == "g" and not -4 <= power < _EXPONENT_FROM):
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits[: power + 1].ljust(power + 1, "0")
    fraction = digits[power + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole
