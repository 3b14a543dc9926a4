"""Texts and characters as Go's literals (p).

Source: https://pkg.go.dev/strconv#Quote
"""

from __future__ import annotations

from typing import Final

from strongroom.template.values import ESCAPED_BYTES

REPLACEMENT: Final = "\ufffd"
MOST_CODE: Final = 0x10FFFF
_ESCAPES: Final = {character: f"\\{letter}" for character, letter in zip("\a\b\f\n\r\t\v\\", "abfnrtv\\", strict=True)}


def quoted(text: str, *, ascii_only: bool = False) -> str:
    """A text as an interpreted string literal."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{"".join(_escaped(each, chr(34), ascii_only) for each in text)}"'


def quoted_character(code: int, *, ascii_only: bool = False) -> str:
    """A character as a literal.  A code that is none is the replacement character."""
    return f"'{_escaped(character(code), chr(39), ascii_only)}'"


def character(code: int) -> str:
    """The character of a code, or the replacement character."""
    return REPLACEMENT if not 0 <= code <= MOST_CODE or 0xD800 <= code <= 0xDFFF else chr(code)


def can_be_raw(text: str) -> bool:
    """Whether a text can stand unchanged between back quotes on one line."""
    return not any(
        each in "`\x7f\ufeff" or (each < " " and each != "\t") or ESCAPED_BYTES.start <= ord(each) < ESCAPED_BYTES.stop
        for each in text
    )


def _escaped(each: str, quote: str, ascii_only: bool) -> str:
    if each == quote or each in _ESCAPES:
        return _ESCAPES.get(each, "\\" + quote)
    code = ord(each)
    if code in ESCAPED_BYTES:
        return f"\\x{code & 0xFF:02x}"
    if each.isprintable() and (code < 0x80 or not ascii_only):
        return each
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
