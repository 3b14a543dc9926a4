"""The choice among a file's encodings."""

from __future__ import annotations

import pytest

from strongroom.interface.encodings import best

ALL = {"", "gzip", "br"}


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("br; q=0.000, gzip", "gzip"),
        ("br;q=1.0", "br"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "gzip"),
        ("*;q=0, gzip", "gzip"),
        ("br;q=x", ""),
        ("br;q=nan, gzip", "gzip"),
        ("br;p=1", ""),
        (",,;,gzip", "gzip"),
        ("brotli", ""),
    ],
)
def test_the_smallest_that_the_client_takes(accepted: str, chosen: str) -> None:
    """None without a word of the client, and none that it has refused."""
    assert best(ALL, accepted) == chosen


def test_a_file_that_one_encoding_makes_no_smaller() -> None:
    """It isn't kept in that."""
    assert best({"", "gzip"}, "br, gzip") == "gzip"
    assert best({""}, "br, gzip") == ""
