"""When dead workers are restarted: at once after one failure, later and later after more failures (pure)."""

from __future__ import annotations

_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 10.0
_SETTLED_S = 10.0
"""A worker that ends sooner counts as a failed start: the next one waits longer."""


class Restarts:
    """The workers' places that are to be filled; all times are of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._due_at: dict[int, float] = {}
        self._failures: dict[int, int] = {}

    def at_once(self, slot: int, now: float) -> None:
        """Fill a place that was vacated on purpose."""
        self._due_at[slot] = now

    def after_failure(self, slot: int, now: float, lived_s: float = 0.0) -> None:
        """Fill a place whose worker failed.

        Args:
            lived_s: how long it had worked.
        """
        if lived_s > _SETTLED_S:
            self._failures[slot] = 0
        failures = self._failures[slot] = self._failures.get(slot, 0) + 1
        pause_s = min(_PAUSE_S * 2**failures, _LONGEST_PAUSE_S) if failures > 1 else 0.0
        self._due_at[slot] = now + pause_s

    def take_due(self, now: float) -> list[int]:
        """The places to fill now; each is told of once."""
        due = [slot for slot, due_at in self._due_at.items() if due_at <= now]
        for slot in due:
            del self._due_at[slot]
        return due

    def clear(self) -> None:
        """Fill none."""
        self._due_at.clear()
