"""The part of an agent that makes something of secrets: files, or a program's environment."""

from __future__ import annotations

import asyncio

from strongroom.agent.config.config import AgentConfig
from strongroom.agent.rendering.start import FileRendering
from strongroom.agent.session.login import Session
from strongroom.agent.supervising.start import Supervision
from strongroom.agent.supervising.supervisor import UnknownSignal
from strongroom.agent.upstream import Upstream
from strongroom.server.config.reader import ConfigError


class MakingPart:
    """Keeps files rendered, or runs a program; nothing, if neither is configured.

    Attributes:
        exit_status: of the program, when it has ended.

    Raises: `ConfigError` for a signal that there isn't, and for what this version doesn't do.
    """

    def __init__(self, config: AgentConfig, session: Session, upstream: Upstream) -> None:
        self.exit_status = 0
        self._files: FileRendering | None = None
        self._program: Supervision | None = None
        if config.turns is not None:
            raise ConfigError(config.turns.where, "turns can't be taken by this version of the agent yet")
        if config.exec is not None:
            try:
                self._program = Supervision(config, config.exec, session, upstream)
            except UnknownSignal as error:
                raise ConfigError(config.exec.where, str(error)) from error
        elif config.templates:
            self._files = FileRendering(config, session, upstream)

    async def run(self) -> bool:
        """Go on until cancelled, or until the program has ended.

        Returns: whether the agent ends by that.

        Raises: `RenderingEnded`, `NotStarted`.
        """
        if self._program is not None:
            self.exit_status = await self._program.run()
        elif self._files is not None:
            await self._files.run()
        else:
            await asyncio.Event().wait()
        return True

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
