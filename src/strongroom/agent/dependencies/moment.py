"""A moment by both clocks of a machine (p)."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.lib.clock import Clock


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment.

    Attributes:
        at: by the monotonic clock, by which everything is timed.
        clock: in seconds since the epoch, which may be wrong: for people, and for what certificates say.
    """

    at: float
    clock: float

    @classmethod
    def now(cls, clock: Clock) -> Moment:
        """This moment."""
        return cls(clock.monotonic(), clock.now())
