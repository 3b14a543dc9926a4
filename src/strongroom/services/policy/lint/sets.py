"""Patterns as sets of paths: whether two have a path in common, and whether one holds the other (pure)."""

from __future__ import annotations

from typing import NamedTuple

from strongroom.services.policy.paths import Pattern

ANY = "+"


class Paths(NamedTuple):
    """A set of paths: by segments, `+` for any one; with `glob` the last segment is a beginning of any rest."""

    segments: tuple[str, ...]
    glob: bool


def paths_of(pattern: Pattern) -> Paths:
    """The paths that a pattern covers."""
    # Without a wildcard of its own, a `+` in the text is an ordinary character.
    return Paths(pattern.segments or tuple(pattern.literal.split("/")), pattern.is_glob)


def meet(one: Paths, other: Paths) -> bool:
    """Whether there is a path in both."""
    last_one, last_other = len(one.segments) - 1, len(other.segments) - 1
    for index, (ours, theirs) in enumerate(zip(one.segments, other.segments, strict=False)):
        ends_one, ends_other = one.glob and index == last_one, other.glob and index == last_other
        if ends_one and ends_other:
            return ours.startswith(theirs) or theirs.startswith(ours)
        if ends_one:
            return theirs == ANY or theirs.startswith(ours)
        if ends_other:
            return ours == ANY or ours.startswith(theirs)
        if ANY not in {ours, theirs} and ours != theirs:
            return False
    return last_one == last_other


def includes(wide: Paths, narrow: Paths) -> bool:
    """Whether every path of the second is one of the first."""
    last_wide, last_narrow = len(wide.segments) - 1, len(narrow.segments) - 1
    for index, (ours, theirs) in enumerate(zip(wide.segments, narrow.segments, strict=False)):
        if wide.glob and index == last_wide:
            if theirs == ANY and not (narrow.glob and index == last_narrow):
                return not ours
            return theirs.startswith(ours)
        if narrow.glob and index == last_narrow:
            return False
        if ours not in {ANY, theirs}:
            return False
    return last_wide == last_narrow
