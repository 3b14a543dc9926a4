"""Base64 as Go's decoder reads it, with its errors, which clients of Vault know."""

from __future__ import annotations

from binascii import Error, a2b_base64
from typing import Final

_DIGITS: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_LINE_ENDS: Final = frozenset(b"\r\n")
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
    filled = 0  # digits of the group of four that was begun
    for at, byte in enumerate(raw):
        if byte in _LINE_ENDS:
            continue
        if byte == _PAD:
            return _fault_of_padding(raw, at, filled)
        if byte not in _DIGITS:
            return at
        filled = (filled + 1) % 4
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
    while at < len(raw) and raw[at] in _LINE_ENDS:
        at += 1
    return at
