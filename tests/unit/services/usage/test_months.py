"""Months of the calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.services.usage.months import (
    between,
    end_of,
    first_second,
    is_month,
    last_second,
    later,
    month_of,
    start_of,
)


@given(st.integers(0, 4_000_000_000))
def test_a_time_lies_in_its_month(seconds: int) -> None:
    """From its first second on, before the next one's first; as the calendar says."""
    month = month_of(seconds)
    found = datetime.fromtimestamp(seconds, UTC)
    assert month == f"{found.year:04d}-{found.month:02d}"
    assert start_of(month) <= seconds < end_of(month)
    assert month_of(end_of(month)) == later(month, 1)
    assert month_of(start_of(month) - 1) == later(month, -1)


@pytest.mark.parametrize(
    ("month", "count", "wanted"),
    [("2026-11", 0, "2026-11"), ("2026-11", 2, "2027-01"), ("2026-01", -1, "2025-12"), ("2026-12", -24, "2024-12")],
)
def test_months_before_and_after(month: str, count: int, wanted: str) -> None:
    """Over the ends of years, in both directions."""
    assert later(month, count) == wanted


def test_months_of_a_period() -> None:
    """Both ends are included; of too many the last ones; none for an end before the start."""
    assert between("2025-11", "2026-02", 9) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert between("2025-11", "2026-02", 2) == ["2026-01", "2026-02"]
    assert between("2026-03", "2026-02", 2) == []


def test_first_and_last_second() -> None:
    """As RFC 3339, in a leap year too."""
    assert (first_second("2024-02"), last_second("2024-02")) == ("2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z")


@pytest.mark.parametrize(("text", "wanted"), [("2026-11", True), ("2026-13", False), ("2026-1", False), ("x", False)])
def test_what_is_a_month(text: str, wanted: bool) -> None:
    """Rows of another form are left alone."""
    assert is_month(text) is wanted
