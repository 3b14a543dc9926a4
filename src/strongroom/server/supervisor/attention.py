"""A clock that runs only while its owner looks at it (p).

By any other clock, everybody else was silent while this process was stopped: a machine that sleeps, a debugger, a
suspended container would make a supervisor kill all its workers when it wakes up.
"""

from __future__ import annotations

LONGEST_TURN_S = 1.0
"""What lies between two looks counts up to this."""


class Attention:
    """For how long its owner has looked on, in seconds.

    Args:
        now: on a monotonic clock; so the other moments.
    """

    def __init__(self, now: float) -> None:
        self._last = now
        self.seen_s = 0.0

    def look(self, now: float) -> float:
        """Look at the clock; the time by it."""
        self.seen_s += min(max(now - self._last, 0.0), LONGEST_TURN_S)
        self._last = now
        return self.seen_s
