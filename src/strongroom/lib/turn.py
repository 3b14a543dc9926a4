"""A turn: the requests that became ready in one iteration of the event loop, which share work.

Everything between `begin` and `end` is synchronous, so nothing but the requests of the turn runs meanwhile.  A request
that has to wait leaves the turn: a Task goes on with it, and does its work alone.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Generator
from typing import Any, Final

END_OF_TURN: Final = object()
"""What a coroutine yields that waits for the end of its turn.  Who runs the turn goes on with it."""


class Turn:
    """The turns of one process, one after another.

    Attributes:
        is_open: whether a turn is in progress.
        number: of the present or the last one.
        at_end: called when a turn ends, before the coroutines that wait for that go on.
    """

    __slots__ = ("at_end", "is_open", "number")

    def __init__(self) -> None:
        self.is_open = False
        self.number = 0
        self.at_end: list[Callable[[], None]] = []

    def begin(self) -> None:
        """Begin a turn."""
        self.number += 1
        self.is_open = True

    def end(self) -> None:
        """End the turn, and do what was put off until then."""
        self.is_open = False
        for call in self.at_end:
            call()

    @types.coroutine
    def over(self) -> Generator[Any, Any, None]:
        """Wait for the end of the turn in progress.  Returns at once when there is none."""
        if self.is_open:
            yield END_OF_TURN
