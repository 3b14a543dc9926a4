"""Time as a constructor argument, so that no test sleeps."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """A source of time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps."""
        return time.monotonic()


class SleeplessClock(SystemClock):
    """The machine's clocks, of which the monotonic one goes on while the machine is suspended.

    It is for what others count on meanwhile: leases end on the server while a client of it sleeps.
    """

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)
