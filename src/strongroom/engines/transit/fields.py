"""Values of requests and of batch items, which have the same rules (p)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.go_base64 import decoded
from strongroom.sdk import Body, replace
from strongroom.sdk.coercion import FieldError, to_int, to_text

B = TypeVar("B", bound=Body)

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


def without_nulls(body: B, data: Mapping[str, Any]) -> B:
    """The settings that a request changes: those that are null count as if it didn't have them.

    Many clients send null for whatever their caller left out.  As 0 or false, it would take a protection away.

    Args:
        body: one whose fields all are None by default. data: the fields as the client sent them.
    """
    nulls = {name: None for name in body.__struct_fields__ if name in data and data[name] is None}
    return replace(body, **nulls) if nulls else body


def bytes_in(item: Mapping[str, Any], name: str) -> bytes:
    """The bytes of a field in base64; none if the item doesn't have it.  Raises `Refused`."""
    return bytes_of(text_of(item, name), name) if name in item else b""


def _unfit(name: str, error: FieldError) -> Refused:
    return Refused(Code.INVALID_FIELD, f'error converting input for field "{name}": {error}')
