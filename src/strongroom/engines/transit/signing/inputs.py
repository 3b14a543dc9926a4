"""What clients sign, hash and authenticate, out of the base64 in which they send it (p)."""

from __future__ import annotations

from strongroom.lib import go_base64
from strongroom.lib.errors import InvalidRequest


def data_of(text: str) -> bytes:
    """The bytes of an `input`.  Raises `InvalidRequest` for what is no base64."""
    try:
        return go_base64.decoded(text)
    except ValueError as error:
        raise InvalidRequest(f"unable to decode input as base64: {error}") from error


def context_of(text: str) -> bytes:
    """The bytes of a `context`.  Raises `InvalidRequest` for what is no base64."""
    if not text:
        return b""
    try:
        return go_base64.decoded(text)
    except ValueError as error:
        raise InvalidRequest("failed to base64-decode context") from error
