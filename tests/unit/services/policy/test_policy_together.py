"""What two rules for one path come to, setting by setting."""

from __future__ import annotations

import pytest

from strongroom.services.policy.acl import together
from strongroom.services.policy.key_filter import parse_key_filter
from strongroom.services.policy.parse import Constraints

FIRST, SECOND = parse_key_filter("a/{{ .key }}"), parse_key_filter("b/{{ .key }}")


def test_both_at_once() -> None:
    """Values add up, bounds take the lesser, names stand once, and the first filter counts."""
    one = Constraints(
        allowed={"a": ("1",), "b": (), "c": ("1",)},
        denied={"d": ("1",)},
        required=("x", "y"),
        min_wrapping_ttl_ns=5,
        max_wrapping_ttl_ns=70,
        pagination_limit=9,
        key_filter=FIRST,
        mfa_methods=("duo", "totp"),
    )
    other = Constraints(
        allowed={"a": ("2",), "b": ("1",), "e": ("3",)},
        denied={"d": ()},
        required=("y", "z"),
        min_wrapping_ttl_ns=6,
        max_wrapping_ttl_ns=60,
        pagination_limit=8,
        key_filter=SECOND,
        mfa_methods=("totp", "okta"),
    )
    both = together(one, other)
    assert sorted(both.allowed["a"], key=str) == ["1", "2"]
    assert both == Constraints(
        allowed={"a": both.allowed["a"], "b": (), "c": ("1",), "e": ("3",)},
        denied={"d": ()},
        required=("x", "y", "z"),
        min_wrapping_ttl_ns=5,
        max_wrapping_ttl_ns=60,
        pagination_limit=8,
        key_filter=FIRST,
        mfa_methods=("duo", "totp", "okta"),
    )


@pytest.mark.parametrize("place", [0, 1])
def test_one_that_says_nothing_changes_nothing(place: int) -> None:
    """A bound of 0 is none, and an absent filter lets the other one count."""
    some = Constraints(
        allowed={"a": ("1",)},
        denied={"b": ("2",)},
        required=("x",),
        min_wrapping_ttl_ns=5,
        max_wrapping_ttl_ns=6,
        pagination_limit=7,
        key_filter=SECOND,
        mfa_methods=("duo",),
    )
    pair = (some, Constraints()) if place else (Constraints(), some)
    assert together(*pair) == some
