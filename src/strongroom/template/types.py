"""The names that Go gives to the types of values (p)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from strongroom.template.values import NamedInteger, NilPointer, Number, Structure, TextMap, Unsigned

ANY_TYPE: Final = "interface {}"
BYTES_TYPE: Final = "[]uint8"
_NAMES: Final[Mapping[type, str]] = {
    bool: "bool",
    int: "int",
    float: "float64",
    str: "string",
    bytes: BYTES_TYPE,
    Number: "json.Number",
    Unsigned: "uint64",
    TextMap: "map[string]string",
    dict: f"map[string]{ANY_TYPE}",
    list: f"[]{ANY_TYPE}",
    datetime: "time.Time",
    type(None): "<nil>",
}


class Byte(Unsigned):
    """An element of a text or of `[]byte`: Go's `uint8`."""

    __slots__ = ()


def type_name(value: Any) -> str:
    """The type of a value.  An integer's is told as `int`, whichever of Go's signed ones it had."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name
    if isinstance(value, (Structure, NilPointer, NamedInteger)):
        return value.go_type
    if isinstance(value, Byte):
        return "uint8"
    if is_map(value):
        return _NAMES[dict]
    if is_list(value):
        return _NAMES[list]
    return next((name for kind, name in _NAMES.items() if isinstance(value, kind)), ANY_TYPE)


def is_map(value: Any) -> bool:
    """Whether a value is a map."""
    return isinstance(value, (dict, Mapping))


def is_list(value: Any) -> bool:
    """Whether a value is a slice of anything but bytes."""
    return isinstance(value, list) or (isinstance(value, Sequence) and not isinstance(value, (str, bytes)))


def is_integer(value: Any) -> bool:
    """Whether a value is an integer of any type."""
    return isinstance(value, int) and not isinstance(value, bool)
