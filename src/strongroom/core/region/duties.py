"""What a process does in the background, by whether its region writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog

from strongroom.lib.errors import StrongroomError
from strongroom.sysapi.services import Services

log = structlog.get_logger("region")

Duty = Callable[[], Coroutine[Any, Any, None]]

_LOOK_EVERY_S = 1.0


class Duties:
    """Runs work while the rows of all regions are written here, and ends it when they aren't.

    What such work commits is refused anyway in a region that follows: this keeps it from trying.

    Args:
        duties: each runs until it is cancelled.
    """

    def __init__(self, services: Services, duties: Sequence[Duty], *, every_s: float = _LOOK_EVERY_S) -> None:
        self._barrier = services.barrier
        self._duties = duties
        self._every_s = every_s
        self._running: list[asyncio.Task[None]] = []

    async def run_forever(self) -> None:
        """Look again and again, until cancelled."""
        try:
            while True:
                try:
                    await self._barrier.sync()
                except StrongroomError as error:
                    log.debug("whether this region writes is not known now", reason=error.text)
                else:
                    await self._look()
                await asyncio.sleep(self._every_s)
        finally:
            await self._end()

    async def _look(self) -> None:
        if self._barrier.region.writes and not self._running:
            self._running = [asyncio.create_task(duty()) for duty in self._duties]
        elif not self._barrier.region.writes and self._running:
            await self._end()

    async def _end(self) -> None:
        running, self._running = self._running, []
        for task in running:
            task.cancel()
        for outcome in await asyncio.gather(*running, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("a background task had failed", reason=repr(type(outcome)))
