"""Values of requests and of batch items, which have the same rules (p)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.go_base64 import decoded
from strongroom.sdk.fields import FieldError, to_int, to_text

T = TypeVar("T")

_ADVICE = "; the standard alphabet with padding is expected"


def text_of(item: Mapping[str, Any], name: str) -> str:
    """The text of a field; empty if the item doesn't have it.  Raises `Refused`."""
    value = item.get(name, "")
    if type(value) is str:
        return value
    try:
        return to_text(value)
    except FieldError as error:
        raise _unfit(name, error) from error


def number_of(item: Mapping[str, Any], name: str) -> int:
    """The whole number of a field; 0 if the item doesn't have it.  Raises `Refused`."""
    value = item.get(name, 0)
    if type(value) is int:
        return value
    try:
        return to_int(value)
    except FieldError as error:
        raise _unfit(name, error) from error


def bytes_of(text: str, name: str) -> bytes:
    """What a field says in base64.  Raises `Refused`, which names the field and the wrong byte."""
    if not text:
        return b""
    try:
        return decoded(text)
    except ValueError as error:
        raise Refused(Code.INVALID_BASE64, f"failed to base64-decode {name}: {error}{_ADVICE}") from error


def unless_null(data: Mapping[str, Any], name: str, value: T | None) -> T | None:
    """A setting that is to be changed; None for one that the request doesn't have, or has as null.

    Many clients send null for whatever their caller left out.  As 0 or false, it would take a protection away.
    """
    return None if data.get(name) is None else value


def _unfit(name: str, error: FieldError) -> Refused:
    return Refused(Code.INVALID_FIELD, f'error converting input for field "{name}": {error}')
