"""Values as arguments: whether a parameter of some type takes them (p).

Where Go's functions take one type of integers alone, all of them are taken here if they are in its range, and a list of
texts is taken for `[]string` whatever its own type is: templates can't convert them.

Source: https://pkg.go.dev/text/template#FuncMap
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from strongroom.template.executing.held import NOTHING, Boxed, static_type
from strongroom.template.executing.refusal import Refusal
from strongroom.template.function import Kind
from strongroom.template.reading import nodes
from strongroom.template.reading.writing import written
from strongroom.template.types import is_integer, is_list, is_map, type_name
from strongroom.template.values import Number

_LEAST_WHOLE: Final = -(2**63)
_MOST_WHOLE: Final = 2**63 - 1
_MOST_UNSIGNED: Final = 2**64 - 1
_ZEROS: Final[Mapping[Kind, Callable[[], Any]]] = {
    Kind.ANY: lambda: None,
    Kind.REFLECTED: lambda: NOTHING,
    Kind.BYTES: bytes,
    Kind.STRINGS: list,
    Kind.LIST: list,
    Kind.MAP: dict,
}
_FITS: Final[Mapping[Kind, Callable[[Any], bool]]] = {
    Kind.STRING: lambda value: isinstance(value, str) and not isinstance(value, Number),
    Kind.INT: lambda value: is_integer(value) and _LEAST_WHOLE <= value <= _MOST_WHOLE,
    Kind.INT64: lambda value: is_integer(value) and _LEAST_WHOLE <= value <= _MOST_WHOLE,
    Kind.UINT64: lambda value: is_integer(value) and 0 <= value <= _MOST_UNSIGNED,
    Kind.FLOAT: lambda value: isinstance(value, float),
    Kind.BOOL: lambda value: isinstance(value, bool),
    Kind.BYTES: lambda value: isinstance(value, bytes),
    Kind.STRINGS: lambda value: is_list(value) and all(isinstance(each, str) for each in value),
    Kind.LIST: is_list,
    Kind.MAP: is_map,
    Kind.TIME: lambda value: isinstance(value, datetime),
}


def fitted(value: Any, kind: Kind) -> Any:
    """A value as an argument of a type.  Raises `Refusal`."""
    if value is NOTHING:
        return _zero(kind, f"invalid value; expected {kind.value}")
    if kind is Kind.REFLECTED:
        return value
    inner = value.value if type(value) is Boxed else value
    if kind is Kind.ANY:
        return inner
    if inner is None or not _FITS[kind](inner):
        got = static_type(value) if inner is None else type_name(inner)
        raise Refusal(f"wrong type for value; expected {kind.value}; got {got}")
    return inner


def literal(node: nodes.Operand, kind: Kind) -> Any:
    """What a literal is as an argument of a type.  Raises `Refusal`."""
    match node:
        case nodes.Nil():
            return _zero(kind, f"cannot assign nil to {kind.value}")
        case nodes.Truth() if kind is Kind.BOOL:
            return node.value
        case nodes.Text() if kind is Kind.STRING:
            return node.value
        case nodes.NumberLiteral() if kind in {Kind.INT, Kind.INT64} and node.values.whole is not None:
            return node.values.whole
        case nodes.NumberLiteral() if kind is Kind.UINT64 and node.values.unsigned is not None:
            return node.values.unsigned
        case nodes.NumberLiteral() if kind is Kind.FLOAT and node.values.real is not None:
            return node.values.real
        case _ if kind in {Kind.ANY, Kind.REFLECTED}:
            return constant(node)
    expected = _EXPECTED.get(kind)
    if expected is None:
        raise Refusal(f"can't handle {written(node)} for arg of type {kind.value}")
    raise Refusal(f"expected {expected}; found {written(node)}")


def constant(node: nodes.Operand) -> Any:
    """What a literal is where nothing tells a type.  Raises `Refusal` for a number that is too large."""
    match node:
        case nodes.Truth() | nodes.Text():
            return node.value
        case nodes.NumberLiteral():
            return _number(node)
        case _:
            raise AssertionError("a literal is one of these")


def _number(node: nodes.NumberLiteral) -> int | float:
    values, spelled = node.values, node.spelled
    is_character = spelled.startswith("'")
    is_hexadecimal = spelled[:2] in {"0x", "0X"} and not any(each in spelled for each in "pP")
    if values.real is not None and not is_character and not is_hexadecimal and any(each in spelled for each in ".eEpP"):
        return values.real
    if values.whole is None:
        raise Refusal(f"{spelled} overflows int")
    return values.whole


def _zero(kind: Kind, otherwise: str) -> Any:
    """What nil is as an argument of a type."""
    if kind not in _ZEROS:
        raise Refusal(otherwise)
    return _ZEROS[kind]()


_EXPECTED: Final[Mapping[Kind, str]] = {
    Kind.BOOL: "bool",
    Kind.STRING: "string",
    Kind.INT: "integer",
    Kind.INT64: "integer",
    Kind.UINT64: "unsigned integer",
    Kind.FLOAT: "float",
}
