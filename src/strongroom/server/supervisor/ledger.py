"""What the workers have counted, those included that have ended.

A node's counters must never fall while it runs: who watches them would take that for a restart, and count everything
anew.  So the supervisor remembers what each worker told last, and keeps the counters of those that are gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.lib.exposition import Measure
from strongroom.lib.merging import growing, merged


class Ledger:
    """The counts of a node's workers."""

    def __init__(self) -> None:
        self._last: dict[int, Sequence[Measure]] = {}
        """What each worker told last, by process id."""
        self._gone: list[Measure] = []
        """The counters of all that have ended."""

    def note(self, pid: int, measures: Sequence[Measure]) -> None:
        """Remember what a worker tells."""
        if measures:
            self._last[pid] = measures

    def lost(self, pid: int) -> None:
        """A worker has ended: keep its counters."""
        self._gone = merged((self._gone, growing(self._last.pop(pid, ()))))

    def gone(self) -> list[Measure]:
        """The counters of the workers that have ended."""
        return self._gone

    def last(self, pid: int) -> tuple[Measure, ...]:
        """What a worker told last; nothing if it never did."""
        return tuple(self._last.get(pid, ()))
