"""What a template computes with: Go's values in Python's (p).

    string         str; bytes that aren't UTF-8 are lone surrogates, as `surrogateescape` makes them
    int            int, within 64 bits                     float64        float
    bool, nil      bool, None                              []byte         bytes
    map, slice     dict with keys of type str, list        json.Number    Number
    time.Time      datetime with a zone                    struct         a subclass of Structure
    uint64         Unsigned                                nil pointer    NilPointer
    map of strings TextMap                                 time.Month     NamedInteger

Values are never changed: a function that alters a list or map returns a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, TypeAlias

ESCAPED_BYTES: Final = range(0xDC80, 0xDD00)
"""The codes of lone surrogates that stand for bytes 0x80 to 0xff."""


class Number(str):
    """A number as JSON spelled it: Go's `json.Number`, whose kind is string though its type isn't."""

    __slots__ = ()


class Unsigned(int):
    """Go's `uint64`, whose arithmetic wraps at zero."""

    __slots__ = ()


class NamedInteger(int):
    """An integer of a type of its own that prints as a name, such as Go's `time.Month`.

    Attributes:
        go_type: the name of the type in messages.
        name: what it prints as.
    """

    go_type: str
    name: str

    def __new__(cls, value: int, go_type: str, name: str) -> NamedInteger:
        number = super().__new__(cls, value)
        number.go_type = go_type
        number.name = name
        return number


class TextMap(dict[str, str]):
    """Go's `map[string]string`: a key that it lacks is the empty text, where another map has no value."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NilPointer:
    """A pointer to no structure, which has a type all the same.

    Attributes:
        go_type: the name of the type in messages, such as `*dependency.SecretAuth`.
    """

    go_type: str


class Structure:
    """A value with fields and methods that a template reads by name.

    Attributes:
        go_type: the name of the type in messages, such as `*dependency.Secret`.
        fields: the names that a template may read, each with the attribute that has its value.
        methods: the names that a template may call, each with the attribute that is called.  What it takes is told by
            its annotations.  `String` also gives the text that is printed.
        pointers: the fields that are pointers to structures, each with the type's name; None there is a nil pointer.
    """

    go_type: ClassVar[str] = "struct {}"
    fields: ClassVar[Mapping[str, str]] = {}
    methods: ClassVar[Mapping[str, str]] = {}
    pointers: ClassVar[Mapping[str, str]] = {}


Value: TypeAlias = (
    str | int | float | bool | bytes | datetime | Structure | NilPointer | Mapping[str, Any] | Sequence[Any] | None
)


def data_of(text: str) -> bytes:
    """The bytes of a Go string.  A lone surrogate that stands for no byte is the replacement character, as in Go."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return "".join("\ufffd" if _is_no_byte(ord(each)) else each for each in text).encode("utf-8", "surrogateescape")


def text_of(data: bytes) -> str:
    """Bytes as a Go string."""
    return data.decode("utf-8", "surrogateescape")


def whole(text: str) -> str:
    """A text whose escaped bytes form characters where they can: two halves of one were joined, or it was cut."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text_of(data_of(text))
    return text


def _is_no_byte(code: int) -> bool:
    return 0xD800 <= code <= 0xDFFF and code not in ESCAPED_BYTES
