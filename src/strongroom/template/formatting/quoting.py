"""Texts and characters as Go's literals (p).

Source: https://pkg.go.dev/strconv#Quote
"""

from __future__ import annotations

import re
from typing import Final

from strongroom.template.values import ESCAPED_BYTES

REPLACEMENT: Final = "\ufffd"
MOST_CODE: Final = 0x10FFFF
_ESCAPES: Final = {character: f"\\{letter}" for character, letter in zip("\a\b\f\n\r\t\v\\", "abfnrtv\\", strict=True)}

_UNUSUAL = re.compile(r"[^ !#-\[\]-~]")
"""What may have to be escaped in a literal."""
_NEVER_RAW = re.compile(r"[`\x00-\x08\x0a-\x1f\x7f\ufeff\udc80-\udcff]")


def quoted(text: str, *, ascii_only: bool = False) -> str:
    """A text as an interpreted string literal."""
    if text.isprintable() and (text.isascii() or not ascii_only):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    else:
        escaped = _UNUSUAL.sub(lambda found: _escaped(found[0], '"', ascii_only), text)
    return f'"{escaped}"'


def quoted_character(code: int, *, ascii_only: bool = False) -> str:
    """A character as a literal.  A code that is none is the replacement character."""
    escaped = _escaped(character(code), "'", ascii_only)
    return f"'{escaped}'"


def character(code: int) -> str:
    """The character of a code, or the replacement character."""
    return REPLACEMENT if not 0 <= code <= MOST_CODE or 0xD800 <= code <= 0xDFFF else chr(code)


def can_be_raw(text: str) -> bool:
    """Whether a text can stand unchanged between back quotes on one line."""
    return _NEVER_RAW.search(text) is None


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
