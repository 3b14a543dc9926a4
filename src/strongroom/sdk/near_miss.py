"""Names that nothing reads, and those that were likely meant (p)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

_LIKENESS = 0.8
_LONGEST = 64
_MOST = 8
"""How many names are looked at, and how long they may be: comparing takes time, and clients choose both."""


class Keys(msgspec.Struct, frozen=True):
    """`Annotated[JsonMap, Keys(…)]`: the names that are read of an object's."""

    names: frozenset[str]
    open: bool = False
    """Whether others may be read as well, so that only what looks like a slip is told."""
    inner: Mapping[str, Keys] = {}
    """Those of objects inside the object, by their name."""


def says_something(value: Any) -> bool:
    """Whether a field was filled: clients send null, empty or false for those that nobody filled."""
    return value not in (None, "", {}, [], False)


def meant(name: str, known: Collection[str]) -> str:
    """The known name that another one is likely a slip of; empty when it looks like none."""
    if len(name) > _LONGEST:
        return ""
    return next(iter(difflib.get_close_matches(name, sorted(known), 1, _LIKENESS)), "")


def suggestions(ignored: Iterable[str], known: Collection[str], within: str = "") -> list[str]:
    """A question for each name that looks like a slip.

    Args:
        ignored: names that nothing reads, sorted.
        known: names that are read.
        within: the field whose object holds them, for the text; empty for the body itself.
    """
    prefix = f"{within}." if within else ""
    pairs = [(name, meant(name, known)) for name in list(ignored)[:_MOST]]
    return [f'Did you mean "{prefix}{right}" instead of "{prefix}{name}"?' for name, right in pairs if right]


def within(field: str, keys: Keys, given: Mapping[str, Any]) -> list[str]:
    """What is said of an object's names that nothing reads."""
    ignored = sorted(name for name, value in given.items() if name not in keys.names and says_something(value))
    told = suggestions(ignored, keys.names, field)
    if ignored and not keys.open:
        told.insert(0, f"Endpoint ignored these unrecognized parameters in {field}: [{' '.join(ignored)}]")
    for name, inner in keys.inner.items():
        if isinstance(given.get(name), dict):
            told += within(f"{field}.{name}", inner, given[name])
    return told
