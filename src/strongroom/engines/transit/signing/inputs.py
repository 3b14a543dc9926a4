"""What clients sign, hash and authenticate, out of the base64 in which they send it (p)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.engines.transit.fields import text_of
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib import go_base64


def data_of(text: str) -> bytes:
    """The bytes of an `input`.  Raises `Refused` for what is no base64."""
    try:
        return go_base64.decoded(text)
    except ValueError as error:
        raise Refused(Code.INVALID_BASE64, f"unable to decode input as base64: {error}") from error


def context_of(text: str) -> bytes:
    """The bytes of a `context`.  Raises `Refused` for what is no base64."""
    if not text:
        return b""
    try:
        return go_base64.decoded(text)
    except ValueError as error:
        raise Refused(Code.INVALID_BASE64, f"failed to base64-decode context: {error}") from error


def input_of(item: Mapping[str, Any], missing: str = "missing input") -> str:
    """The `input` of an item.  Null is an empty input.

    Raises: `Refused` for an item without one, and for one that is no text.
    """
    if "input" not in item:
        raise Refused(Code.MISSING_INPUT, missing)
    return text_of(item, "input")
