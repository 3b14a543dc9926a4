"""Claims about whom a token names, and whom a role lets in."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.kubernetes import logic
from strongroom.auth.kubernetes.logic import ServiceAccount
from strongroom.lib.errors import PermissionDenied

_FEW = st.text("ab*", max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["namespace", "serviceaccount", "name", "uid", "aud"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.text("ab", min_size=1, max_size=8), st.lists(_FEW, max_size=4))
def test_patterns_are_what_they_look_like(text: str, patterns: list[str]) -> None:
    """A star stands for any characters, all else for itself."""
    expected = any(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) for pattern in patterns)
    assert logic.matches(text, patterns) is expected


def test_patterns_with_many_stars_are_quick() -> None:
    """Their work grows with the text, not with the ways to divide it."""
    began = time.process_time()
    assert not logic.matches("a" * 5000, ["*a" * 200 + "*b"])
    assert time.process_time() - began < 5  # some ten to the three hundredth years by going back


def test_nobody_has_an_empty_name() -> None:
    """An empty text fits no pattern, not even a star."""
    assert not logic.matches("", ["*", ""])


@pytest.mark.parametrize(
    ("namespace", "name", "uid", "whole"),
    [
        ("web", "front", "u", True),
        ("web", "front.v1-a", "u", True),
        ("", "front", "u", False),
        ("web", "", "u", False),
        ("web", "front", "", False),
        ("web/x", "front", "u", False),
        ("..", "front", "u", False),
        ("web", "front?a=b", "u", False),
        ("web", "front\n", "u", False),
    ],
)
def test_names_that_can_stand_in_a_path(namespace: str, name: str, uid: str, whole: bool) -> None:
    """Only such names are looked up, and become aliases."""
    assert ServiceAccount(namespace, name, uid).is_whole is whole


def test_the_bound_claims_count() -> None:
    """A token with claims of both kinds is judged by the newer ones, even where they are empty."""
    flat = {
        "kubernetes.io/serviceaccount/namespace": "old",
        "kubernetes.io/serviceaccount/service-account.name": "old",
        "kubernetes.io/serviceaccount/service-account.uid": "old",
    }
    assert logic.account_of(flat) == ServiceAccount("old", "old", "old")
    assert logic.account_of({**flat, "kubernetes.io": {"namespace": "new"}}) == ServiceAccount("new", "", "")


@given(_JSON)
def test_any_claims_are_read(claims: object) -> None:
    """Claims of any shape name an account or none, and never break."""
    for shape in (claims, {"kubernetes.io": claims}):
        if isinstance(shape, dict):
            assert isinstance(logic.account_of(shape).is_whole, bool)
            assert all(logic.audiences_of({"aud": claims}))


def test_labels_without_a_selector_let_nobody_in() -> None:
    """An empty selector isn't all."""
    with pytest.raises(PermissionDenied):
        logic.check_labels({"a": "b"}, logic.Role(names=("*",)))
