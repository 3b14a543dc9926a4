"""The counters of a process's listeners, for the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Numbers:
    """The memory that clients hold now, and their refusals so far."""

    connections: int = 0
    body_bytes: int = 0
    answer_bytes: int = 0
    refusals: Mapping[str, int] = field(default_factory=dict)
    """By the limit that struck."""
    statuses: Mapping[int, int] = field(default_factory=dict)
    """Responses so far, by status code."""


@dataclass(slots=True)
class Traffic:
    """All listeners of a process; empty while it has none."""

    sources: list[Callable[[], Numbers]] = field(default_factory=list)
    """One for each listener."""

    def now(self) -> Numbers:
        """The sums."""
        found = [source() for source in self.sources]
        refusals: Counter[str] = Counter()
        statuses: Counter[int] = Counter()
        for each in found:
            refusals.update(each.refusals)
            statuses.update(each.statuses)
        return Numbers(
            sum(each.connections for each in found),
            sum(each.body_bytes for each in found),
            sum(each.answer_bytes for each in found),
            refusals,
            statuses,
        )
