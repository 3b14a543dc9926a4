"""What time it is for the server, as far as its answers have told.

A certificate's times are by the server's clock. By a clock of this machine that is a day ahead, each new certificate
would have ended already, and the next one would be asked for at once, for ever; by one that is behind, a certificate
would be replaced when nobody accepts it any more.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

import structlog

from strongroom.lib.clock import Clock

log = structlog.get_logger("agent")

_EXACT_S: Final = 2.0
"""A smaller difference says nothing: answers tell whole seconds, and take a moment to arrive."""
_TOLD_S: Final = 60.0


class ServerClock:
    """The machine's clock, set right by answers' field `Date`.

    Args:
        clock: the machine's.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_s = 0.0
        self._told = False

    def saw(self, date: str) -> None:
        """Note what an answer that has just come says; a server needn't say anything."""
        try:
            ahead_s = parsedate_to_datetime(date).timestamp() - self._clock.now()
        except (ValueError, OverflowError):
            return
        self._ahead_s = ahead_s if abs(ahead_s) > _EXACT_S else 0.0
        if abs(ahead_s) > _TOLD_S and not self._told:
            self._told = True
            log.warning("this machine's clock isn't the server's, which counts", server_ahead_s=round(ahead_s))

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock.now() + self._ahead_s

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps: this machine's."""
        return self._clock.monotonic()
