"""Texts whose random bytes are marked (pure).

Go's texts are bytes, and so are these: `truncate` counts bytes, and `utf16le` gives bytes that are no UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Marked:
    """A text."""

    data: bytes = field(repr=False)
    marks: bytes = field(repr=False, compare=False)
    """For each byte, 1 if it is a random character that nobody can guess, 0 if not."""

    def __len__(self) -> int:
        return len(self.data)

    @property
    def random(self) -> int:
        """How many of its bytes are random."""
        return self.marks.count(1)

    def is_utf8(self) -> bool:
        """Whether it is one of characters."""
        try:
            self.data.decode()
        except UnicodeDecodeError:
            return False
        return True

    def cut(self, at: int) -> tuple[Marked, Marked]:
        """The first `at` bytes, and the rest.  A character of UTF-8 isn't split; the rest begins with it."""
        if at < len(self.data) and self.data[at] & 0xC0 == 0x80 and self.is_utf8():
            while self.data[at] & 0xC0 == 0x80:
                at -= 1
        return Marked(self.data[:at], self.marks[:at]), Marked(self.data[at:], self.marks[at:])

    def characters(self) -> Iterable[tuple[str, int]]:
        """Each character, and whether it is random.  What is no UTF-8 gives U+FFFD, as in Go."""
        at = 0
        for character in self.data.decode("utf-8", "surrogateescape"):
            escaped = "\udc80" <= character <= "\udcff"
            yield "\ufffd" if escaped else character, self.marks[at]
            at += 1 if escaped else len(character.encode())

    def each(self, change: Callable[[str], bytes]) -> Marked:
        """The text with each character changed.  The last byte of a random one's result is random."""
        parts = [(change(character), mark) for character, mark in self.characters()]
        marks = b"".join(bytes(len(data) - 1) + bytes([mark]) for data, mark in parts if data)
        return Marked(b"".join(data for data, _ in parts), marks)


def plain(text: str | bytes) -> Marked:
    """A text without randomness.  Raises `UnicodeEncodeError` for lone surrogates."""
    data = text.encode() if isinstance(text, str) else text
    return Marked(data, bytes(len(data)))


def begun(data: bytes, random: int) -> Marked:
    """A text whose first bytes are random, as many as `random`: a hash of so many random bytes."""
    count = min(len(data), random)
    return Marked(data, b"\x01" * count + bytes(len(data) - count))


def joined(parts: Iterable[Marked]) -> Marked:
    """One text after another."""
    kept = list(parts)
    return Marked(b"".join(part.data for part in kept), b"".join(part.marks for part in kept))
