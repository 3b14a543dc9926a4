"""A task that looks after a store from time to time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from strongroom.lib.errors import StorageError

log = structlog.get_logger(__name__)


class Periodic:
    """Does a round of upkeep after each interval, until it is closed.  A failure that lasts is logged once.

    Args:
        round_: does one round; raises `StorageError` if it can't.
        interval_s: the time between two rounds, in seconds.
    """

    def __init__(self, round_: Callable[[], Awaitable[None]], interval_s: float) -> None:
        self._round = round_
        self._interval_s = interval_s
        self._task = asyncio.create_task(self._run(), name="strongroom-upkeep")

    async def close(self) -> None:
        """Give up the present round."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        failed = False
        while True:
            await asyncio.sleep(self._interval_s)
            try:
                await self._round()
                failed = False
            except StorageError as error:
                if not failed:
                    log.warning("storage upkeep failed", error=error.text, detail=error.detail)
                failed = True
