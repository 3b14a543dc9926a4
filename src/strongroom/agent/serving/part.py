"""The part of an agent that serves clients, and what it keeps for the next process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from strongroom.agent.config.config import AgentConfig
from strongroom.agent.serving.kept.logins import keep_logins, kept_token
from strongroom.agent.serving.kept.start import Persisted
from strongroom.agent.serving.kept.store import Kept, NothingKept
from strongroom.agent.serving.own.metrics import MetricsBoard, of_session
from strongroom.agent.serving.own.status import StatusBoard
from strongroom.agent.serving.start import Serving, ServingBasis
from strongroom.agent.session.keeping import KeptSession
from strongroom.agent.session.kept import KeptToken
from strongroom.agent.session.state import SessionStatus
from strongroom.client.settings import Settings
from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random


class ServingPart:
    """What serves clients, from the opening of what was kept to the end.

    Args:
        program: `agent` or `proxy`.

    Attributes:
        status, metrics: what listeners show.  Other parts add to them before it starts.

    Raises: `NotKept` if what was kept can't be read, and that is to end the program.
    """

    def __init__(self, config: AgentConfig, program: str, clock: Clock, random: Random) -> None:
        self._config = config
        self._program = program
        self._clock = clock
        persist = config.cache.persist if config.cache is not None else None
        self._persisted = Persisted(persist, random) if persist is not None else None
        self.status = StatusBoard()
        self.metrics = MetricsBoard(program)
        self._serving: Serving | None = None
        self._session: KeptSession | None = None

    @property
    def kept(self) -> Kept:
        """What outlives the process, for all parts of the agent."""
        return self._persisted or NothingKept()

    def kept_token(self) -> KeptToken | None:
        """The agent's token of an earlier process."""
        return kept_token(self.kept)

    def attach(self, settings: Settings, session: KeptSession | None, quit_: Callable[[], None]) -> None:
        """Put together what serves; nothing, if there is no listener.

        Raises: `ConfigError`, `BadSettings`.
        """
        self._session = session
        if self._config.listeners:
            basis = ServingBasis(
                settings, session, quit_, self._program, self.kept, self._clock, self.status, self.metrics
            )
            self._serving = Serving(self._config, basis)
        if session is not None:
            self.status.add("session", lambda: _shown(session.status()))
            self.metrics.add(lambda: of_session(self._program, session.status()))

    async def start(self) -> None:
        """Open the listeners.  Raises `ListenerError`, `ConfigError`."""
        if self._persisted is not None:
            self._persisted.start()
        if self._serving is not None:
            await self._serving.start()

    async def run(self) -> None:
        """Keep the token of each login, until cancelled."""
        if self._persisted is None or self._session is None:
            await asyncio.Event().wait()
        else:
            await keep_logins(self._session, self._persisted, self._clock)

    def reload(self, config: AgentConfig, settings: Settings) -> None:
        """Take over changed settings, and read certificates again."""
        if self._serving is not None:
            self._serving.reload(config, settings)

    async def close(self) -> None:
        """Finish what is under way, and release everything."""
        if self._serving is not None:
            await self._serving.close()
        if self._persisted is not None:
            await self._persisted.close()


def _shown(status: SessionStatus) -> dict[str, Any]:
    """How a session is, for whoever asks: an accessor is nobody else's business."""
    shown = asdict(status)
    return {"logged_in": bool(shown.pop("accessor")), **shown}
