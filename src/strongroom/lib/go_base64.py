"""Base64 as Go's decoder reads it, with its errors, which clients of Vault know."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from typing import Final

# Texts have up to a megabyte, and there are many in a request: no step may look at single bytes.
_DATA: Final = re.compile(rb"[A-Za-z0-9+/\r\n]*+")
_LINE_ENDS: Final = re.compile(rb"[\r\n]*+")
_PAD: Final = 61


def decoded(text: str) -> bytes:
    """The bytes that a padded text in the standard alphabet stands for.  It may have line ends anywhere.

    Raises:
        ValueError: the text is no base64.  It says at which byte.

    Source: https://pkg.go.dev/encoding/base64#StdEncoding
    """
    try:
        return a2b_base64(text, strict_mode=True)
    except (Error, ValueError):
        raw = text.encode("utf-8", "surrogatepass")
    at = _fault(raw)
    if at is not None:
        raise ValueError(f"illegal base64 data at input byte {at}")
    return a2b_base64(raw)


def _fault(raw: bytes) -> int | None:
    """Where Go's decoder finds the first fault; None if there is none."""
    at = _end_of(_DATA, raw, 0)
    # How many digits of the group of four were begun.
    filled = (at - raw.count(b"\n", 0, at) - raw.count(b"\r", 0, at)) % 4
    if at < len(raw):
        return _fault_of_padding(raw, at, filled) if raw[at] == _PAD else at
    return len(raw) - filled if filled else None


def _fault_of_padding(raw: bytes, at: int, filled: int) -> int | None:
    """The fault of a text whose padding begins at `at`."""
    if filled < 2:
        return at
    after = _next(raw, at + 1)
    if filled == 2:
        if after == len(raw):
            return after
        if raw[after] != _PAD:
            return after - 1
        after = _next(raw, after + 1)
    return None if after == len(raw) else after


def _next(raw: bytes, at: int) -> int:
    """The next byte that is no line end."""
    return _end_of(_LINE_ENDS, raw, at)


def _end_of(pattern: re.Pattern[bytes], raw: bytes, at: int) -> int:
    match = pattern.match(raw, at)
    assert match is not None  # it matches nothing, too
    return match.end()
