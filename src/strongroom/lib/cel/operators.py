"""Operators: arithmetic, comparison, membership.

Source: https://github.com/cel-expr/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from strongroom.lib.cel.errors import CelError, no_overload
from strongroom.lib.cel.steps import Steps
from strongroom.lib.cel.values import INT_MAX, INT_MIN, UINT_MAX, CelMap, Duration, Message, Timestamp, Uint

_TIME_MIN_NS, _TIME_MAX_NS = -62_135_596_800 * 10**9, 253_402_300_800 * 10**9 - 1
"""The years 1 to 9999."""


def whole(value: int) -> int:
    """A whole number within its 64 bits.  Raises `CelError`."""
    if not INT_MIN <= value <= INT_MAX:
        raise CelError("integer overflow")
    return value


def unsigned(value: int) -> Uint:
    """A whole number without a sign within its 64 bits.  Raises `CelError`."""
    if not 0 <= value <= UINT_MAX:
        raise CelError("unsigned integer overflow")
    return Uint(value)


def moment(ns: int) -> Timestamp:
    """A point in time of the years 1 to 9999.  Raises `CelError`."""
    if not _TIME_MIN_NS <= ns <= _TIME_MAX_NS:
        raise CelError("timestamp overflow")
    return Timestamp(ns)


def span(ns: int) -> Duration:
    """A length of time that its 64 bits can hold.  Raises `CelError`."""
    if not INT_MIN <= ns <= INT_MAX:
        raise CelError("duration overflow")
    return Duration(ns)


def equal(left: Any, right: Any, steps: Steps) -> bool:
    """Whether two values are equal; values of different kinds aren't, but for numbers."""
    steps.use()
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(a, b, steps) for a, b in zip(left, right, strict=True))
    if isinstance(left, CelMap) and isinstance(right, CelMap):
        if len(left) != len(right):
            return False
        return all(key in right and equal(value, right.get(key), steps) for key, value in left.items())
    if isinstance(left, Message) and isinstance(right, Message):
        same = left.type.name == right.type.name and left.fields.keys() == right.fields.keys()
        return same and all(equal(value, right.fields[name], steps) for name, value in left.fields.items())
    if type(left) is not type(right):
        return False
    if isinstance(left, str | bytes):
        steps.use_text(len(left))
    return bool(left == right)


def contained(item: Any, container: Any, steps: Steps) -> bool:
    """The operator `in`.  Raises `CelError`."""
    if isinstance(container, list):
        return any(equal(item, each, steps) for each in container)
    if isinstance(container, CelMap):
        return item in container
    raise no_overload()


def compare(symbol: str, left: Any, right: Any, steps: Steps) -> bool:
    """An ordering.  Raises `CelError`."""
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (left, right))
    alike = type(left) is type(right) and isinstance(left, bool | str | bytes | Timestamp | Duration)
    if not numbers and not alike:
        raise no_overload()
    if isinstance(left, str | bytes):
        steps.use_text(min(len(left), len(right)))
    return bool(_ORDER[symbol](left, right))


_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def arithmetic(symbol: str, left: Any, right: Any, steps: Steps) -> Any:
    """One of `+ - * / %`.  Raises `CelError`."""
    if type(left) is type(right):
        if type(left) is int:
            return whole(_integral(symbol, left, right))
        if type(left) is Uint:
            return unsigned(_integral(symbol, int(left), int(right)))
        if type(left) is float:
            return _floating(symbol, left, right)
        if symbol == "+" and isinstance(left, str | bytes):
            steps.use_text(len(left) + len(right))
            return left + right
        if symbol == "+" and isinstance(left, list):
            steps.use_items(len(left) + len(right))
            return left + right
    return _of_times(symbol, left, right)


def _integral(symbol: str, left: int, right: int) -> int:
    match symbol:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    if right == 0:
        raise CelError("division by zero" if symbol == "/" else "modulus by zero")
    quotient = abs(left) // abs(right)
    if (left < 0) != (right < 0):
        quotient = -quotient
    return quotient if symbol == "/" else left - right * quotient


def _floating(symbol: str, left: float, right: float) -> float:
    match symbol:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            if right:
                return left / right
            return (
                math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1, right)
            )
    raise no_overload()


def _by_zero(left: float, right: float) -> float:
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def _of_times(symbol: str, left: Any, right: Any) -> Any:
    match symbol, left, right:
        case "+", Timestamp(), Duration():
            return moment(left.ns + right.ns)
        case "+", Duration(), Timestamp():
            return moment(left.ns + right.ns)
        case "-", Timestamp(), Duration():
            return moment(left.ns - right.ns)
        case "-", Timestamp(), Timestamp():
            return span(left.ns - right.ns)
        case "+", Duration(), Duration():
            return span(left.ns + right.ns)
        case "-", Duration(), Duration():
            return span(left.ns - right.ns)
    raise no_overload()


def negated(value: Any) -> Any:
    """The value with the other sign.  Raises `CelError`."""
    if type(value) is int:
        return whole(-value)
    if type(value) is float:
        return -value
    if type(value) is Duration:
        return span(-value.ns)
    raise no_overload()
