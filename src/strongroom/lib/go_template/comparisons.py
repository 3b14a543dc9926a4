"""Go's comparisons in templates, and what counts as true (pure).

Source: https://pkg.go.dev/text/template#hdr-Functions
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Final

from strongroom.lib.go_template.errors import FunctionFailed
from strongroom.lib.go_template.marked import Marked
from strongroom.lib.go_template.nodes import Value


def is_true(value: Value) -> bool:
    """Whether a value is neither false, nor 0, nor an empty text."""
    return len(value) > 0 if isinstance(value, Marked) else bool(value)


def length(*values: Value) -> int:
    """`len`: the bytes of a text."""
    (text,) = _these(values, 1, 1)
    if not isinstance(text, Marked):
        raise FunctionFailed("len of a value that is not a text")
    return len(text)


def negated(*values: Value) -> bool:
    """`not`."""
    (value,) = _these(values, 1, 1)
    return not is_true(value)


def equal(*values: Value) -> bool:
    """`eq`: whether the first is equal to any of the others."""
    first, *others = _these(values, 2, None)
    return any(_equal(first, other) for other in others)


def unequal(*values: Value) -> bool:
    """`ne`."""
    first, second = _these(values, 2, 2)
    return not _equal(first, second)


def _ordered(compare: Callable[[bytes | int, bytes | int], bool]) -> Callable[..., bool]:
    def ordered(*values: Value) -> bool:
        first, second = _these(values, 2, 2)
        if isinstance(first, bool) or type(first) is not type(second):
            raise FunctionFailed("incompatible types for comparison")
        return compare(_plain(first), _plain(second))

    return ordered


def _equal(first: Value, second: Value) -> bool:
    if type(first) is not type(second):
        raise FunctionFailed("incompatible types for comparison")
    return _plain(first) == _plain(second)


def _plain(value: Value) -> bytes | int:
    return value.data if isinstance(value, Marked) else value


def _these(values: tuple[Value, ...], least: int, most: int | None) -> tuple[Value, ...]:
    if len(values) < least or (most is not None and len(values) > most):
        wanted = f"{least}" if most is not None else f"at least {least}"
        raise FunctionFailed(f"wrong number of args: want {wanted} got {len(values)}")
    return values


COMPARISONS: Final[Mapping[str, Callable[..., bool | int]]] = {
    "eq": equal,
    "ge": _ordered(operator.ge),
    "gt": _ordered(operator.gt),
    "le": _ordered(operator.le),
    "len": length,
    "lt": _ordered(operator.lt),
    "ne": unequal,
    "not": negated,
}
