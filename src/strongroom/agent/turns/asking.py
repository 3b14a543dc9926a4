"""Asks for a turn until there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from strongroom.agent.turns.answers import Held, Kind, Refusal, refusal_of
from strongroom.agent.turns.pauses import ask_again_s
from strongroom.agent.turns.server import TurnServer
from strongroom.client.errors import ClientError

log = structlog.get_logger("agent.turns")

_SAID = {
    Kind.WAIT: "this instance waits for its turn",
    Kind.AWAY: "this instance doesn't restart, because the server gives no turn now",
    Kind.DENIED: "this instance doesn't restart, because the agent's policies don't let it take a turn",
    Kind.WRONG: "this instance doesn't restart, because the server has no such turns",
}


class Asking:
    """Asks for turns of a group.

    Args:
        lasting_s: how long the token should last with which a turn is taken.
        chance: draws a share of 1.

    Attributes:
        server, chance: as they were given.
        group: what the group is called in the log.
        reason: why the server gives none yet, while one is asked for.
    """

    def __init__(self, server: TurnServer, lasting_s: float, chance: Callable[[], float]) -> None:
        self.server = server
        self.chance = chance
        self.group = str(server.place)
        self.reason = ""
        self._lasting_s = lasting_s

    async def until_taken(self) -> Held:
        """A turn, however long it takes.

        Without a turn nothing restarts, whatever is the reason: an instance that runs with an older credential is
        better than all instances restarting at once.  The log says so, once for each reason.
        """
        failures, told = 0, None
        self.reason = ""
        while True:
            try:
                held = await self.server.take(self._lasting_s)
            except ClientError as error:
                refusal = refusal_of(error)
                self.reason = refusal.reason
                failures = 0 if refusal.kind is Kind.WAIT else failures + 1
                if refusal.kind is not told:
                    told = refusal.kind
                    self._tell(refusal)
                await asyncio.sleep(ask_again_s(refusal, failures, self.chance()))
            else:
                self.reason = ""
                log.info("it is this instance's turn", group=self.group, number=held.number)
                return held

    def _tell(self, refusal: Refusal) -> None:
        tell = {Kind.WAIT: log.info, Kind.AWAY: log.warning}.get(refusal.kind, log.error)
        tell(_SAID[refusal.kind], group=self.group, reason=refusal.reason)
