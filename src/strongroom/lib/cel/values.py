"""Values of expressions.

Booleans, whole numbers, floating-point numbers, texts, bytes and null are Python's; the other kinds are here.  Numbers
of JSON are floating-point numbers, as in the language's other implementations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from strongroom.lib.cel.errors import CelError

INT_MIN, INT_MAX, UINT_MAX = -(2**63), 2**63 - 1, 2**64 - 1
NANOSECONDS = 1_000_000_000


class Uint(int):
    """A whole number without a sign."""


class Timestamp(NamedTuple):
    """A point in time, in nanoseconds since the epoch."""

    ns: int


class Duration(NamedTuple):
    """A length of time, in nanoseconds."""

    ns: int


@dataclass(frozen=True, slots=True)
class Type:
    """What `type(value)` gives."""

    name: str


class CelMap:
    """A map.  Keys are texts, booleans and numbers; numbers of different kinds are the same key if they are equal."""

    __slots__ = ("_by_key",)

    def __init__(self) -> None:
        self._by_key: dict[Any, tuple[Any, Any]] = {}

    def put(self, key: Any, value: Any) -> None:
        """Add an entry; a later one with the same key replaces it.  Raises `CelError` for what can't be a key."""
        if not isinstance(key, bool | int | float | str):
            raise CelError("unsupported key type")
        self._by_key[_key(key)] = (key, value)

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of a key, or the default."""
        return self._by_key.get(_key(key), (None, default))[1]

    def __contains__(self, key: Any) -> bool:
        return _key(key) in self._by_key

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self._by_key.values())

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Keys and values."""
        return iter(self._by_key.values())


def _key(key: Any) -> Any:
    if isinstance(key, bool):
        return ("bool", key)
    return key if isinstance(key, str | int | float) else ("other", id(key))


@dataclass(frozen=True, slots=True)
class MessageType:
    """A type that expressions can construct.

    Args:
        name: with its package, as expressions say it.
        fields: the kind of each field: `string`, `bool`, `int`, `uint`, `bytes`, `timestamp`, `strings`, `ints`,
            `uints`, `map`, the name of another type, or that name with `[]` behind it.
    """

    name: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """A constructed value.  Fields that weren't set are missing."""

    type: MessageType
    fields: Mapping[str, Any] = field(default_factory=dict)


_NAMES = {
    bool: "bool",
    Uint: "uint",
    int: "int",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    CelMap: "map",
    type(None): "null_type",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    Type: "type",
}
TYPE_NAMES = frozenset(_NAMES.values())


def type_of(value: Any) -> str:
    """The name of a value's type."""
    return value.type.name if isinstance(value, Message) else _NAMES[type(value)]


def from_json(document: Any, most: int) -> Any:
    """A value of JSON as a value of expressions.

    Args:
        document: what JSON can hold.
        most: the most values that it may hold, itself included.

    Raises: `CelError` when it holds more, or is nested too deeply.
    """
    left = [most]
    return _from_json(document, left, 0)


def _from_json(document: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth > 64:
        raise CelError("the data is too large for an expression")
    match document:
        case bool() | str() | None | float():
            return document
        case int():
            try:
                return float(document)
            except OverflowError:
                raise CelError("a number of the data is too large") from None
        case list() | tuple():
            return [_from_json(item, left, depth + 1) for item in document]
        case Mapping():
            found = CelMap()
            for key, value in document.items():
                found.put(str(key), _from_json(value, left, depth + 1))
            return found
        case _:
            raise CelError("the data holds a value that isn't of JSON")
