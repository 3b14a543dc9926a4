"""How many requests are under way at once, and none but one in a while as long as the server is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from strongroom.agent.dependencies.failing import Outage, is_outage, outage_after
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.refreshing import chance
from strongroom.agent.upstream import reason_of
from strongroom.client.errors import ClientError
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.dependencies")
T = TypeVar("T")


class Gate:
    """Lets requests through.

    Args:
        connections: how many at once.
        host: the name of this machine, by which chance differs.
    """

    def __init__(self, connections: int, host: str, clock: Clock) -> None:
        self._slots = asyncio.Semaphore(connections)
        self._one = asyncio.Lock()
        self._host = host
        self._clock = clock
        self.outage: Outage | None = None
        """Since when the server is away; None while it isn't."""

    async def through(self, send: Callable[[], Awaitable[T]]) -> T:
        """Send a request as soon as it may be sent.  Raises what `send` does."""
        async with self._slots:
            if self.outage is None:
                return await self._sent(send)
            async with self._one:
                if self.outage is not None:
                    await asyncio.sleep(max(self.outage.until - self._clock.monotonic(), 0))
                return await self._sent(send)

    async def _sent(self, send: Callable[[], Awaitable[T]]) -> T:
        began_at = self._clock.monotonic()
        try:
            answer = await send()
        except ClientError as error:
            if is_outage(error):
                self._missed(error, began_at)
            else:
                self._answered()
            raise
        self._answered()
        return answer

    def _missed(self, error: ClientError, began_at: float) -> None:
        failures = self.outage.trouble.failures if self.outage else 0
        share = chance(self._host, "outage", failures)
        before = self.outage
        self.outage = outage_after(before, reason_of(error), began_at, Moment.now(self._clock), share)
        if before is None:
            log.warning("the server is away; what is known stays in use", reason=self.outage.trouble.reason)

    def _answered(self) -> None:
        if self.outage is not None:
            log.info("the server answers again", away_s=round(self._clock.now() - self.outage.trouble.since))
            self.outage = None
