"""The store's clock, close enough to be asked for every request."""

from __future__ import annotations

import asyncio

import structlog

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.storage.base import Storage

log = structlog.get_logger("clock")

_INTERVAL_S = 15.0
_NOTED_DRIFT_S = 1.0


class StoreClock:
    """A clock that follows the store's, so that all nodes agree on what has expired."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_s = 0.0

    def now(self) -> float:
        """Seconds since the epoch, by the store's clock as last compared."""
        return self._clock.now() + self._offset_s

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps."""
        return self._clock.monotonic()

    async def compare(self, storage: Storage) -> None:
        """Take over the store's time; half of how long it took to answer is taken off."""
        before = self._clock.monotonic()
        there = await storage.now()
        elapsed = self._clock.monotonic() - before
        self._offset_s = there + elapsed / 2 - self._clock.now()

    async def follow(self, storage: Storage) -> None:
        """Compare again and again, until cancelled."""
        while True:
            try:
                before = self._offset_s
                await self.compare(storage)
                if abs(self._offset_s - before) > _NOTED_DRIFT_S:
                    log.warning("clock differs from the store's", offset_s=round(self._offset_s, 3))
            except StorageError as error:
                log.warning("the store's clock cannot be read", reason=error.text)
            await asyncio.sleep(_INTERVAL_S)
