"""Randomness as a constructor argument."""

from __future__ import annotations

import os
from typing import Protocol

_UUIDS_AT_ONCE = 64
_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_EVEN = 256 // len(_BASE62) * len(_BASE62)
"""248: as many values of a byte as give each character the same number of them.  The others are rejected."""
_CHARACTER_OF = bytes(_BASE62[byte % len(_BASE62)] for byte in range(256))
_REJECTED = bytes(range(_EVEN, 256))


class Random(Protocol):
    """A source of random values."""

    def bytes(self, count: int) -> bytes:
        """`count` unpredictable bytes."""
        ...


class SystemRandom:
    """The kernel's generator."""

    def bytes(self, count: int) -> bytes:
        """`count` bytes of `getrandom(2)`."""
        return os.urandom(count)


class Uuids:
    """Makes version 4 UUIDs.  The kernel is asked for the random bytes of many of them at a time.

    Args:
        random: the source.
    """

    __slots__ = ("_random", "_ready")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._ready: list[str] = []

    def __call__(self) -> str:
        """A new one, in text form."""
        if not self._ready:
            drawn = self._random.bytes(16 * _UUIDS_AT_ONCE)
            self._ready = [_uuid4(drawn[at : at + 16]) for at in range(0, len(drawn), 16)]
        return self._ready.pop()


def base62(random: Random, length: int) -> str:
    """`length` characters of `[0-9A-Za-z]`, each equally likely (5.95 bits a character)."""
    out = bytearray()
    while len(out) < length:
        out += random.bytes(length - len(out) + 8).translate(_CHARACTER_OF, _REJECTED)
    return out[:length].decode("ascii")


def uuid4(random: Random) -> str:
    """A version 4 UUID in text form.  Source: RFC 9562, section 5.4."""
    return _uuid4(random.bytes(16))


def _uuid4(drawn: bytes) -> str:
    raw = bytearray(drawn)
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
