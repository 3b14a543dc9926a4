"""Whether what is there is what was to come (p)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from strongroom.client.values import Number
from strongroom.importing.inventory import Document

_NOTHING: tuple[Any, ...] = (None, "", [], {}, False, "0", 0)
"""How servers show a setting that isn't set."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
_HIDDEN = "…"
_SHORTEST = 4
"""Texts below this length are everywhere; hiding them would hide the error."""


def differing(expected: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """The names of settings that are others.  Those that only `there` has are its own defaults."""
    return sorted(name for name, value in expected.items() if not _alike(value, there.get(name)))


def _alike(one: Any, other: Any) -> bool:
    if one in _NOTHING and other in _NOTHING:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(_alike(one.get(name), other.get(name)) for name in {*one, *other})
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(_alike(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, str) and isinstance(other, str) and _TIME.match(one) and _TIME.match(other):
        return same_moment(one, other)
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def document_differences(document: Document, there: Mapping[str, Any]) -> list[str]:
    """The names of fields that are others."""
    expected = document.body if document.shown is None else document.shown
    if document.exact:
        return sorted(name for name in {*expected, *there} if not _equal(expected, there, name))
    seen = {name: value for name, value in expected.items() if name not in document.unseen}
    return differing(seen, there)


def _equal(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> bool:
    return name in one and name in other and same_data(one[name], other[name])


def same_data(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same: no number is a text, though the client keeps both as texts."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_data(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_data, one, other))
    if isinstance(one, Number) and isinstance(other, Number):
        return one == other or _same_number(one, other)
    return type(one) is type(other) and bool(one == other)


def _same_number(one: Number, other: Number) -> bool:
    """Whether two numbers are the same, spelt as they may: servers write 1e+30 for what they got as a whole number."""
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False  # an exponent that no server calculates with


def same_moment(one: str, other: str) -> bool:
    """Whether two times are the same to a microsecond, which is what the destination keeps; empty is none."""
    if not one or not other:
        return one == other
    difference = datetime.fromisoformat(one) - datetime.fromisoformat(other)
    return abs(difference.total_seconds()) < 2e-6


def is_past(time: str) -> bool:
    """Whether a time has come; none never does."""
    return bool(time) and datetime.fromisoformat(time) <= datetime.now(UTC)


def without_values(text: str, body: Any) -> str:
    """An error's text without what the request held: servers like to quote what they can't take."""
    for value in sorted(_texts(body), key=len, reverse=True):
        text = text.replace(value, _HIDDEN)
    return text


def _texts(body: Any) -> set[str]:
    match body:
        case str():
            return {body} if len(body) >= _SHORTEST else set()
        case Mapping():
            return {text for value in body.values() for text in _texts(value)}
        case list() | tuple():
            return {text for value in body for text in _texts(value)}
    return set()
