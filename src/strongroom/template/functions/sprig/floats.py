"""Arithmetic of floats: in decimals, so that 0.1 and 0.2 make 0.3 (p).

Source: https://masterminds.github.io/sprig/mathf.html, https://pkg.go.dev/github.com/shopspring/decimal
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.formatting.shortest import format_float
from strongroom.template.function import Function, Kind
from strongroom.template.functions.sprig.conversions import floating

_DIVISION_DIGITS = 10**16
"""A quotient has sixteen decimals."""
_MOST_DIGITS = 1 << 16
"""In bits, of the numbers within a product: each factor adds a thousand."""


def _decimal(value: Any) -> Fraction:
    number = floating(value)
    if not math.isfinite(number):
        raise FunctionFailed(f"Cannot create a Decimal from {format_float(number)}")
    return Fraction(repr(number))


def _folded(operation: Callable[[Fraction, Fraction], Fraction]) -> Callable[..., float]:
    """A function that goes from its first argument through the others."""

    def compute(value: Any, *others: Any) -> float:
        result = _decimal(value)
        for other in others:
            result = operation(result, _decimal(other))
            if result.numerator.bit_length() + result.denominator.bit_length() > _MOST_DIGITS:
                raise FunctionFailed("the numbers have too many digits")
        return _float(result)

    return compute


def _divided(dividend: Fraction, divisor: Fraction) -> Fraction:
    if divisor == 0:
        raise FunctionFailed("decimal division by 0")
    scaled = abs(dividend / divisor) * _DIVISION_DIGITS
    rounded = Fraction(math.floor(scaled + Fraction(1, 2)), _DIVISION_DIGITS)
    return -rounded if (dividend < 0) != (divisor < 0) else rounded


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


_sum = _folded(operator.add)


def _addf(*values: Any) -> float:
    return _sum(0.0, *values)


def _add1f(value: Any) -> float:
    return _sum(value, 1)


def _maxf(value: Any, *others: Any) -> float:
    numbers = [floating(each) for each in (value, *others)]
    if math.inf in numbers or not any(map(math.isnan, numbers)):
        return max(numbers)
    return math.nan


def _minf(value: Any, *others: Any) -> float:
    numbers = [floating(each) for each in (value, *others)]
    if -math.inf in numbers or not any(map(math.isnan, numbers)):
        return min(numbers)
    return math.nan


def _rounded_by(function: Callable[[float], int]) -> Callable[[Any], float]:
    def compute(value: Any) -> float:
        number = floating(value)
        return math.copysign(float(function(number)), number) if math.isfinite(number) else number

    return compute


def _round(value: Any, places: int, *up_from: float) -> float:
    number, power = floating(value), _power_of_ten(places)
    digits = power * number
    if not math.isfinite(digits):
        return digits / power
    fraction = math.modf(digits)[0]
    limit = up_from[0] if up_from else 0.5
    rounded = float(math.ceil(digits) if fraction >= limit else math.floor(digits))
    if power == 0:
        return math.copysign(math.inf, rounded) if rounded else math.nan
    return rounded / power


def _power_of_ten(places: int) -> float:
    try:
        return math.pow(10.0, places)
    except OverflowError:
        return math.inf


_ANY = (Kind.ANY,)
FUNCTIONS: Mapping[str, Function] = {
    "addf": Function(_addf, rest=Kind.ANY),
    "add1f": Function(_add1f, _ANY),
    "subf": Function(_folded(operator.sub), _ANY, rest=Kind.ANY),
    "mulf": Function(_folded(operator.mul), _ANY, rest=Kind.ANY),
    "divf": Function(_folded(_divided), _ANY, rest=Kind.ANY),
    "maxf": Function(_maxf, _ANY, rest=Kind.ANY),
    "minf": Function(_minf, _ANY, rest=Kind.ANY),
    "ceil": Function(_rounded_by(math.ceil), _ANY),
    "floor": Function(_rounded_by(math.floor), _ANY),
    "round": Function(_round, (Kind.ANY, Kind.INT), rest=Kind.FLOAT),
}
