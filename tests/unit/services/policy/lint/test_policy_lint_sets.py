"""Patterns as sets: by hand, and against all short paths."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.services.policy.lint.sets import includes, meet, paths_of
from strongroom.services.policy.paths import Pattern, covers, parse_pattern

_PATTERNS = st.builds(
    lambda segments, glob: parse_pattern("/".join(segments) + ("*" if glob and segments[-1] != "+" else "")),
    st.lists(st.sampled_from(["a", "b", "ab", "", "+"]), min_size=1, max_size=3),
    st.booleans(),
)
# A letter that no pattern has stands for all others, and one more segment than any pattern has for all further ones.
_UNIVERSE = [
    "/".join(segments)
    for size in range(1, 5)
    for segments in itertools.product(["", "a", "b", "ab", "abz", "z", "az", "bz"], repeat=size)
]


def _covered(pattern: Pattern) -> set[str]:
    return {path for path in _UNIVERSE if covers(pattern, path)}


@given(_PATTERNS, _PATTERNS)
def test_sets_are_those_of_the_rules(one: Pattern, other: Pattern) -> None:
    """Two patterns meet, and one includes the other, exactly if so do the paths that they cover."""
    ours, theirs = _covered(one), _covered(other)
    assert meet(paths_of(one), paths_of(other)) is bool(ours & theirs)
    assert includes(paths_of(one), paths_of(other)) is (theirs <= ours)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [("*", "a/b"), ("a/*", "a/+/c"), ("a/+/*", "a/+/+/*"), ("+/b", "a/b"), ("a*", "ab/c*"), ("a/+", "a/+")],
)
def test_what_is_included(wide: str, narrow: str) -> None:
    """The wider one holds the narrower one, and meets it."""
    one, other = paths_of(parse_pattern(wide)), paths_of(parse_pattern(narrow))
    assert includes(one, other)
    assert meet(one, other)
    assert meet(other, one)
