"""Serial numbers of certificates, as text (p).

Source: RFC 5280, section 4.1.2.2
"""

from __future__ import annotations

import re
from typing import Final

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random

BYTES: Final = 20
_TEXT = re.compile(r"[0-9a-fA-F]{1,2}(?:[:-]?[0-9a-fA-F]{2}){0,63}")


def new(random: Random) -> int:
    """A new serial number: 159 random bits, which is positive in 20 bytes."""
    return int.from_bytes(random.bytes(BYTES)) >> 1 | 1 << 157


def shown(serial: int) -> str:
    """As in answers: lower-case bytes with colons.  Raises `InvalidRequest` for a negative number."""
    return _bytes(serial).hex(":")


def row(serial: int) -> str:
    """As in keys of rows: lower-case bytes with hyphens.  Raises `InvalidRequest` for a negative number."""
    return _bytes(serial).hex("-")


def parsed(text: str) -> int | None:
    """The number that a client means: bytes with colons, hyphens, or nothing between them; None if it is none."""
    text = text.strip()
    return int(text.replace(":", "").replace("-", ""), 16) if _TEXT.fullmatch(text) else None


def _bytes(serial: int) -> bytes:
    if serial < 0:
        # Certificates of others may have it; none of this server does.
        raise InvalidRequest("the certificate's serial number is negative")
    return serial.to_bytes(max(1, (serial.bit_length() + 7) // 8))
