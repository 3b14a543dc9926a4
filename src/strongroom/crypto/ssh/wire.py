"""The data types of SSH (p).

Source: RFC 4251, section 5
"""

from __future__ import annotations


class Malformed(ValueError):
    """The bytes end too early, or something follows that shouldn't."""


def string(value: bytes) -> bytes:
    """Bytes behind their length."""
    return len(value).to_bytes(4, "big") + value


def uint32(value: int) -> bytes:
    """A number in four bytes."""
    return value.to_bytes(4, "big")


def uint64(value: int) -> bytes:
    """A number in eight bytes."""
    return value.to_bytes(8, "big")


def mpint(value: int) -> bytes:
    """A number that isn't negative, of any length: a zero byte keeps its first bit from being a sign."""
    return string(value.to_bytes((value.bit_length() + 8) // 8, "big") if value else b"")


class Reader:
    """Takes one value after the other from some bytes."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next bytes.  Raises `Malformed` if there aren't as many."""
        end = self._at + count
        if end > len(self._data):
            raise Malformed("it ends too early")
        taken, self._at = self._data[self._at : end], end
        return taken

    def string(self) -> bytes:
        """The next string.  Raises `Malformed`."""
        return self.take(int.from_bytes(self.take(4), "big"))

    def mpint(self) -> int:
        """The next number in its one form.  Raises `Malformed` for a negative one, or one that is written longer."""
        data = self.string()
        value = int.from_bytes(data, "big")
        if mpint(value)[4:] != data:
            raise Malformed("a number isn't written as SSH writes it")
        return value

    @property
    def rest(self) -> bytes:
        """What wasn't taken yet."""
        return self._data[self._at :]

    def end(self) -> None:
        """Raise `Malformed` unless all was taken."""
        if self.rest:
            raise Malformed("something follows its end")
