"""Patterns with stars cover whole texts, in linear time."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.globs import matches


@pytest.mark.parametrize(
    ("pattern", "text", "covers"),
    [
        ("", "", True),
        ("*", "", True),
        ("*", "a/b", True),
        ("kv-v2/*", "kv-v2/data-write", True),
        ("kv-v2/*", "kv-v1/write", False),
        ("*write", "kv-v2/data-write", True),
        ("kv*data*write", "kv-v2/data-write", True),
        ("kv*write*data", "kv-v2/data-write", False),
        ("aba*aba", "aba", False),
        ("aba*aba", "abaaba", True),
        ("a*b*c", "acb", False),
        ("a.c", "abc", False),
        ("[a]", "a", False),
        ("?", "a", False),
    ],
)
def test_covers(pattern: str, text: str, covers: bool) -> None:
    """Only the star has a meaning."""
    assert matches(pattern, text) is covers


@given(st.text(alphabet="ab*", max_size=8), st.text(alphabet="ab", max_size=10))
def test_as_another_implementation(pattern: str, text: str) -> None:
    """The standard library's patterns, where they have no other signs, say the same."""
    assert matches(pattern, text) == fnmatch.fnmatchcase(text, pattern)


def test_many_stars_take_no_time() -> None:
    """A pattern for which a search that goes back would never end."""
    assert not matches("*a" * 1000 + "*b", "a" * 5000)
