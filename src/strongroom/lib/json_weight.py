"""Estimates the memory of a decoded JSON text, before any value exists (pure).

Every step is one pass of a built-in function over the whole text.  This takes milliseconds; a loop over all bytes would
take seconds.

An invalid JSON text is decoded up to its error.  All counts hold for that part too, because only the text to its left
decides whether a quotation mark begins a string, ends it or is part of it.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

_OBJECT: Final = 256
"""An object of one entry, in bytes.  Source: `sys.getsizeof`, and what the garbage collector adds."""
_LIST: Final = 128
_FURTHER: Final = 64
"""Each entry or element after the first: its place in the table, and a number there."""
_STRING: Final = 64
"""Besides its bytes."""

MOST_OF_A_BYTE: Final = _OBJECT + 1
"""No byte weighs more."""

_BRACKETS: Final = b"[]{}"
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in _BRACKETS)
_STEPS: Final = tuple({0x5B: 1, 0x7B: 1}.get(byte, -1) for byte in range(256))


def heavier(text: bytes, allowed: int) -> bool:
    """Whether the decoded text needs more than `allowed` bytes.

    The first estimate also counts characters in strings.  It is never too small, and suffices for nearly every body.
    """
    if _weight(text, text.count(b'"'), len(text)) <= allowed:
        return False
    if len(text) > allowed:
        return True
    marked = _marked(text)
    marks = marked.count(b'"')
    # Splitting makes a value of each string, so their number is checked first.
    if marks // 2 * _STRING > allowed:
        return True
    return _weight(_outside(marked), marks, len(text)) > allowed


def depth(text: bytes) -> int:
    """The deepest nesting of brackets outside strings."""
    brackets = _outside(_marked(text)).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)


def _weight(structure: bytes, marks: int, size: int) -> int:
    return (
        size
        + _OBJECT * structure.count(b"{")
        + _LIST * structure.count(b"[")
        + _FURTHER * structure.count(b",")
        + marks // 2 * _STRING
    )


def _marked(text: bytes) -> bytes:
    """The text without escaped backslashes and quotation marks.  The remaining marks begin or end a string."""
    return text.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in text else text


def _outside(marked: bytes) -> bytes:
    """The same without its strings."""
    return b"".join(marked.split(b'"')[::2])
