"""Stores which clients are active, some seconds after they came, and clears what is older than it is kept."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import Final

import structlog

from strongroom.barrier.transaction import transact
from strongroom.core.outage import Outage
from strongroom.lib.errors import StrongroomError
from strongroom.services.usage import reading
from strongroom.services.usage.counting import store
from strongroom.services.usage.months import later, month_of
from strongroom.services.usage.records import config_of
from strongroom.sysapi.services import Services

log = structlog.get_logger("usage")

EVERY_S: Final = 10.0
_CLEAR_EVERY: Final = 360
"""Rounds."""
_AT_ONCE: Final = 256


class ClientUpkeep:
    """Writes what this process has noted.

    Args:
        every_s: how often, in seconds.
    """

    def __init__(self, services: Services, *, every_s: float = EVERY_S) -> None:
        self._services = services
        self._every_s = every_s
        self._outage = Outage(log, "clients are not counted yet")

    async def run_forever(self) -> None:
        """Work until cancelled, and store then what waits.  After a failure of the store, try again the next time."""
        try:
            await self._work()
        except asyncio.CancelledError:
            with contextlib.suppress(StrongroomError):
                await self.run_once()
            raise

    async def _work(self) -> None:
        rounds = 0
        while True:
            try:
                await self.run_once()
                if rounds % _CLEAR_EVERY == 0:
                    await self.clear()
                self._outage.is_over()
            except StrongroomError as error:
                self._outage.goes_on(error)
            rounds += 1
            await asyncio.sleep(self._every_s)

    async def run_once(self) -> None:
        """Write what waits.  Raises `StrongroomError`; then it goes on waiting."""
        counting, barrier = self._services.clients, self._services.barrier
        while waiting := counting.waiting(_AT_ONCE):
            await transact(barrier, partial(store, sightings=list(waiting.values())))
            counting.stored(waiting)

    async def clear(self) -> None:
        """Delete the months that are older than what is kept, and the one in which counting was disabled."""
        barrier = self._services.barrier
        config = await transact(barrier, config_of)
        oldest = later(month_of(await barrier.storage.now()), 1 - config.retention_months)
        for month in await reading.months_kept(barrier):
            if month < oldest or (not config.counts and month == month_of(config.since)):
                await reading.forget(barrier, month)
                log.info("counts of clients of a month were deleted", month=month)
