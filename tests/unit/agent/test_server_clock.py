"""The server's time is known by its answers."""

from __future__ import annotations

import pytest

from strongroom.agent.server_clock import ServerClock

NOON = 1_795_780_800.0
"""Fri, 27 Nov 2026 12:00:00 GMT"""


class Clock:
    """A machine's, which may be wrong."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the machine was started."""
        return 7.0


@pytest.mark.parametrize(
    ("own", "date", "expected"),
    [
        (NOON, "Fri, 27 Nov 2026 12:00:00 GMT", NOON),
        (NOON + 1.9, "Fri, 27 Nov 2026 12:00:00 GMT", NOON + 1.9),
        (NOON + 86400, "Fri, 27 Nov 2026 12:00:00 GMT", NOON),
        (NOON - 86400, "Fri, 27 Nov 2026 12:00:00 GMT", NOON),
        (NOON, "", NOON),
        (NOON, "yesterday", NOON),
        (NOON, "Fri, 99 Nov 2026 12:00:00 GMT", NOON),
    ],
)
def test_what_an_answer_says(own: float, date: str, expected: float) -> None:
    """A clock that is wrong is set right; a difference of a moment, or no date, changes nothing."""
    clock = ServerClock(Clock(own))
    clock.saw(date)
    assert clock.now() == expected
    assert clock.monotonic() == 7.0


def test_the_last_answer_counts() -> None:
    """A server whose clock is set right meanwhile is believed."""
    clock = ServerClock(Clock(NOON))
    for date in ("Sat, 28 Nov 2026 12:00:00 GMT", "Fri, 27 Nov 2026 12:00:00 GMT"):
        clock.saw(date)
    assert clock.now() == NOON
