"""How long changes settle before a file is written or a program restarted (p)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MOST_OF_LEAST: Final = 4
"""The longest wait where only the shortest is given.  Source: consul-template's configuration"""


@dataclass(frozen=True, slots=True)
class Settling:
    """Changes that settle.

    Attributes:
        first_at, last_at: when the first and the last of them came, by the monotonic clock.
    """

    first_at: float
    last_at: float

    def after(self, now: float) -> Settling:
        """With another change."""
        return Settling(self.first_at, now)

    def ends_at(self, least_s: float, most_s: float = 0.0) -> float:
        """When they have settled: nothing has changed for the least time, or the most has passed since the first.

        Args:
            most_s: 0 for four times the least.
        """
        return min(self.last_at + least_s, self.first_at + (most_s or least_s * _MOST_OF_LEAST))
