"""The passwords that engines make where no policy is named."""

from __future__ import annotations

from strongroom.sdk.passwords import USUAL, new_password


def test_they_stand_in_statements_of_sql_without_quotes() -> None:
    """Two hyphens would begin a comment there, and the statement could not be filled in once in 200 times."""
    assert USUAL.met_by("aA1-aA1-aA1-aA1-aA1-")
    assert not USUAL.met_by("aA1--A1-aA1-aA1-aA1-")
    assert not any("--" in new_password(USUAL) for _ in range(2000))
