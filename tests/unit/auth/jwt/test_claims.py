"""Finding and comparing claims."""

from __future__ import annotations

import fnmatch
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.jwt import claims
from strongroom.auth.jwt.providers.provider import with_claim
from strongroom.lib.errors import InvalidRequest

SAID: dict[str, Any] = {
    "realm_access": {"roles": ["a", "b"], "x/y": 1, "x~y": 2},
    "realm_access/roles": "literal",
    "https://us.example/groups": ["g"],
    "": {"": 3},
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("realm_access/roles", "literal"),
        ("/realm_access/roles", ["a", "b"]),
        ("/realm_access/roles/1", "b"),
        ("/realm_access/roles/2", None),
        ("/realm_access/roles/-1", None),
        ("/realm_access/roles/01", None),
        ("/realm_access/roles/1/x", None),
        ("/realm_access/x~1y", 1),
        ("/realm_access/x~0y", 2),
        ("https://us.example/groups", ["g"]),
        ("//", 3),
        ("/none/at/all", None),
        ("none", None),
    ],
)
def test_names_and_pointers(name: str, value: Any) -> None:
    """A name is literal, unless it begins with a slash."""
    assert claims.claim(SAID, name) == value


@pytest.mark.parametrize(
    ("wanted", "said", "fits"),
    [
        ("a", "a", True),
        ("a", "A", False),
        ("a", ["b", "a"], True),
        (["x", "a"], ["b", "a"], True),
        (["x", "y"], ["b", "a"], False),
        ([], ["a"], False),
        ("a", [], False),
        (1, 1, True),
        (1, [1], True),
        (1, 1.0, True),
        (1, 1.7, False),
        (1, "1", False),
        ("1", 1, False),
        (1, True, False),
        (0, False, False),
        (True, True, True),
        (True, 1, False),
        (True, "true", False),
        (False, False, True),
        ("a*", "abc", False),
        ("a.c", "abc", False),
        ("a", [["a"]], False),
    ],
)
def test_bound_claims(wanted: Any, said: Any, fits: bool) -> None:
    """Any value of the role against any of the token's, of the same kind; nothing in them is a pattern."""
    if fits:
        claims.check_bound({"c": said}, {"c": wanted}, "string")
    else:
        with pytest.raises(InvalidRequest, match="does not match any"):
            claims.check_bound({"c": said}, {"c": wanted}, "string")


@pytest.mark.parametrize(
    ("wanted", "said", "told"),
    [
        (True, "true", ": the token has it as a text, the role as a boolean"),
        (["x", "true"], True, ": the token has it as a boolean, the role as a text"),
        (["123"], [1, 123], ": the token has it as a number, the role as a text"),
        ("a", "b", ""),
        (1, 2, ""),
        (1, True, ""),
    ],
)
def test_values_of_another_kind_are_told(wanted: Any, said: Any, told: str) -> None:
    """`true` and `"true"` look the same in most places; the role's values aren't told."""
    with pytest.raises(InvalidRequest) as refused:
        claims.check_bound({"c": said}, {"c": wanted}, "string")
    assert refused.value.text.partition("bound claim values")[2] == told


def test_every_bound_claim_has_to_fit() -> None:
    """One that is missing, or an object, is a refusal."""
    claims.check_bound({"a": 1, "b": 2}, {"a": 1, "b": 2}, "string")
    for said in ({"a": 1}, {"a": 1, "b": None}, {"a": 1, "b": 3}, {"a": 1, "b": {"x": 2}}):
        with pytest.raises(InvalidRequest):
            claims.check_bound(said, {"a": 1, "b": 2}, "string")


@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_globs(pattern: str, text: str) -> None:
    """`*` alone is special: compared with the standard library's patterns, where the others don't occur."""
    assert claims.fits_glob(pattern, text) == fnmatch.fnmatchcase(text, pattern)


@given(st.text("a?[]!.*\n", max_size=8), st.text("a?[]!.\n", max_size=8))
def test_what_other_patterns_have_is_literal(pattern: str, text: str) -> None:
    """Question marks, brackets, dots and line feeds stand for themselves."""
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert claims.fits_glob(pattern, text) == bool(re.fullmatch(expression, text, re.DOTALL))


def test_a_glob_takes_no_time() -> None:
    """Many stars against a long text that almost fits."""
    assert not claims.fits_glob("a*" * 200 + "b", "a" * 50_000)


def test_groups() -> None:
    """One group may be a text; empty names are left out; what is no text is an error."""
    assert claims.group_names("a", "g") == ("a",)
    assert claims.group_names(["a", "", "b", "a"], "g") == ("a", "b")
    assert claims.group_names([], "g") == ()
    for wrong in ({}, {"a": 1}, None):
        with pytest.raises(InvalidRequest, match="could not be converted"):
            claims.group_names(wrong, "g")
    for wrong in ([1], [None], [["a"]], 5):
        with pytest.raises(InvalidRequest, match="could not be parsed"):
            claims.group_names(wrong, "g")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("a/~", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("a/~01", max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text("a/~", max_size=2), VALUES, max_size=4), st.text("a/~01", max_size=6))
def test_any_name_finds_something_or_nothing(said: dict[str, Any], name: str) -> None:
    """And a claim that is set is found."""
    claims.claim(said, name)
    assert claims.claim(with_claim(said, name, "set"), name) == "set"
