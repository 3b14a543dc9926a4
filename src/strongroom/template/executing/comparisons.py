"""`eq`, `ne`, `lt`, `le`, `gt`, `ge` (p).

The error texts tell types, where Go's tell values as well: those may be secrets.

Source: https://pkg.go.dev/text/template#hdr-Functions
"""

from __future__ import annotations

from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.executing.held import NOTHING, opened
from strongroom.template.types import is_integer, is_list, is_map, type_name
from strongroom.template.values import NilPointer, Structure, data_of


def equal(first: Any, *others: Any) -> bool:
    """Whether the first value is one of the others.  Raises `FunctionFailed`."""
    if not others:
        raise FunctionFailed("missing argument for comparison")
    first = opened(first)
    return any(_equal(first, opened(other)) for other in others)


def unequal(first: Any, second: Any) -> bool:
    """Whether two values differ.  Raises `FunctionFailed`."""
    return not equal(first, second)


def less(first: Any, second: Any) -> bool:
    """Whether a value comes before another.  Raises `FunctionFailed`."""
    first, second = opened(first), opened(second)
    kind, other = _kind(first), _kind(second)
    if not kind or not other:
        raise FunctionFailed("invalid type for comparison")
    if kind != other:
        raise _incompatible(first, second)
    if kind == "bool":
        raise FunctionFailed("invalid type for comparison")
    return bool(_comparable(first) < _comparable(second))


def at_most(first: Any, second: Any) -> bool:
    """Whether a value comes before another or is equal.  Raises `FunctionFailed`."""
    return less(first, second) or equal(first, second)


def greater(first: Any, second: Any) -> bool:
    """Whether a value comes after another.  Raises `FunctionFailed`."""
    return not at_most(first, second)


def at_least(first: Any, second: Any) -> bool:
    """Whether a value doesn't come before another.  Raises `FunctionFailed`."""
    return not less(first, second)


def _equal(first: Any, second: Any) -> bool:
    kind = _kind(first)
    if kind != _kind(second):
        if first is NOTHING or second is NOTHING:
            return False
        raise _incompatible(first, second)
    if kind:
        return bool(_comparable(first) == _comparable(second))
    if first is NOTHING or second is NOTHING:
        return _is_nil(first) and _is_nil(second)
    if _shape(first) != _shape(second):
        raise FunctionFailed(f"non-comparable types {type_name(first)}, {type_name(second)}")
    if _is_nil(first) or _is_nil(second):
        return _is_nil(first) and _is_nil(second)
    if _shape(first) in {"map", "slice"}:
        raise FunctionFailed(f"non-comparable type {type_name(second)}")
    return bool(first == second)


def _kind(value: Any) -> str:
    """The basic kind of a value; empty for one of another kind."""
    if isinstance(value, bool):
        return "bool"
    if is_integer(value):
        return "int"
    if isinstance(value, float):
        return "float"
    return "string" if isinstance(value, str) else ""


def _comparable(value: Any) -> Any:
    """Texts are compared by their bytes."""
    return data_of(value) if isinstance(value, str) else value


def _shape(value: Any) -> str:
    if isinstance(value, NilPointer) or (isinstance(value, Structure) and value.go_type.startswith("*")):
        return "pointer"
    if is_map(value):
        return "map"
    return "slice" if is_list(value) or isinstance(value, bytes) else "struct"


def _is_nil(value: Any) -> bool:
    return value is NOTHING or isinstance(value, NilPointer)


def _incompatible(first: Any, second: Any) -> FunctionFailed:
    return FunctionFailed(f"incompatible types for comparison: {type_name(first)} and {type_name(second)}")
