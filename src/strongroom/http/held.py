"""Counts the memory of a listener's requests and responses, in total and per connection.

A body is held until its response, and a response until its client has read it.  Both depend on the client's pace, so
their sum has a bound.  Clients without a known token have their own bound within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SMALL_BYTES: Final = 64 * 1024
"""Bodies up to this size are never refused because of other clients.  A login and an unsealing are small."""
_STRANGERS_PART: Final = 8
"""The divisor of the bound for clients without a token.  They need it for logins."""


@dataclass(slots=True)
class InFlight:
    """Sums over all connections, in bytes."""

    bodies: int = 0
    strangers: int = 0
    """The part of `bodies` that belongs to clients without a known token."""
    answers: int = 0
    """Responses above the high-water mark that wait for their clients."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.bodies + self.answers

    def too_much(self, allowed: int, *, known: bool) -> bool:
        """Whether a body must be refused.

        Args:
            allowed: the bound for everything. known: whether the body's client is known.
        """
        return self.total > allowed or (not known and self.strangers > allowed // _STRANGERS_PART)


class Held:
    """The memory of one connection.

    Args:
        sums: the listener's sums, which this updates.
    """

    __slots__ = ("_answer", "_body", "_strange", "_sums")

    def __init__(self, sums: InFlight) -> None:
        self._sums = sums
        self._body = 0
        self._strange = 0
        self._answer = 0

    @property
    def body(self) -> int:
        """Bytes of the body."""
        return self._body

    def hold_body(self, count: int, *, known: bool) -> None:
        """Set the size of the held body."""
        strange = 0 if known else count
        self._sums.bodies += count - self._body
        self._sums.strangers += strange - self._strange
        self._body, self._strange = count, strange

    def hold_answer(self, count: int) -> None:
        """Set the size of the held response."""
        self._sums.answers += count - self._answer
        self._answer = count
