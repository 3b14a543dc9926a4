"""Suggests the intended name for a name that nothing reads (pure)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

_LIKENESS = 0.8
_OF_TOKENS = "token_"
"""What users and roles call `token_policies`, groups call `policies`."""
_LONGEST = 64
_MOST = 8
"""Bounds for the number and length of compared names, because comparing takes time and clients choose both."""


class Keys(msgspec.Struct, frozen=True):
    """`Annotated[JsonMap, Keys(…)]`: the known names of an object."""

    names: frozenset[str]
    open: bool = False
    """Whether other names may be read too, so that only likely slips are reported."""
    inner: Mapping[str, Keys] = {}
    """The known names of nested objects, by their name."""


def says_something(value: Any) -> bool:
    """Whether the user filled a field.  Clients send null, empty or false for unused fields."""
    return value not in (None, "", {}, [], False)


def meant(name: str, known: Collection[str]) -> str:
    """The known name that was probably intended; empty if there is none."""
    if len(name) > _LONGEST:
        return ""
    other = name.removeprefix(_OF_TOKENS) if name.startswith(_OF_TOKENS) else _OF_TOKENS + name
    if other in known:
        return other
    return next(iter(difflib.get_close_matches(name, sorted(known), 1, _LIKENESS)), "")


def suggestions(ignored: Iterable[str], known: Collection[str], within: str = "") -> list[str]:
    """A question for each name that is probably a slip.

    Args:
        ignored: names that nothing reads, sorted.
        known: names that are read.
        within: the field whose object holds them, for the text; empty for the body itself.
    """
    prefix = f"{within}." if within else ""
    pairs = [(name, meant(name, known)) for name in list(ignored)[:_MOST]]
    return [f'Did you mean "{prefix}{right}" instead of "{prefix}{name}"?' for name, right in pairs if right]


def asked(text: str, given: Iterable[str], known: Collection[str]) -> str:
    """The text of a refusal, with the question whether a name was misspelt, which may be why."""
    ignored = sorted(name for name in given if name not in known)
    # An error that is kept and raised again has its questions already.
    questions = [each for each in suggestions(ignored, set(known) - set(given)) if each not in text]
    return ". ".join([text, *questions]) if text else text


def within(field: str, keys: Keys, given: Mapping[str, Any]) -> list[str]:
    """The warnings about an object's unknown names."""
    ignored = sorted(name for name, value in given.items() if name not in keys.names and says_something(value))
    told = suggestions(ignored, keys.names, field)
    if ignored and not keys.open:
        told.insert(0, f"Endpoint ignored these unrecognized parameters in {field}: [{' '.join(ignored)}]")
    for name, inner in keys.inner.items():
        if isinstance(given.get(name), dict):
            told += within(f"{field}.{name}", inner, given[name])
    return told
