"""How many requests may wait for one other system.

One that hangs, or that is asked by everybody at once, takes only its own places.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from strongroom.lib.errors import RateLimited, Unreachable

_RETRY_AFTER_S = 2.0


class Slots:
    """The places before the other systems of one kind, in one process.

    Args:
        name: of the kind of system, for errors.
        at_once: how many ask one system at the same time.
        waiting: how many may wait for that beside them.
    """

    def __init__(self, name: str, *, at_once: int = 16, waiting: int = 240) -> None:
        self._name = name
        self._at_once = at_once
        self._most = at_once + waiting
        self._taken: dict[str, int] = {}
        self._turns: dict[str, asyncio.Semaphore] = {}
        self.refused = 0
        """The number of requests refused so far, because too many waited."""

    @property
    def taken(self) -> int:
        """How many ask or wait now."""
        return sum(self._taken.values())

    @asynccontextmanager
    async def place(self, target: str, *, total_s: float) -> AsyncIterator[None]:
        """A place before `target`, for a limited time, the waiting for it included.

        Raises: `RateLimited` if too many wait already, `Unreachable` when the time is over.
        """
        if self._taken.get(target, 0) >= self._most:
            self.refused += 1
            raise RateLimited(f"too many requests wait for {self._name}", retry_after_s=_RETRY_AFTER_S)
        self._taken[target] = self._taken.get(target, 0) + 1
        turn = self._turns.setdefault(target, asyncio.Semaphore(self._at_once))
        try:
            async with asyncio.timeout(total_s), turn:
                yield
        except TimeoutError as error:
            raise Unreachable(f"{self._name} did not answer in time") from error
        finally:
            self._taken[target] -= 1
            if not self._taken[target]:
                del self._taken[target], self._turns[target]
