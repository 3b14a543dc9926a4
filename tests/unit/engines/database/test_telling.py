"""Texts of databases in answers."""

from __future__ import annotations

from strongroom.engines.database.telling import MOST, told


def test_a_text_is_one_line_that_a_terminal_only_shows() -> None:
    """Whatever the database says."""
    assert told("it\x1b[2J failed\r\nline 2\x9b1m\u202e") == "it [2J failed  line 2 1m "


def test_a_text_is_cut() -> None:
    """Each client and the log would get it."""
    assert told("x" * MOST) == "x" * MOST
    assert told("x" * 2_000_000) == "x" * (MOST - 1) + "…"
