"""The forms in which bytes are answered (p)."""

from __future__ import annotations

from base64 import b64encode


def encoded(value: bytes, format_: str) -> str:
    """The bytes in hex, if `format_` is `hex`, else in base64."""
    return value.hex() if format_ == "hex" else b64encode(value).decode("ascii")


def is_format(text: str) -> bool:
    """Whether there is such a form."""
    return text in {"hex", "base64"}
