"""Reads messages of Protocol Buffers, field by field, without a schema (p).

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MOST_FIELDS: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Malformed(ValueError):
    """The bytes are no message, or not the expected one.  The text holds nothing of them."""


class Message:
    """The fields of a message.

    Args:
        data: its bytes.

    Raises: `Malformed`.
    """

    __slots__ = ("_fields",)

    def __init__(self, data: bytes) -> None:
        fields: dict[int, list[int | bytes]] = {}
        for number, value in _fields(data):
            fields.setdefault(number, []).append(value)
        self._fields: Mapping[int, list[int | bytes]] = fields

    def number(self, field: int) -> int:
        """An unsigned number or truth value; 0 if it isn't there.  Of several the last one counts, as everywhere."""
        value = self._fields.get(field, [0])[-1]
        if not isinstance(value, int):
            raise Malformed("a field isn't a number")
        return value

    def signed(self, field: int) -> int:
        """A number that may be negative."""
        value = self.number(field)
        return value - (1 << 64) if value >> 63 else value

    def all(self, field: int) -> list[bytes]:
        """The values of a repeated field of bytes, texts or messages."""
        values = self._fields.get(field, [])
        found = [value for value in values if not isinstance(value, int)]
        if len(found) != len(values):
            raise Malformed("a field isn't of bytes")
        return found

    def text(self, field: int) -> str:
        """A text; empty if it isn't there."""
        return _text(self.content(field))

    def content(self, field: int) -> bytes:
        """Bytes; empty if they aren't there."""
        return (self.all(field) or [b""])[-1]

    def texts(self, field: int) -> list[str]:
        """A repeated text."""
        return list(map(_text, self.all(field)))

    def message(self, field: int) -> Message:
        """A message inside; an empty one if it isn't there."""
        return Message(self.content(field))

    def messages(self, field: int) -> list[Message]:
        """A repeated message."""
        return list(map(Message, self.all(field)))

    def strings(self, field: int) -> dict[str, str]:
        """A map from texts to texts."""
        return {entry.text(1): entry.text(2) for entry in self.messages(field)}

    def time(self, field: int) -> str:
        """A `Timestamp`, as in RFC 3339 with nanoseconds; empty if it isn't there."""
        if not self.all(field):
            return ""
        stamp = self.message(field)
        seconds, nanoseconds = stamp.signed(1), stamp.number(2)
        if nanoseconds >= 10**9:
            raise Malformed("a time has too many nanoseconds")
        try:
            moment = _EPOCH + timedelta(seconds=seconds)
        except OverflowError as error:
            raise Malformed("a time is out of range") from error
        fraction = f".{nanoseconds:09}".rstrip("0").rstrip(".")
        return f"{moment.replace(tzinfo=None).isoformat()}{fraction}Z"

    def duration_s(self, field: int) -> int:
        """A `Duration` in whole seconds; 0 if it isn't there."""
        return self.message(field).signed(1)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        # The error would quote the bytes.
        raise Malformed("a text isn't UTF-8") from None


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at, count = 0, 0
    while at < len(data):
        count += 1
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if not number or count > _MOST_FIELDS:
            raise Malformed("a field without a number, or too many fields")
        if kind == _VARINT:
            value, at = varint(data, at)
            yield number, value
        elif kind == _BYTES:
            length, at = varint(data, at)
            if length > len(data) - at:
                raise Malformed("a field goes beyond the end")
            yield number, data[at : at + length]
            at += length
        elif kind in {_FIXED64, _FIXED32}:
            form = struct.Struct("<Q" if kind == _FIXED64 else "<I")
            if len(data) - at < form.size:
                raise Malformed("a field goes beyond the end")
            yield number, form.unpack_from(data, at)[0]
            at += form.size
        else:
            raise Malformed("a field of an unknown kind")


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, and where it ends.  Raises `Malformed`."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise Malformed("a number goes beyond the end")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            if value >> 64:
                break
            return value, at
    raise Malformed("a number has more than 64 bits")
