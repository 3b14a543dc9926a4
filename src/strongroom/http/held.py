"""What the requests and answers of one listener hold in memory, and how much of it one connection does.

A body is held until it is answered, an answer until its client has read it.  Both depend on the client's pace, so their
sum has a bound, and the clients whom nobody knows have a bound of their own within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SMALL_BYTES: Final = 64 * 1024
"""Bodies up to here are never refused for what others hold: a login and an unsealing are small."""
_STRANGERS_PART: Final = 8
"""Whoever has no token gets this part of the whole: it is for logins."""


@dataclass(slots=True)
class InFlight:
    """Sums over all connections, in bytes."""

    bodies: int = 0
    strangers: int = 0
    """The part of `bodies` of clients without a token that is known."""
    answers: int = 0
    """Answers that are larger than what may wait for any client, and that wait for theirs."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.bodies + self.answers

    def too_much(self, allowed: int, *, known: bool) -> bool:
        """Whether bodies have to be refused.

        Args:
            allowed: for everything together.
            known: whether the body in question is of a client that is known.
        """
        return self.total > allowed or (not known and self.strangers > allowed // _STRANGERS_PART)


class Held:
    """What one connection holds.

    Args:
        sums: are kept up to date.
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
        """Hold so much of a body from now on."""
        strange = 0 if known else count
        self._sums.bodies += count - self._body
        self._sums.strangers += strange - self._strange
        self._body, self._strange = count, strange

    def hold_answer(self, count: int) -> None:
        """Hold so much of an answer from now on."""
        self._sums.answers += count - self._answer
        self._answer = count
