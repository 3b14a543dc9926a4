"""Durations and sizes: the forms that Vault's API takes, and the one that it writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.durations import (
    SECOND_NS,
    format_duration_ns,
    format_duration_s,
    parse_duration_ns,
    parse_duration_s,
    parse_size_bytes,
)
from strongroom.lib.errors import InvalidRequest

_HOUR_NS = 3600 * SECOND_NS


@pytest.mark.parametrize(
    ("value", "expected_ns"),
    [
        (None, 0),
        ("", 0),
        (0, 0),
        (90, 90 * SECOND_NS),
        (1.9, SECOND_NS),
        ("90", 90 * SECOND_NS),
        ("-5", -5 * SECOND_NS),
        ("+5", 5 * SECOND_NS),
        ("1h30m", _HOUR_NS * 3 // 2),
        ("1.5h", _HOUR_NS * 3 // 2),
        ("-1h", -_HOUR_NS),
        ("100ms", SECOND_NS // 10),
        ("1us", 1000),
        ("1\u00b5s", 1000),
        ("1\u03bcs", 1000),
        ("3ns", 3),
        (".5s", SECOND_NS // 2),
        ("1.s", SECOND_NS),
        ("1d", 24 * _HOUR_NS),
        ("-2d", -48 * _HOUR_NS),
        ("9223372036s", 9223372036 * SECOND_NS),
    ],
)
def test_reads_what_the_api_takes(value: object, expected_ns: int) -> None:
    """Every accepted form gives the same number of nanoseconds as Vault reads from it."""
    assert parse_duration_ns(value) == expected_ns


@pytest.mark.parametrize(
    "value",
    [
        *("x", "1y", "1h5", "1.5", "1h 5m", " 5", "5 ", "0x10", "1e3", "5H", "1S", ".", "-", "+", "-.s", "d", "1.5d"),
        *("1d12h", "1_0s", "9223372037s", "9" * 40, "1" * 500 + "s", "\u0661s", "\u0661", True, [], {}, b"1h"),
        *(float("nan"), float("inf"), 10**30, "h", "1..5h", "--1h", "1h-5m"),
    ],
)
def test_refuses_the_rest(value: object) -> None:
    """What Vault refuses is refused with an error of ours, never another exception."""
    with pytest.raises(InvalidRequest):
        parse_duration_ns(value)


def test_seconds_drop_the_fraction_towards_zero() -> None:
    """`1500ms` counts as one second, `-1500ms` as minus one."""
    assert (parse_duration_s("1500ms"), parse_duration_s("-1500ms"), parse_duration_s("100ms")) == (1, -1, 0)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1100, "1.1\u00b5s"),
        (2_200_000, "2.2ms"),
        (3_300_000_000, "3.3s"),
        (60 * SECOND_NS, "1m0s"),
        (245_001_000_000, "4m5.001s"),
        (_HOUR_NS, "1h0m0s"),
        (-90 * SECOND_NS, "-1m30s"),
        (2_764_800 * SECOND_NS, "768h0m0s"),
    ],
)
def test_writes_as_go_does(nanoseconds: int, text: str) -> None:
    """The examples of Go's documentation of `Duration.String`, and the API's default lease."""
    assert format_duration_ns(nanoseconds) == text


def test_writes_whole_seconds() -> None:
    """Seconds are the unit of `format_duration_s`."""
    assert format_duration_s(3600) == "1h0m0s"


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_what_is_written_reads_back(nanoseconds: int) -> None:
    """Formatting then parsing loses nothing."""
    assert parse_duration_ns(format_duration_ns(nanoseconds)) == nanoseconds


@given(st.text(max_size=20) | st.from_regex(r"[0-9.hmsud+-]{0,12}", fullmatch=True))
def test_any_text_parses_or_is_refused(text: str) -> None:
    """No text raises anything but `InvalidRequest`."""
    try:
        parse_duration_ns(text)
    except InvalidRequest:
        return


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (4096, 4096), ("10", 10), ("10MB", 10_000_000), ("5KiB", 5120), ("5 kib", 5120), ("1gb", 10**9)],
)
def test_sizes(value: object, expected: int) -> None:
    """Decimal units are powers of 1000, those with an `i` powers of 1024; case and a space don't matter."""
    assert parse_size_bytes(value) == expected


@pytest.mark.parametrize("value", [-1, "-1", "MB", "10XB", "", "1.5MB", True, None, [1], "9" * 29])
def test_sizes_refused(value: object) -> None:
    """What has no number of bytes is refused."""
    with pytest.raises(InvalidRequest):
        parse_size_bytes(value)
