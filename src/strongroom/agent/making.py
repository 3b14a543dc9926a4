"""The part of an agent that makes something of secrets: files, or a program's environment."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import structlog

from strongroom.agent.config.config import AgentConfig
from strongroom.agent.rendering.rendering import RenderingEnded
from strongroom.agent.rendering.showing import of_rendering, of_turn, shown
from strongroom.agent.rendering.start import Templates, files
from strongroom.agent.rendering.status import RenderingStatus
from strongroom.agent.serving.kept.store import Kept
from strongroom.agent.serving.own.metrics import MetricsBoard
from strongroom.agent.serving.own.status import StatusBoard
from strongroom.agent.session.login import Session
from strongroom.agent.supervising.child import NotStarted
from strongroom.agent.supervising.start import Supervision
from strongroom.agent.supervising.supervisor import UnknownSignal
from strongroom.agent.turns import TurnsMissing, TurnTaker
from strongroom.agent.turns.status import TurnStatus
from strongroom.agent.turns.turn import AT_ANY_TIME, Turn
from strongroom.agent.upstream import Upstream
from strongroom.lib.clock import SleeplessClock
from strongroom.server.config.reader import ConfigError

log = structlog.get_logger("agent")


class MakingPart:
    """Keeps files rendered, or runs a program; nothing, if neither is configured.

    Args:
        kept: what outlives the process.
        turns_upstream: the server, for turns: its requests don't wait for those of templates.

    Attributes:
        exit_status: of the program, when it has ended.

    Raises: `ConfigError` for a signal that there isn't, and for turns of no group.
    """

    def __init__(
        self, config: AgentConfig, session: Session, upstream: Upstream, turns_upstream: Upstream, kept: Kept
    ) -> None:
        self.exit_status = 0
        self._files: Templates | None = None
        self._program: Supervision | None = None
        self._turns = TurnTaker(config.turns, turns_upstream, session) if config.turns is not None else None
        turn: Turn = AT_ANY_TIME if self._turns is None else self._turns.turn
        if config.exec is not None:
            try:
                self._program = Supervision(config, config.exec, session, upstream, kept=kept, turn=turn)
            except UnknownSignal as error:
                raise ConfigError(config.exec.where, str(error)) from error
        elif config.templates:
            self._files = files(config, session, upstream, kept=kept, turn=turn)

    async def run(self) -> bool:
        """Go on until cancelled, or until the program has ended.

        Returns: whether the agent ends by that.

        Raises: `RenderingEnded`, `NotStarted`, `TurnsMissing`.
        """
        if self._turns is None:
            await self._make()
            return True
        try:
            async with asyncio.TaskGroup() as tasks:
                checking = tasks.create_task(self._turns.check())
                await self._make()
                checking.cancel()
        except* (RenderingEnded, NotStarted, TurnsMissing) as group:
            raise group.exceptions[0] from None
        return True

    async def _make(self) -> None:
        """Keep files rendered, or run the program until it ends."""
        if self._program is not None:
            self.exit_status = await self._program.run()
        elif self._files is not None:
            await self._files.run()
        else:
            await asyncio.Event().wait()

    def status(self) -> RenderingStatus | None:
        """How files and variables are; None if there are none."""
        part = self._program or self._files
        return None if part is None else part.status()

    def turn(self) -> TurnStatus | None:
        """What this instance does about its turn; None if it takes none."""
        return None if self._turns is None else self._turns.status()

    def failures(self) -> tuple[str, ...]:
        """What goes wrong or is waited for, a text for each, without a secret."""
        rendering, turn = self.status(), self.turn()
        told = () if rendering is None else rendering.failures
        return (*told, turn.failure) if turn is not None and turn.failure else told

    def reload(self, config: AgentConfig) -> None:
        """Make what another configuration says, as far as that needs no restart."""
        part = self._program or self._files
        if part is not None:
            part.reload(config)
        elif config.templates or config.exec is not None:
            log.warning("the first template and a program need a restart of the agent")

    def forward(self, number: int) -> None:
        """Send the program, if there is one, a signal that the agent got."""
        if self._program is not None:
            self._program.forward(number)

    def tell(self, status: StatusBoard, metrics: MetricsBoard) -> None:
        """Have listeners show how files and variables are."""
        clock = SleeplessClock()
        status.add("rendering", lambda: shown(self.status()))
        metrics.add(lambda: of_rendering(metrics.program, self.status(), clock.now()))
        if self._turns is not None:
            turns = self._turns
            status.add("turn", lambda: asdict(turns.status()))
            metrics.add(lambda: of_turn(metrics.program, turns.status(), clock.now()))
        if self._program is not None:
            program = self._program.program
            status.add("program", lambda: {"state": program.state.value, "pid": program.pid})

    async def made(self) -> None:
        """Wait until all was made once."""
        part = self._program or self._files
        if part is not None:
            await part.rendered.wait()

    def close(self) -> None:
        """Give back what was taken, after the end of `run`."""
        part = self._program or self._files
        if part is not None:
            part.close()
