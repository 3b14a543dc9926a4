"""Patterns, and what a role may demand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.cert.constraints import check_metadata_extensions, check_required_extensions, matches
from strongroom.lib.errors import InvalidRequest


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_a_star_stands_for_any_characters(pattern: str, text: str) -> None:
    """As a regular expression would have it; everything else stands for itself."""
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert matches(pattern, text) is (re.fullmatch(expression, text, re.DOTALL) is not None)


@given(st.text(max_size=8), st.text(max_size=8))
def test_nothing_but_a_star_is_special(pattern: str, text: str) -> None:
    """Neither brackets nor line breaks nor the null character."""
    plain = pattern.replace("*", "")
    assert matches(plain, text) is (plain == text)
    assert matches(f"{plain}*", plain + text)
    assert matches(f"*{plain}", text + plain)


def test_many_stars_are_no_work() -> None:
    """A pattern that backtracking would take years for."""
    assert not matches("*a" * 200 + "b", "a" * 5000)


@pytest.mark.parametrize(
    "item", ["1.2.3", "1.2.3;x", "x:y", ":x", "hex:1.2.3", "hex:x:1", "hex::1", "3.1:x", "1:x", "1.02:x"]
)
def test_what_no_certificate_could_have(item: str) -> None:
    """It is told when the role is written."""
    with pytest.raises(InvalidRequest, match="is neither"):
        check_required_extensions([item])


@pytest.mark.parametrize("item", ["", "x", "1", "3.1", "1.02", "1.2.", "1.2:x", "1." + "1" * 22])
def test_what_is_no_object_identifier(item: str) -> None:
    """Neither is that."""
    with pytest.raises(InvalidRequest, match="is no object identifier"):
        check_metadata_extensions([item])


def test_what_one_could() -> None:
    """With an empty value too."""
    check_required_extensions(["1.2.3:", "1.2.3:a:b", "hex:1.2.3:0c*", "2.999.1:x", "1.3.6.1.4.1.311.20.2.3:*"])
    check_metadata_extensions(["1.2.3", "2.999.1"])
