"""Patterns, object identifiers and times."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.pki.issuing.rules.globs import fits
from strongroom.engines.pki.issuing.rules.moments import is_moment, moment, shown
from strongroom.engines.pki.issuing.rules.oids import is_oid

_TEXTS = st.text("ab*.", max_size=8)


@given(_TEXTS, _TEXTS)
def test_globs_are_those_of_a_regular_expression(pattern: str, text: str) -> None:
    """`*` stands for any characters, and all else for itself."""
    assert fits(pattern, text) == bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text, re.DOTALL))


@pytest.mark.parametrize(
    "text",
    ["1.2", "0.39.5", "2.5.29.37.0", "1.3.6.1.4.1.311.20.2.3", "2.999", "2.25.340282366920938", "1.22" + ".1" * 62],
)
def test_object_identifiers(text: str) -> None:
    """What X.660 has."""
    assert is_oid(text)


@pytest.mark.parametrize(
    "text", ["", "1", "3.1", "1.40", "01.2", "1.02", "1.2.", ".1.2", "1..2", "1.2.a", "1.2 ", "1.٢", "1.2" + ".1" * 63]
)
def test_what_is_no_object_identifier(text: str) -> None:
    """What can't be encoded, or is longer than anyone's."""
    assert not is_oid(text)


@given(st.integers(0, 253402300799))
def test_times_read_as_they_are_shown(seconds: int) -> None:
    """A time of an answer is one that a request may give."""
    assert is_moment(shown(seconds))
    assert moment("x", shown(seconds)) == seconds


@pytest.mark.parametrize(
    "text, seconds",
    [
        ("1970-01-01T00:00:01.9Z", 1),
        ("1969-12-31T23:59:58.5Z", -2),
        ("1970-01-01t01:00:00,5+01:00", 0),
        ("9999-12-31T23:59:59.9Z", 253402300799),
    ],
)
def test_parts_of_a_second_are_dropped(text: str, seconds: int) -> None:
    """A time is the second that it lies in, before the epoch too."""
    assert moment("x", text) == seconds
