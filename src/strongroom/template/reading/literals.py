"""The values of literals (p).

Source: https://go.dev/ref/spec#Rune_literals, https://go.dev/ref/spec#String_literals
"""

from __future__ import annotations

import re
from typing import Final

from strongroom.template.formatting.quoting import MOST_CODE, REPLACEMENT
from strongroom.template.values import ESCAPED_BYTES, text_of

_SIMPLE: Final = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_PIECE = re.compile(
    r"\\x(?P<byte>[0-9a-fA-F]{2})|\\(?P<octal>[0-7]{3})|\\u(?P<short>[0-9a-fA-F]{4})|\\U(?P<long>[0-9a-fA-F]{8})"
    r"|\\(?P<simple>[abfnrtv\\'\"])|(?P<plain>[^\\\n])"
)
INVALID: Final = "invalid syntax"


class BadLiteral(Exception):
    """A literal has no value.  The text gives the reason."""


def string_value(literal: str) -> str:
    """The value of a string with its quotes.  Raises `BadLiteral`."""
    inside = literal[1:-1]
    if literal[0] == "`":
        return inside.replace("\r", "")
    if "\\" not in inside and inside.isascii():
        return inside
    data = bytearray()
    at = 0
    while at < len(inside):
        code, is_byte, at = _unquoted(inside, at, '"')
        data += bytes((code,)) if is_byte else chr(code).encode()
    return text_of(bytes(data))


def character_value(literal: str) -> int:
    """The code of a character with its quotes.  Raises `BadLiteral`."""
    code, _, end = _unquoted(literal, 1, "'")
    if literal[end:] != "'":
        raise BadLiteral(f"malformed character constant: {literal}")
    return code


def _unquoted(text: str, at: int, quote: str) -> tuple[int, bool, int]:
    """A character: its code, whether it is a byte rather than a character, and where the next one begins."""
    piece = _PIECE.match(text, at)
    if piece is None or piece["plain"] == quote:
        raise BadLiteral(INVALID)
    if piece["plain"]:
        shown = REPLACEMENT if ord(piece["plain"]) in ESCAPED_BYTES else piece["plain"]
        return ord(shown), False, piece.end()
    if piece["simple"]:
        if piece["simple"] in "'\"" and piece["simple"] != quote:
            raise BadLiteral(INVALID)
        return _SIMPLE.get(piece["simple"], ord(quote)), False, piece.end()
    if piece["byte"] or piece["octal"]:
        code = int(piece["byte"], 16) if piece["byte"] else int(piece["octal"], 8)
        if code > 0xFF:
            raise BadLiteral(INVALID)
        return code, True, piece.end()
    code = int(piece["short"] or piece["long"], 16)
    if code > MOST_CODE or 0xD800 <= code <= 0xDFFF:
        raise BadLiteral(INVALID)
    return code, False, piece.end()
