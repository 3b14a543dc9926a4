"""`len`, `index` and `slice` (p).

Source: https://pkg.go.dev/text/template#hdr-Functions
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from strongroom.template.errors import FunctionFailed
from strongroom.template.executing.held import NOTHING, Boxed, opened
from strongroom.template.types import Byte, is_integer, is_list, is_map, type_name
from strongroom.template.values import NilPointer, Number, TextMap, data_of, text_of

_MOST_INDEXES: Final = 3


def length(value: Any) -> int:
    """`len`: the bytes of a text, the elements of a list or map.  Raises `FunctionFailed`."""
    if isinstance(value, NilPointer) or value == Boxed(None):
        raise FunctionFailed("len of nil pointer")
    value = opened(value)
    if isinstance(value, str):
        return len(value) if value.isascii() else len(data_of(value))
    if isinstance(value, bytes) or is_list(value) or is_map(value):
        return len(value)
    if value is NOTHING:
        raise FunctionFailed("reflect: call of reflect.Value.Type on zero Value")
    raise FunctionFailed(f"len of type {_target_type(value)}")


def indexed(item: Any, *indexes: Any) -> Any:
    """`index`: an element of an element.  Raises `FunctionFailed`."""
    item = opened(item)
    if item is NOTHING:
        raise FunctionFailed("index of untyped nil")
    for index in indexes:
        if isinstance(item, NilPointer) or item == Boxed(None):
            raise FunctionFailed("index of nil pointer")
        item = _element(opened(item), opened(index))
    return item


def cut(item: Any, *indexes: Any) -> Any:
    """`slice`: a part of a text or list.  Raises `FunctionFailed`."""
    item = opened(item)
    if item is NOTHING:
        raise FunctionFailed("slice of untyped nil")
    if isinstance(item, NilPointer):
        raise FunctionFailed("slice of nil pointer")
    if len(indexes) > _MOST_INDEXES:
        raise FunctionFailed(f"too many slice indexes: {len(indexes)}")
    if isinstance(item, str):
        if len(indexes) == _MOST_INDEXES:
            raise FunctionFailed("cannot 3-index slice a string")
        data = data_of(item)
        start, end = _bounds(indexes, len(data))
        part = text_of(data[start:end])
        return Number(part) if isinstance(item, Number) else part
    if not isinstance(item, bytes) and not is_list(item):
        raise FunctionFailed(f"can't slice item of type {_target_type(item)}")
    start, end = _bounds(indexes, len(item))
    return item[start:end]


def member(value: Mapping[str, Any], key: str) -> Any:
    """An element of a map; `NOTHING` if it lacks the key."""
    if key not in value:
        return NOTHING
    return value[key] if isinstance(value, TextMap) else Boxed(value[key])


def zero_of(value: Mapping[str, Any]) -> Any:
    """What stands for an element that a map lacks."""
    return "" if isinstance(value, TextMap) else Boxed(None)


def _element(item: Any, index: Any) -> Any:
    if is_map(item):
        if index is NOTHING:
            raise FunctionFailed("value is nil; should be of type string")
        if type(index) is not str:
            raise FunctionFailed(f"value has type {type_name(index)}; should be string")
        found = member(item, index)
        return zero_of(item) if found is NOTHING else found
    elements = data_of(item) if isinstance(item, str) else item
    if not isinstance(elements, bytes) and not is_list(elements):
        raise FunctionFailed(f"can't index item of type {_target_type(item)}")
    position = _position(index, len(elements))
    if position == len(elements):
        raise FunctionFailed(f"reflect: {'string' if isinstance(item, str) else 'slice'} index out of range")
    return Byte(elements[position]) if isinstance(elements, bytes) else Boxed(elements[position])


def _target_type(value: Any) -> str:
    """The type of a value, or of what it points to."""
    return type_name(value).removeprefix("*")


def _position(index: Any, most: int) -> int:
    """An index as a number from 0 to the most.  Raises `FunctionFailed`."""
    if index is NOTHING:
        raise FunctionFailed("cannot index slice/array with nil")
    if not is_integer(index):
        raise FunctionFailed(f"cannot index slice/array with type {type_name(index)}")
    if not 0 <= index <= most:
        raise FunctionFailed(f"index out of range: {index}")
    return int(index)


def _bounds(indexes: tuple[Any, ...], size: int) -> tuple[int, int]:
    """Where a part begins and ends."""
    start, end, capacity = 0, size, size
    given = [_position(opened(index), size) for index in indexes]
    if given:
        start = given[0]
    if len(given) > 1:
        end = given[1]
    if start > end:
        raise FunctionFailed(f"invalid slice index: {start} > {end}")
    if len(given) == _MOST_INDEXES:
        capacity = given[-1]
    if end > capacity:
        raise FunctionFailed(f"invalid slice index: {end} > {capacity}")
    return start, end
