"""The service's clock, which S3 tells in whole seconds (pure).

Each answer bounds how far this machine's clock is from it: the second began before the answer came, and hadn't ended
when the question was sent.  The bounds of several answers narrow each other, most of all those around the end of a
second.
"""

from __future__ import annotations

import math
from typing import Final

from strongroom.lib.clock import Clock

_DRIFT: Final = 1e-4
"""How fast two clocks may go apart: a bad quartz."""
_SECOND_S: Final = 1.0
GOOD_S: Final = 0.25
"""The width of the bounds that is good enough to judge roles, whose shortest holds are of some seconds."""


class ServiceClock:
    """Follows the service's clock by this machine's monotonic one.

    Args:
        clock: this machine's.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._least_s = -math.inf
        self._most_s = math.inf
        self._learned_at = 0.0

    def learn(self, date: float, sent_at: float) -> None:
        """Take an answer into account, which came just now.

        Args:
            date: what it says. sent_at: when its question was sent, by this machine's monotonic clock.
        """
        if not date:
            return
        now = self._clock.monotonic()
        apart_s = (now - self._learned_at) * _DRIFT
        least_s, most_s = date - now, date + _SECOND_S - sent_at
        self._least_s = max(self._least_s - apart_s, least_s)
        self._most_s = min(self._most_s + apart_s, most_s)
        if self._least_s > self._most_s:  # one of the clocks was set
            self._least_s, self._most_s = least_s, most_s
        self._learned_at = now

    @property
    def width_s(self) -> float:
        """How far `now` may be from the truth, twice."""
        return self._most_s - self._least_s

    def now(self) -> float:
        """The service's time, in seconds since the epoch.  This machine's, before the first answer."""
        if math.isinf(self.width_s):
            return self._clock.now()
        return self._clock.monotonic() + (self._least_s + self._most_s) / 2
