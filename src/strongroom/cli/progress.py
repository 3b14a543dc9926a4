"""A bar on a terminal that shows how far a long command has come."""

from __future__ import annotations

import time
from typing import Self

from strongroom.cli.terminal import Terminal

_EVERY_S = 0.1
_CELLS = 30


class ProgressBar:
    """Draws on standard error, if that is a terminal; what comes after it begins on an empty line.

    Args:
        terminal: where it is drawn.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._next_at = 0.0
        self._doing = ""

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Show a state.

        Args:
            doing: the step, for people.
            done: how much of it is done, in whatever unit.
            total: how much there is of it, about; 0 if that isn't known.
        """
        now = time.monotonic()
        if doing == self._doing and now < self._next_at and done != total:
            return
        self._doing, self._next_at = doing, now + _EVERY_S
        self._terminal.passing(bar(doing, done, total))

    def close(self) -> None:
        """Remove the bar."""
        self._terminal.passing("")


class Progress:
    """The bar of one counted piece of work, while it is used as a context.

    Args:
        terminal: where it is drawn.
        noun: what is counted, such as `rows`.
        total: how many there are; 0 if that isn't known.
    """

    def __init__(self, terminal: Terminal, noun: str, total: int = 0) -> None:
        self._bar = ProgressBar(terminal)
        self._noun = noun
        self._total = total

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, count: int) -> None:
        """So many are done."""
        self._bar(self._noun, count, self._total)


def bar(doing: str, done: int, total: int) -> str:
    """A state as a line.  (p)"""
    if not total:
        return f"{doing}: {done:,}"
    filled = min(_CELLS, done * _CELLS // total)
    return f"{doing} [{'#' * filled}{'.' * (_CELLS - filled)}] {done:,} of {total:,}"
