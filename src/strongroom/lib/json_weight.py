"""What a JSON text takes once it is decoded, estimated before any value exists (p).

Every step is one pass of a function of the interpreter's over the whole text, so it takes milliseconds where looking at
each byte takes seconds.

A text that turns out to be no JSON has been decoded up to its fault.  All counts hold for that part too: whether a
quotation mark begins a string, ends it or stands in it follows from what is to its left alone.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

_OBJECT: Final = 256
"""An object of one entry, in bytes.  Source: `sys.getsizeof`, and what the garbage collector adds."""
_LIST: Final = 128
_FURTHER: Final = 64
"""Each entry or element beyond the first: its place in the table, and the number that may stand there."""
_STRING: Final = 64
"""Besides its bytes."""

MOST_OF_A_BYTE: Final = _OBJECT + 1
"""No byte weighs more."""

_BRACKETS: Final = b"[]{}"
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in _BRACKETS)
_STEPS: Final = tuple({0x5B: 1, 0x7B: 1}.get(byte, -1) for byte in range(256))


def heavier(text: bytes, allowed: int) -> bool:
    """Whether the decoded text takes more than `allowed` bytes.

    The first look counts what stands in strings too.  It is never too small, and enough for nearly every body.
    """
    if _weight(text, text.count(b'"'), len(text)) <= allowed:
        return False
    if len(text) > allowed:
        return True
    marked = _marked(text)
    marks = marked.count(b'"')
    # Splitting makes a value of each string itself, so it waits until their number is known to be allowed.
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
    """The text without escaped backslashes and quotation marks: those that are left begin or end a string."""
    return text.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in text else text


def _outside(marked: bytes) -> bytes:
    """The same without its strings."""
    return b"".join(marked.split(b'"')[::2])
