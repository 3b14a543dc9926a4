"""Takes apart ASN.1 in the Basic Encoding Rules, with lengths of both kinds and strings in pieces (pure).

Source: ITU-T X.690, section 8
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.lib.errors import Tampered

_MOST_DEPTH = 16
_MOST_VALUES = 4096
_INDEFINITE = 0x80


@dataclass(frozen=True, slots=True)
class Value:
    """One value."""

    tag: int
    """The first byte: class, form and number."""
    content: bytes
    """Of a definite length: as it is encoded."""
    parts: tuple[Value, ...] = ()
    """Of a constructed value."""
    definite: bool = True

    def octets(self) -> bytes:
        """The bytes of an octet string, whose pieces are joined.  Raises `Tampered` for anything else."""
        if self.tag == 0x04:
            return self.content
        if self.tag not in {0x24, 0xA0}:
            raise Tampered("no octet string")
        return b"".join(part.octets() for part in self.parts)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.count = 0

    def value(self, at: int, end: int, depth: int) -> tuple[Value, int]:
        """The value that begins at a place, and where the next one begins."""
        self.count += 1
        if depth > _MOST_DEPTH or self.count > _MOST_VALUES or at + 2 > end:
            raise Tampered("the encoding can't be read")
        tag, length, at = self.data[at], self.data[at + 1], at + 2
        if tag & 0x1F == 0x1F:
            raise Tampered("the encoding has tags of several bytes")
        constructed = bool(tag & 0x20)
        if length == _INDEFINITE:
            if not constructed:
                raise Tampered("a value has no length")
            parts, at = self.until_end(at, end, depth)
            return Value(tag, b"", parts, definite=False), at
        if length > _INDEFINITE:
            size = length - _INDEFINITE
            if size > 4 or at + size > end:
                raise Tampered("the encoding can't be read")
            length, at = int.from_bytes(self.data[at : at + size], "big"), at + size
        if at + length > end:
            raise Tampered("the encoding is cut off")
        inside = self.all(at, at + length, depth) if constructed else ()
        return Value(tag, self.data[at : at + length], inside), at + length

    def all(self, at: int, end: int, depth: int) -> tuple[Value, ...]:
        """The values from one place to another."""
        found = []
        while at < end:
            value, at = self.value(at, end, depth + 1)
            found.append(value)
        return tuple(found)

    def until_end(self, at: int, end: int, depth: int) -> tuple[tuple[Value, ...], int]:
        """The values up to the mark of the end, and where the next one begins."""
        found = []
        while self.data[at : at + 2] != b"\0\0":
            value, at = self.value(at, end, depth + 1)
            found.append(value)
        return tuple(found), at + 2


def read(data: bytes) -> Value:
    """The value that the bytes are.  Raises `Tampered` for anything else, and for bytes after it."""
    value, at = _Reader(data).value(0, len(data), 0)
    if at != len(data):
        raise Tampered("there is something after the value")
    return value
