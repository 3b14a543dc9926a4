"""Cursors name places, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.services.events.made import event

from strongroom.lib.errors import InvalidRequest
from strongroom.services.events.position import Position, parse_cursor
from strongroom.services.events.stored import Commit

NUMBERS = st.integers(0, 2**63)
ROW = "0123456789abcdef"


@given(NUMBERS, NUMBERS, st.integers(0, 2**31), st.sampled_from(["", ROW]))
def test_a_cursor_is_read_back(bucket: int, revision: int, told: int, row: str) -> None:
    """Whatever the place is, its cursor names it."""
    position = Position(bucket, revision, told, row)
    assert parse_cursor(position.cursor) == position


@pytest.mark.parametrize(
    "bad", ["", "1", "1-2-3", "1-2-3-xyz", "-1-2-3-", "1-2-3-" + ROW + "0", "1-2-3-" + ROW.upper(), "\u0661-2-3-"]
)
def test_what_is_no_cursor_is_refused(bad: str) -> None:
    """Each refusal is a clear error."""
    with pytest.raises(InvalidRequest, match="no cursor"):
        parse_cursor(bad)


@pytest.mark.parametrize(
    ("position", "behind"),
    [
        (Position(1, 9), True),
        (Position(1, 10), False),
        (Position(1, 11), False),
        (Position(1, 10, 0, ROW), True),
        (Position(1, 10, 1, ROW), True),
        (Position(1, 10, 2, ROW), False),
    ],
)
def test_which_commits_are_behind_a_place(position: Position, behind: bool) -> None:
    """Those of later revisions, and the one that the place is in the middle of."""
    commit = Commit(1, 10, ROW, (event(), event()))
    assert commit.is_behind(position) is behind
    assert commit.after(1) == Position(1, 10, 1, ROW)


def test_ids_differ_and_stay() -> None:
    """Each event of each commit has an id in the form of a UUID, the same each time."""
    commits = [Commit(1, revision, row, (event(), event())) for revision in (1, 2) for row in (ROW, ROW[::-1])]
    ids = [commit.id_of(index) for commit in commits for index in (0, 1)]
    assert len(set(ids)) == 8
    assert ids[0] == Commit(1, 1, ROW, ()).id_of(0) == "01234567-89ab-8def-a000-000100000000"
