"""Takes turns around restarts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from typing import Final, Protocol

import structlog

from strongroom.agent.config.rendering import Turns
from strongroom.agent.session.login import Session
from strongroom.agent.turns.answers import refusal_of
from strongroom.agent.turns.asking import Asking
from strongroom.agent.turns.health import Health
from strongroom.agent.turns.holding import Holding
from strongroom.agent.turns.pauses import ask_again_s, check_again_s, share
from strongroom.agent.turns.place import place_of
from strongroom.agent.turns.server import TurnServer, Upstream
from strongroom.agent.turns.status import Phase, TurnStatus
from strongroom.client.errors import ClientError
from strongroom.lib.clock import Clock, SleeplessClock
from strongroom.lib.rand import Random, SystemRandom

log = structlog.get_logger("agent.turns")

_RESTART_S: Final = 60.0
"""What a restart itself may take.  The token of a turn should last so long, and for what comes after the restart."""
_TOLD_EVERY_S: Final = 60.0
_SHORTEST_CHECK_S: Final = 1.0
_CHANCE_BYTES: Final = 16


class Checks(Protocol):
    """Whoever knows whether the instance is well."""

    async def problem(self, limit_s: float) -> str:
        """See `Health.problem`."""


class TurnTaker:
    """Lets one instance restart when it is its turn.

    Args:
        settings: of the stanza `turns`.
        holder: what others see; by default this host and process.
        health: instead of the command of the settings.

    Raises: `ConfigError` for a path that names no group.
    """

    def __init__(
        self,
        settings: Turns,
        upstream: Upstream,
        session: Session,
        *,
        holder: str = "",
        clock: Clock | None = None,
        random: Random | None = None,
        health: Checks | None = None,
    ) -> None:
        self._settings = settings
        self._host = socket.gethostname()
        self._clock = clock or SleeplessClock()
        self._random = random or SystemRandom()
        self._holder = holder or f"{self._host}:{os.getpid()}"
        self._server = TurnServer(upstream, session, place_of(settings), self._holder, self._clock)
        self._group = str(self._server.place)
        lasting_s = _RESTART_S + settings.health_timeout_s + settings.hold_after_s
        self._asking = Asking(self._server, lasting_s, self._chance)
        self._health = health or (Health(settings.health_command) if settings.health_command else None)
        # The server knows an instance by its token and its holder, and gives it one turn: so it restarts one thing at
        # a time.
        self._one = asyncio.Lock()
        self._phase, self._since, self._problem = Phase.NONE, 0.0, ""

    def status(self) -> TurnStatus:
        """What this instance does about its turn."""
        if self._phase is Phase.NONE:
            return TurnStatus(self._group)
        return TurnStatus(self._group, self._phase.value, self._since, self._problem or self._asking.reason)

    async def check(self) -> None:
        """See that the server gives turns at this path.  Waits while the server is away.

        Raises: `TurnsMissing`.
        """
        failures = 0
        while True:
            try:
                return await self._server.check()
            except ClientError as error:
                refusal, failures = refusal_of(error), failures + 1
                if failures == 1:
                    log.warning("the server can't be asked for turns yet", group=self._group, reason=refusal.reason)
                await asyncio.sleep(ask_again_s(refusal, failures, self._chance()))

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The time in which this instance may restart.

        It begins when the instance has a turn, after a random wait.  What the block does is the restart.  Afterwards,
        also if the block failed, the turn is kept until the instance is well, and for a while longer.  Then it is given
        back.  If the block is cancelled, nobody knows how the instance is: the turn ends with its lease.  Without a
        command that says so, an instance is taken for well.
        """
        async with self._one, self._followed():
            await asyncio.sleep(self._settings.splay_s * self._chance())
            holding = Holding(await self._asking.until_taken(), self._asking, self._clock)
            self._begin(Phase.HELD)
            failure: Exception | None = None
            try:
                async with holding.kept():
                    try:
                        yield
                    except Exception as error:
                        failure = error
                    await self._until_well(holding)
                    await holding.pause(self._settings.hold_after_s)
            except asyncio.CancelledError:
                log.warning("a turn was broken off, and ends with its lease", group=self._group)
                raise
            await holding.give()
            if failure is not None:
                raise failure

    @contextlib.asynccontextmanager
    async def _followed(self) -> AsyncIterator[None]:
        """The time in which the status tells of a turn."""
        self._begin(Phase.WAITING)
        try:
            yield
        finally:
            self._begin(Phase.NONE)

    def _begin(self, phase: Phase) -> None:
        self._phase, self._since, self._problem = phase, self._clock.now(), ""

    async def _until_well(self, holding: Holding) -> None:
        """Wait until the instance is well, or the server has ended its turn."""
        if self._health is None:
            return
        began, tries, told_at = self._clock.monotonic(), 0, 0.0
        timeout_s = max(float(self._settings.health_timeout_s), _SHORTEST_CHECK_S)
        while not holding.has_ended:
            left_s = began + timeout_s - self._clock.monotonic()
            problem = await self._health.problem(max(left_s, _SHORTEST_CHECK_S) if left_s > 0 else timeout_s)
            now, self._problem = self._clock.monotonic(), problem
            if not problem:
                if told_at:
                    log.info("this instance is well again", group=self._group, after_s=round(now - began))
                return
            if now - began >= timeout_s and (not told_at or now - told_at >= _TOLD_EVERY_S):
                told_at = now
                log.error(
                    "this instance isn't well after its restart: it keeps its turn, so that no other one restarts",
                    group=self._group,
                    holder=self._holder,
                    problem=problem,
                    for_s=round(now - began),
                )
            await holding.pause(check_again_s(tries))
            tries += 1

    def _chance(self) -> float:
        return share(self._host, self._group, self._random.bytes(_CHANCE_BYTES))
