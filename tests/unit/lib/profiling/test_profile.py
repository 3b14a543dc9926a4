"""Profiles in the form of Go's tools."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from strongroom.lib.profiling.profile import Kind, Profile

KINDS = (Kind("samples", "count"), Kind("wall", "nanoseconds"))
PROFILE = Profile(
    KINDS,
    {("b.py:2 inner", "a.py:1 outer"): (3, 30_000_000), ("a.py:1 outer",): (200, 2_000_000_000)},
    1_700_000_000.0,
    2.0,
    10_000_000,
)


def test_text_has_a_line_for_each_stack() -> None:
    """Outermost first, the most frequent stack first; a stack without frames is named."""
    assert PROFILE.as_text() == b"a.py:1 outer 200\na.py:1 outer;b.py:2 inner 3\n"
    assert Profile(KINDS, {(): (1, 1)}, 0.0).as_text() == b"nowhere 1\n"


def test_a_profile_is_the_same_bytes_each_time() -> None:
    """Of the same samples, with every text once."""
    content = gzip.decompress(PROFILE.as_gzip())
    assert PROFILE.as_gzip() == PROFILE.as_gzip()
    assert [content.count(text) for text in (b"a.py:1 outer", b"b.py:2 inner", b"nanoseconds")] == [1, 1, 1]


@pytest.mark.skipif(shutil.which("pprof") is None, reason="needs Go's tool in PATH: go build -o DIR/pprof cmd/pprof")
def test_go_reads_it(tmp_path: Path) -> None:
    """Go's own tool shows the functions with their numbers, and how long was looked."""
    file = tmp_path / "profile.gz"
    file.write_bytes(PROFILE.as_gzip())
    asked = ["pprof", "-top", "-sample_index=samples", str(file)]
    shown = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=300).stdout
    lines = [line.split() for line in shown.splitlines()]
    assert "Duration: 2s" in shown
    assert ["200", "98.52%", "98.52%", "203", "100%", "a.py:1", "outer"] in lines
    assert ["3", "1.48%", "100%", "3", "1.48%", "b.py:2", "inner"] in lines
