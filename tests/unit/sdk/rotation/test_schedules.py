"""Schedules of five fields."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.rotation.cron import check_schedule, next_after, zone


def at(text: str) -> float:
    """A time in UTC as seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def shown(seconds: float) -> str:
    """Seconds since the epoch as a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("* * * * *", "2026-01-31 23:59:30", "2026-02-01 00:00:00"),
        ("*/5 * * * *", "2026-01-01 00:05:00", "2026-01-01 00:10:00"),
        ("0 0 * * SAT", "2026-01-01 00:00:00", "2026-01-03 00:00:00"),
        ("0 0 31 * *", "2026-01-31 00:00:00", "2026-03-31 00:00:00"),
        ("0 0 29 2 *", "2026-01-01 00:00:00", "2028-02-29 00:00:00"),
        ("0 0 29 feb ?", "2096-03-01 00:00:00", "2104-02-29 00:00:00"),
        ("30 23 1 jan-mar *", "2026-03-02 00:00:00", "2027-01-01 23:30:00"),
        # One of two, if neither field for days is a star; both, if one is.
        ("0 0 13 * FRI", "2026-01-01 00:00:00", "2026-01-02 00:00:00"),
        ("0 0 ? * FRI", "2026-01-01 00:00:00", "2026-01-02 00:00:00"),
        ("0 0 */10 * MON", "2026-01-01 00:00:00", "2026-01-05 00:00:00"),
        ("0 0 13,* * 5", "2026-01-03 00:00:00", "2026-01-09 00:00:00"),
        # A number with a step goes on to the end of the field, which is Saturday.
        ("0 0 * * 1/2", "2026-01-02 00:00:00", "2026-01-05 00:00:00"),
        ("0 0 * * 6-6/1", "2026-01-03 00:00:00", "2026-01-10 00:00:00"),
        ("50/5 * * * *", "2026-01-01 00:55:00", "2026-01-01 01:50:00"),
        ("1,2-4/2 * * * *", "2026-01-01 00:02:00", "2026-01-01 00:04:00"),
    ],
)
def test_next_time(schedule: str, after: str, expected: str) -> None:
    """The time after another is as robfig/cron has it."""
    assert shown(next_after(schedule, UTC, at(after))) == expected


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        # 29 March 2026: 2:00 becomes 3:00 in Vienna, which is 1:00 UTC.
        ("30 2 * * *", "2026-03-28 12:00:00", "2026-03-29 01:00:00"),
        ("30 2 * * *", "2026-03-29 01:00:00", "2026-03-30 00:30:00"),
        # 25 October 2026: 3:00 becomes 2:00, so that 2:30 comes twice; the schedule, once.
        ("30 2 * * *", "2026-10-24 12:00:00", "2026-10-25 00:30:00"),
        ("30 2 * * *", "2026-10-25 00:30:00", "2026-10-26 01:30:00"),
        ("30 2 * * *", "2026-10-25 01:10:00", "2026-10-26 01:30:00"),
        # What comes in each hour comes in both.
        ("30 * * * *", "2026-10-25 00:30:00", "2026-10-25 01:30:00"),
        ("0 12 * * *", "2026-06-30 00:00:00", "2026-06-30 10:00:00"),
        ("0 12 * * *", "2026-12-30 00:00:00", "2026-12-30 11:00:00"),
    ],
)
def test_changes_of_clocks(schedule: str, after: str, expected: str) -> None:
    """A time that is left out comes an instant later; one that is repeated comes once."""
    assert shown(next_after(schedule, zone("Europe/Vienna"), at(after))) == expected


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "@daily",
        "@every 1h",
        "* * * *",
        "0 * * * * *",
        "TZ=UTC * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 7",
        "* * * * 5-7",
        "* * L * *",
        "* * * * 1#2",
        "* * * * 5L",
        "*/0 * * * *",
        "5-1 * * * *",
        "-1 * * * *",
        "*-5 * * * *",
        "a * * * *",
        "jan * * * *",
        "1,,2 * * * *",
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
        "\u0661 * * * *",
        "1 " * 200,
    ],
)
def test_what_is_no_schedule(schedule: str) -> None:
    """It is refused when it is written, and so is one that never comes."""
    with pytest.raises(InvalidRequest, match="could not parse rotation_schedule: "):
        check_schedule(schedule)


@pytest.mark.parametrize("name", ["Nowhere/City", "../../etc/passwd", "/etc/passwd", "Europe", "\0", "a" * 5000])
def test_unknown_zones(name: str) -> None:
    """No name reaches a file that isn't a zone."""
    with pytest.raises(InvalidRequest, match="no time zone"):
        zone(name)


@given(st.text(alphabet="0123456789*/,-? janfebsunLW#@", max_size=30), st.floats(0, 4e9))
def test_any_text(schedule: str, after: float) -> None:
    """Any text is refused, or has a time that is later."""
    with contextlib.suppress(InvalidRequest):
        assert next_after(schedule, UTC, after) > after


@given(st.sampled_from(["30 2 * * *", "*/7 * * * *", "0 */2 * * *", "15 1,2,3 * * 0"]), st.floats(1.7e9, 1.9e9))
def test_times_only_grow(schedule: str, after: float) -> None:
    """In a zone whose clocks change, too."""
    for _ in range(3):
        later = next_after(schedule, zone("Europe/Vienna"), after)
        assert later > after
        after = later
