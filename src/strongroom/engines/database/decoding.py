"""Details of a connection in the types that drivers need (pure).

A driver declares no body, so nothing else has looked at what a client sent: a list where a text belongs is the
client's mistake, and has to be told as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_bool, to_int, to_list, to_text

T = TypeVar("T")


def text_of(details: Mapping[str, Any], name: str) -> str:
    """A text; empty for none.  Raises `InvalidRequest`, naming the detail, as the others do."""
    return _as(to_text, details, name)


def number_of(details: Mapping[str, Any], name: str) -> int:
    """A whole number; 0 for none."""
    return _as(to_int, details, name)


def flag_of(details: Mapping[str, Any], name: str) -> bool:
    """A truth value; false for none."""
    return _as(to_bool, details, name)


def list_of(details: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts, from a list or a text with commas."""
    return _as(to_list, details, name)


def _as(coerce: Callable[[Any], T], details: Mapping[str, Any], name: str) -> T:
    try:
        return coerce(details.get(name))
    except FieldError as error:
        reason = str(error).removeprefix("''")
        raise InvalidRequest(f"decoding failed due to the following error(s):\n\n'{name}'{reason}") from error
