"""Durations as Go and Vault write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.client.durations import go_text, parse_nanoseconds, parse_seconds, short_text


@given(st.integers(-(2**62), 2**62))
def test_what_is_printed_reads_back(nanoseconds: int) -> None:
    """Printing and reading are inverse, for every number of nanoseconds."""
    assert parse_nanoseconds(go_text(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1m30s", 90), ("1.5h", 5400), ("2d", 172800), ("-1s", -1), ("250ms", 0.25), ("0", 0), (".5s", 0.5)],
)
def test_reading(text: str, seconds: float) -> None:
    """Bare numbers are seconds, units add up."""
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "x", "1h 2m", "1hx", "h", "--1", "1.", "٣"])
def test_what_is_no_duration(text: str) -> None:
    """Everything else is refused."""
    with pytest.raises(ValueError, match="time: invalid duration"):
        parse_nanoseconds(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (30, "30s"),
        (60, "1m"),
        (61, "1m1s"),
        (5400, "1h30m"),
        (3661, "1h1m1s"),
        (2764800, "768h"),
        (-1, "-1s"),
    ],
)
def test_short_form(seconds: int, text: str) -> None:
    """Parts that are zero are left out."""
    assert short_text(seconds) == text
