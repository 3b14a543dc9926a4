"""Moments as people name them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from strongroom.inquiry.moments import moment

NOW = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
        ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00.000000Z"),
        ("2026-01-31T08:00:00", "2026-01-31T08:00:00.000000Z"),
        ("2026-01-31T00:30:00+02:00", "2026-01-30T22:30:00.000000Z"),
        ("2026-01-31T08:00:00.5Z", "2026-01-31T08:00:00.500000Z"),
        ("today", "2026-03-01T00:00:00.000000Z"),
        ("yesterday", "2026-02-28T00:00:00.000000Z"),
        ("90m", "2026-03-01T09:00:00.000000Z"),
        ("2d", "2026-02-27T10:30:00.000000Z"),
    ],
)
def test_moments(text: str, expected: str) -> None:
    """Each form is the moment that it names, in UTC, as entries write it."""
    assert moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "99999999999d", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    """The text names the forms."""
    with pytest.raises(ValueError, match="is no moment: give a time as"):
        moment(text, NOW)
