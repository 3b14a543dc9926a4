"""The clock by which workers are silent."""

from __future__ import annotations

from strongroom.server.supervisor.attention import LONGEST_TURN_S, Attention


def test_time_in_which_nobody_looked_does_not_count() -> None:
    """Ordinary turns add up; a gap of an hour counts as one turn, and a clock that goes back as none."""
    attention = Attention(100.0)
    assert attention.look(100.25) == 0.25
    assert attention.look(100.75) == 0.75
    assert attention.look(3700.75) == 0.75 + LONGEST_TURN_S
    assert attention.look(3600.0) == 0.75 + LONGEST_TURN_S
    assert attention.look(3600.5) == 1.25 + LONGEST_TURN_S
