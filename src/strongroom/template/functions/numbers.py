"""Arithmetic, and reading numbers and booleans (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#math-functions
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.numbers import (
    MOST_UINT,
    NotANumber,
    divided,
    divided_float,
    parse_bool,
    parse_float,
    parse_int,
    parse_uint,
    wrapped,
)
from strongroom.template.types import type_name
from strongroom.template.values import Unsigned

_Number = int | float


def _arithmetic(
    name: str, of_integers: Callable[[int, int], int], of_floats: Callable[[float, float], float] | None
) -> Function:
    """A function of the second argument and the first, in this order: `3 | subtract 1` is 2."""

    def compute(second: Any, first: Any) -> _Number:
        floats = of_floats is not None
        a, b = _number(name, first, floats=floats), _number(name, second, floats=floats)
        if of_floats is not None and (isinstance(a, float) or isinstance(b, float)):
            return of_floats(float(a), float(b))
        assert isinstance(a, int) and isinstance(b, int)
        if isinstance(a, Unsigned) and isinstance(b, Unsigned):
            return Unsigned(of_integers(a, b) & MOST_UINT)
        return wrapped(of_integers(wrapped(a), wrapped(b)))

    return Function(compute, (Kind.ANY, Kind.ANY))


def _extreme(name: str, is_before: Callable[[_Number, _Number], bool]) -> Function:
    """A function that gives one of its arguments as it is."""

    def choose(second: Any, first: Any) -> _Number:
        a, b = _number(name, first, floats=True), _number(name, second, floats=True)
        if isinstance(a, float) or isinstance(b, float):
            return a if is_before(float(a), float(b)) else b
        if isinstance(a, Unsigned) and isinstance(b, Unsigned):
            return a if is_before(a, b) else b
        return a if is_before(wrapped(a), wrapped(b)) else b

    return Function(choose, (Kind.ANY, Kind.ANY))


def _number(name: str, value: Any, *, floats: bool) -> _Number:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if floats and isinstance(value, float):
        return value
    raise FunctionFailed(f"{name}: unknown type for a value ({type_name(value)})")


def _parser(name: str, parse: Callable[[str], Any], empty: Any) -> Function:
    """A function that reads a text; an empty one stands for zero."""

    def read(text: str) -> Any:
        try:
            return parse(text) if text else empty
        except NotANumber as error:
            raise FunctionFailed(f"{name}: {error}") from None

    return Function(read, (Kind.STRING,))


def _unsigned(text: str) -> Unsigned:
    return Unsigned(parse_uint(text))


FUNCTIONS: Mapping[str, Function] = {
    "add": _arithmetic("add", operator.add, operator.add),
    "subtract": _arithmetic("subtract", operator.sub, operator.sub),
    "multiply": _arithmetic("multiply", operator.mul, operator.mul),
    "divide": _arithmetic("divide", lambda a, b: divided(a, b)[0], divided_float),
    "modulo": _arithmetic("modulo", lambda a, b: divided(a, b)[1], None),
    "minimum": _extreme("minimum", operator.lt),
    "maximum": _extreme("maximum", operator.gt),
    "parseBool": _parser("parseBool", parse_bool, empty=False),
    "parseFloat": _parser("parseFloat", parse_float, empty=0.0),
    "parseInt": _parser("parseInt", parse_int, empty=0),
    "parseUint": _parser("parseUint", _unsigned, empty=Unsigned(0)),
}
