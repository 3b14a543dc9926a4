"""How long a process may go on with what it knows of the store, before it asks for what is new."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

LONGEST_S: Final = 60.0
"""The longest bound.  What was revoked a minute ago should work nowhere."""


class Staleness:
    """The age of what a process knows of the store, and its bound.

    Args:
        max_s: the bound, in seconds.  0: the store is asked for each request.
        monotonic: the seconds of a clock that goes on while the machine is suspended.
    """

    def __init__(self, max_s: float, monotonic: Callable[[], float]) -> None:
        self.max_s = max_s
        self._monotonic = monotonic
        self._asked_at = float("-inf")
        self._changed_at = float("-inf")

    @property
    def fresh(self) -> bool:
        """Whether the store was asked within the bound."""
        return self.max_s > 0 and 0 <= self._monotonic() - self._asked_at < self.max_s

    def now(self) -> float:
        """When a question is sent, for `answered`.  It isn't read where there is no bound."""
        return self._monotonic() if self.max_s > 0 else 0.0

    def answered(self, asked_at: float) -> None:
        """The store has answered a question that was sent at `asked_at`."""
        # A question from before a change of this process says nothing of it.
        if asked_at >= self._changed_at:
            self._asked_at = max(self._asked_at, asked_at)

    def forget(self) -> None:
        """Ask for the next request, because this process has changed something."""
        self._asked_at = float("-inf")
        self._changed_at = self.now()
