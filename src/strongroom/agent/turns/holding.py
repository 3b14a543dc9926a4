"""Keeps a turn: renews its lease until it is given back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from strongroom.agent.turns.answers import Held, Kind, is_gone, refusal_of
from strongroom.agent.turns.asking import Asking
from strongroom.agent.turns.pauses import ask_again_s, renew_after_s
from strongroom.agent.upstream import reason_of
from strongroom.client.errors import ClientError
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.turns")


class Holding:
    """A turn of this instance.

    Args:
        held: the turn, which was just taken.
        asking: takes another one, if this one is lost without anybody's will.
    """

    def __init__(self, held: Held, asking: Asking, clock: Clock) -> None:
        self._held: Held | None = held
        self._asking = asking
        self._server = asking.server
        self._group = asking.group
        self._clock = clock
        self._ended = asyncio.Event()

    @property
    def has_ended(self) -> bool:
        """Whether the server has ended the turn: an operator released it, or its longest time is over."""
        return self._ended.is_set()

    async def pause(self, seconds: float) -> None:
        """Wait for so long, or until the server has ended the turn."""
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """The time in which the turn is kept.

        A turn that ended with the agent's token, or because the server was away for longer than it lasts, is taken
        again: nobody has decided that this instance is done.  If the time is over while another one is asked for, that
        one ends with its lease.
        """
        keeping = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])
        if not keeping.cancelled():
            keeping.result()

    async def _keep(self) -> None:
        """Renew the lease until the server has ended the turn."""
        while self._held is not None:
            held = await self._renewed(self._held)
            if held is not None:
                self._held = held
            elif self._has_lapsed(self._held):
                log.error("the turn was lost while it was this instance's: it asks for another", group=self._group)
                self._held = None
                self._held = await self._asking.until_taken()
            else:
                log.error(
                    "the server has ended this instance's turn, so the next one may restart: an operator released it, "
                    "or its group's max_ttl is over",
                    group=self._group,
                )
                self._held = None
                self._ended.set()

    async def give(self) -> None:
        """Give the turn back when it isn't kept any more.  If that fails, it ends with its lease."""
        failures = 0
        while (held := self._held) is not None:
            try:
                await self._server.give(held)
            except ClientError as error:
                refusal, failures = refusal_of(error), failures + 1
                pause_s = ask_again_s(refusal, failures, self._asking.chance())
                if refusal.kind is not Kind.AWAY or self._clock.monotonic() + pause_s > held.ends_at:
                    log.warning(
                        "the turn couldn't be given back, and ends by itself",
                        group=self._group,
                        reason=refusal.reason,
                        in_s=round(max(held.ends_at - self._clock.monotonic(), 0)),
                    )
                    return
                await asyncio.sleep(pause_s)
            else:
                self._held = None
                log.info("this instance has given its turn back", group=self._group, number=held.number)

    async def _renewed(self, held: Held) -> Held | None:
        """The turn when it was renewed; None if it has ended."""
        failures = 0
        while True:
            left_s = held.ends_at - self._clock.monotonic()
            await asyncio.sleep(renew_after_s(left_s, failures, self._asking.chance()))
            try:
                return await self._server.renew(held)
            except ClientError as error:
                if is_gone(error, held.ends_at - self._clock.monotonic()):
                    return None
                failures += 1
                if failures == 1:
                    log.warning("the turn can't be renewed", group=self._group, reason=reason_of(error))

    def _has_lapsed(self, held: Held) -> bool:
        return self._clock.monotonic() >= held.ends_at or self._server.outlives_login(held)
