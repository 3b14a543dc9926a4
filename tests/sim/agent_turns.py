"""Turns that a test gives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Lets somebody go on when the test says so.

    Attributes:
        asked, ended: how many turns were asked for, and are over.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.ended = 0
        self._free = asyncio.Semaphore(0)

    def give(self) -> None:
        """Let one of those who wait, or will wait, have a turn."""
        self._free.release()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The time of a turn."""
        self.asked += 1
        await self._free.acquire()
        yield
        self.ended += 1
