"""What a process has asked of its store, counted for monitoring."""

from __future__ import annotations

from strongroom.lib.timings import Timings


class StoreCounts:
    """The counts of one barrier, since it was opened.

    Attributes:
        commits: those that took effect.
        conflicts: commits that were refused because a row had changed that was read before.
        failures: commits that failed otherwise, or whose outcome was unknown at first.
        restarts: transactions that ran again, for whatever reason.
        exclusive: transactions that had so many conflicts that they ran while all other commits waited.
        lengths: how long commits took.
    """

    __slots__ = ("commits", "conflicts", "exclusive", "failures", "lengths", "restarts")

    def __init__(self) -> None:
        self.commits = 0
        self.conflicts = 0
        self.failures = 0
        self.restarts = 0
        self.exclusive = 0
        self.lengths = Timings()
