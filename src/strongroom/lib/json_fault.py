"""Explains to a client why a text isn't JSON (pure).

The decoder reports a lone surrogate as a truncated text, and a compressed body as a wrong character.
"""

from __future__ import annotations

import re
from typing import Final

_SOUGHT_BYTES: Final = 1 << 20
"""How far to search for the cause.  This takes 40 ms, which blocks all other requests."""
_GZIP: Final = b"\x1f\x8b"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_HIGH_OR_LOW: Final = rb"[dD][89a-fA-F]"
# Everything before the first escape of half a character.  Nothing is tried twice.
_PAIRED = re.compile(
    rb"(?>(?:[^\\]+|\\[^u]|\\u(?!" + _HIGH_OR_LOW + rb")|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*)",
    re.DOTALL,
)


def json_fault(text: bytes, told: str) -> str:
    """The error of a text.

    Args:
        text: the text that couldn't be decoded. told: the decoder's error, which is the result if nothing better is
            found.
    """
    if text.startswith(_GZIP):
        return "it is compressed: send it as it is, without Content-Encoding"
    if text.startswith(_UTF_16) or text[:2].strip(b"\0") != text[:2]:
        return "it is UTF-16 or UTF-32: send UTF-8"
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return f"it is not UTF-8 at byte {error.start}"
    if "truncated" not in told and "surrogate" not in told:
        return told
    before = _PAIRED.match(text, 0, _SOUGHT_BYTES)
    at = before.end() if before is not None else 0
    half = text[at : at + 6]
    # The end of the search may have cut a pair in two.
    if half.startswith(b"\\u") and at + 12 <= _SOUGHT_BYTES:
        return (
            f"half a character, {half.decode()}, at byte {at}: beyond \\uffff an escape is two of them "
            "(a surrogate pair)"
        )
    return "it ends before it is complete" if "truncated" in told else told
