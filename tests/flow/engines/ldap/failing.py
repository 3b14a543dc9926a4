"""Faults between this server and a directory: it dies, or this server does, before or after a piece of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from strongroom.lib.ldap import Directories, Directory, OutOfReach, Session

T = TypeVar("T")


class Killed(Exception):
    """The process ends here: nothing catches this, and nothing is done after it."""


class Failing(Directories):
    """Directories of which one piece of work fails.

    Args:
        error: raised. after: whether the directory has done the work by then.
    """

    def __init__(self, error: type[Exception], *, after: bool) -> None:
        super().__init__()
        self._error = error
        self._after = after
        self.at = 0
        """Which piece of work fails, counted from 1; 0 for none."""
        self.fired = False

    def arm(self, at: int) -> None:
        """Let one of the next pieces of work fail."""
        self.at, self.fired = at, False

    async def ask(self, lane: str, directory: Directory, work: Callable[[Session], T], *, repeats: bool = True) -> T:
        """Do some work with a directory, or fail."""
        self.at -= 1
        fails = self.at == 0
        self.fired = self.fired or fails
        if fails and not self._after:
            raise self._error()
        result = await super().ask(lane, directory, work, repeats=repeats)
        if fails:
            raise self._error()
        return result


KINDS = [(Killed, False), (Killed, True), (OutOfReach, False), (OutOfReach, True)]
"""What may happen at each piece of work, and whether that was done."""


def points(failing: Failing) -> Iterator[int]:
    """Each piece of work that may fail, until there is none left to fail."""
    for at in range(1, 20):
        failing.arm(at)
        yield at
        if not failing.fired:
            return
    raise AssertionError("there is no end of work")
