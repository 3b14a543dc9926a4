"""What a template that is rendered waits for: that something has changed, has failed for good, or is to end."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from strongroom.agent.rendering.settling import Settling
from strongroom.lib.clock import Clock


class Stopped(Exception):
    """Nobody is to wait any more."""


class News:
    """Something that may have changed."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._stopped = False
        self._fault = ""

    def tell(self) -> None:
        """Something has changed."""
        self._told.set()

    def forget(self) -> None:
        """What has changed up to now is known."""
        self._told.clear()

    def fail(self, fault: str) -> None:
        """Something has failed for good."""
        self._fault = fault
        self._told.set()

    def stop(self) -> None:
        """Have nobody wait any more."""
        self._stopped = True
        self._told.set()

    async def come(self) -> str:
        """Wait until something has changed: what has failed for good, or an empty text.  Raises `Stopped`."""
        if not self._stopped:
            await self._told.wait()
        if self._stopped:
            raise Stopped
        return self._fault

    async def settle(self, least_s: float, most_s: float, clock: Clock) -> str:
        """Wait until what has changed stays as it is for a while: what has failed, as `come` has it.

        Args:
            least_s, most_s: as `Settling.ends_at` has them.
        """
        now = clock.monotonic
        settling = Settling(now(), now())
        with suppress(TimeoutError):
            while True:
                self.forget()
                async with asyncio.timeout(settling.ends_at(least_s, most_s) - now()):
                    if fault := await self.come():
                        return fault
                settling = settling.after(now())
        return ""
