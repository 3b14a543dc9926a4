"""What Go's package `reflect` tells of values: kinds, equality, and which are empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from strongroom.template.functions.bounds import Visits
from strongroom.template.types import is_list, type_name
from strongroom.template.values import NilPointer, Number, Structure


def kind_of(value: Any) -> str:
    """The name of the type's `reflect.Kind`."""
    match value:
        case None:
            return "invalid"
        case Number():
            return "string"
        case datetime():
            return "struct"
        case Structure() | NilPointer():
            return "ptr" if value.go_type.startswith("*") else "struct"
        case Mapping():
            return "map"
        case bytes():
            return "slice"
        case str() | int() | float():
            return type_name(value)
        case _:
            return "slice"


def is_empty(value: Any) -> bool:
    """Whether it is the zero value of its type, or has no items, as sprig's `empty` has it."""
    if isinstance(value, (Structure, datetime)):
        return False
    return isinstance(value, NilPointer) or not value


def same(one: Any, other: Any) -> bool:
    """`reflect.DeepEqual`.  Raises `FunctionFailed` for values that have too many parts."""
    return _same(one, other, Visits(), 0)


def _same(one: Any, other: Any, steps: Visits, depth: int) -> bool:
    steps.take(depth)
    if one is other and not isinstance(one, float):
        return True
    if type_name(one) != type_name(other):
        return False
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key], steps, depth + 1) for key in one)
    if is_list(one):
        return len(one) == len(other) and all(_same(a, b, steps, depth + 1) for a, b in zip(one, other, strict=True))
    return bool(one == other)
