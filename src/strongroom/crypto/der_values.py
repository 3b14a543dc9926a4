"""Writes the values of ASN.1's distinguished encoding that signed lists and answers consist of (p).

Source: ITU-T X.690, sections 8 to 11
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from strongroom.crypto.der import encoded

SEQUENCE: Final = 0x30
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = b"\x05\x00"
OBJECT_IDENTIFIER: Final = 0x06
ENUMERATED: Final = 0x0A
_BOOLEAN = 0x01
_UTC_TIME = 0x17
_GENERALIZED_TIME = 0x18
_CONSTRUCTED_CONTEXT = 0xA0
_LONG_LENGTH = 0x80
_FIRST_YEAR_OF_UTC_TIME = 1950
_FIRST_YEAR_OF_GENERALIZED_TIME = 2050
_CONTINUES = 0x80
_IDENTIFIERS_KEPT = 256
"""Each certificate names the same algorithms and extensions."""


def header(tag: int, size: int) -> bytes:
    """Tag and length of an element whose content has `size` bytes."""
    if size < _LONG_LENGTH:
        return bytes((tag, size))
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG_LENGTH | len(length))) + length


def sequence(parts: Iterable[bytes]) -> bytes:
    """A SEQUENCE of encoded elements."""
    return encoded(SEQUENCE, b"".join(parts))


def explicit(number: int, content: bytes) -> bytes:
    """An encoded element under a tag of its context."""
    return encoded(_CONSTRUCTED_CONTEXT | number, content)


def integer(value: int) -> bytes:
    """An INTEGER in as few bytes as it takes."""
    size = ((value if value >= 0 else ~value).bit_length() // 8) + 1
    return encoded(INTEGER, value.to_bytes(size, "big", signed=True))


@lru_cache(maxsize=_IDENTIFIERS_KEPT)
def identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER.  Raises `ValueError` for a text that is none."""
    numbers = [int(each) for each in dotted.split(".") if each.isascii() and each.isdecimal()]
    if len(numbers) < 2 or len(numbers) != dotted.count(".") + 1:
        raise ValueError(f"{dotted[:64]!r} is no object identifier")
    first, second, *rest = numbers
    if first > 2 or (first < 2 and second > 39):
        raise ValueError(f"{dotted[:64]!r} is no object identifier")
    return encoded(OBJECT_IDENTIFIER, b"".join(map(_base_128, (40 * first + second, *rest))))


def _base_128(value: int) -> bytes:
    out = [value & ~_CONTINUES & 0xFF]
    while value := value >> 7:
        out.append(value & ~_CONTINUES & 0xFF | _CONTINUES)
    return bytes(reversed(out))


def bit_string(content: bytes) -> bytes:
    """A BIT STRING of whole bytes."""
    return encoded(BIT_STRING, b"\x00" + content)


def generalized_time(at: float) -> bytes:
    """A GeneralizedTime, in whole seconds.

    Args:
        at: seconds since the epoch.
    """
    return encoded(_GENERALIZED_TIME, _utc(at).strftime("%Y%m%d%H%M%SZ").rjust(15, "0").encode())


def time(at: float) -> bytes:
    """A point in time as certificates and lists write it, in whole seconds.  Source: RFC 5280, section 4.1.2.5

    Args:
        at: seconds since the epoch.

    Raises: `ValueError` for a time before 1950, which would be read as one a hundred years later.
    """
    moment = _utc(at)
    if moment.year >= _FIRST_YEAR_OF_GENERALIZED_TIME:
        return generalized_time(at)
    if moment.year < _FIRST_YEAR_OF_UTC_TIME:
        raise ValueError("certificates say times from 1950 on")
    return encoded(_UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(int(at), UTC)


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    """An extension of a certificate, a list or an answer.

    Args:
        value: in DER. critical: whether who doesn't know it has to refuse what it stands in.
    """
    flag = encoded(_BOOLEAN, b"\xff") if critical else b""
    return sequence((identifier(dotted), flag, encoded(OCTET_STRING, value)))
