"""What became of audit entries in one process, counted for monitoring."""

from __future__ import annotations

from strongroom.lib.timings import Timings


class AuditCounts:
    """The counts since the server was unsealed.

    Attributes:
        lost_requests: entries of requests that no device took, so that the request was refused.
        lost_responses: the same of responses, so that the client got an error instead.
        lengths: how long a device took to write the entries of a turn, by its path.
        failures: how often it didn't take them, by its path.
    """

    __slots__ = ("failures", "lengths", "lost_requests", "lost_responses")

    def __init__(self) -> None:
        self.lost_requests = 0
        self.lost_responses = 0
        self.lengths: dict[str, Timings] = {}
        self.failures: dict[str, int] = {}

    def written(self, path: str, length_s: float, *, taken: bool) -> None:
        """Count a write to a device, which took this time in seconds."""
        lengths = self.lengths.get(path)
        if lengths is None:
            lengths = self.lengths[path] = Timings()
            self.failures.setdefault(path, 0)
        lengths.add(length_s)
        if not taken:
            self.failures[path] += 1

    def lost(self, *, response: bool) -> None:
        """Count an entry that no device took."""
        if response:
            self.lost_responses += 1
        else:
            self.lost_requests += 1
