"""Keys as people and providers write them (pure).

Source: RFC 4648, section 6
"""

from __future__ import annotations

import base64
import re

from strongroom.crypto.totp import MOST_KEY_BYTES
from strongroom.sdk import InvalidRequest

_BLANKS = re.compile(r"\s+")
_DIGITS = re.compile(r"[A-Z2-7]*+")
_MOST_CHARACTERS = 4 * MOST_KEY_BYTES
"""Of a key in whole, with room for blanks."""
_WHOLE = frozenset({0, 2, 4, 5, 7})
"""How many digits the last group of eight may have, so that they stand for whole bytes."""


def written(key: bytes) -> str:
    """A key in base32, without padding, which some apps refuse."""
    return base64.b32encode(key).decode("ascii").rstrip("=")


def key_of(text: str) -> bytes:
    """The key that a text stands for.

    Providers show keys in groups, in lower case, and with or without padding.

    Raises: `InvalidRequest` for another character, a length that no key has, or a key that is empty or too long.
    """
    if len(text) > _MOST_CHARACTERS:
        raise InvalidRequest(f"the key value has more than {_MOST_CHARACTERS} characters")
    # No other letters become these in capitals: upper() would turn a long s into an S.
    if not text.isascii():
        raise InvalidRequest("invalid key value: it has other characters than those of base32")
    digits = _BLANKS.sub("", text).upper().rstrip("=")
    if not digits:
        raise InvalidRequest("the key value is required")
    found = _DIGITS.match(digits)
    end = found.end() if found is not None else 0
    if end < len(digits):
        raise InvalidRequest(f"invalid key value: illegal base32 data at input byte {end}")
    if len(digits) % 8 not in _WHOLE:
        raise InvalidRequest("invalid key value: it ends within a byte, so characters are missing")
    key = base64.b32decode(digits + "=" * (-len(digits) % 8))
    if len(key) > MOST_KEY_BYTES:
        raise InvalidRequest(f"the key value has more than {MOST_KEY_BYTES} bytes")
    return key
