"""A program with secrets in its environment: the one way in."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import structlog

from strongroom.agent.config.config import AgentConfig
from strongroom.agent.config.rendering import Exec
from strongroom.agent.rendering.rendering import RenderingEnded
from strongroom.agent.rendering.start import Templates
from strongroom.agent.rendering.status import RenderingStatus
from strongroom.agent.serving.kept.store import Kept
from strongroom.agent.session.login import Session
from strongroom.agent.supervising.child import NotStarted
from strongroom.agent.supervising.supervisor import Supervisor
from strongroom.agent.supervising.variables import VariableOutlet, Variables
from strongroom.agent.turns.turn import AT_ANY_TIME, Turn
from strongroom.agent.upstream import Upstream
from strongroom.lib.clock import SleeplessClock

log = structlog.get_logger("agent.supervising")

FORWARDED: Final = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGQUIT)
"""Signals that may mean something to the program."""


class Supervision:
    """Runs the program of `exec` with the variables of all `env_template` stanzas.

    Args:
        settings: the `exec` stanza.
        session: who is logged in.
        upstream: the server.
        variables: the agent's environment, which the program has, too.
        turn: when the program may be restarted.
        kept: what outlives the process.

    Attributes:
        rendered: whether each variable was rendered once.

    Raises: `UnknownSignal`.
    """

    def __init__(
        self,
        config: AgentConfig,
        settings: Exec,
        session: Session,
        upstream: Upstream,
        variables: Mapping[str, str] = os.environ,
        *,
        kept: Kept | None = None,
        turn: Turn = AT_ANY_TIME,
    ) -> None:
        clock = SleeplessClock()
        self._settings = settings
        self._names = _names_of(config)
        made = Variables(self._names)
        self._supervisor = Supervisor(settings, variables, made, clock, turn=turn)
        self._templates = Templates(
            config,
            lambda wanted: wanted.env_templates,
            lambda template: VariableOutlet(made, template.map_to_environment_variable),
            session,
            upstream,
            variables=variables,
            kept=kept,
        )
        self.rendered = self._templates.rendered

    async def run(self) -> int:
        """Run the program as soon as its environment is complete, until it ends by itself: its status.

        When this is cancelled, the program is told to end, and waited for.

        Raises:
            RenderingEnded: the configuration says that the agent ends because of a failure; the program has ended, too.
            NotStarted: the program can't be started.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                keeping = tasks.create_task(self._templates.run())
                with self._forwarding():
                    status = await self._supervisor.run()
                keeping.cancel()
        except* (RenderingEnded, NotStarted) as group:
            raise group.exceptions[0] from None
        return status

    @property
    def program(self) -> Supervisor:
        """The program."""
        return self._supervisor

    def reload(self, config: AgentConfig) -> None:
        """Make the variables as another configuration says.

        Another program, and other names of variables, need a restart of the agent.  They are told of.
        """
        exec_ = None if config.exec is None else replace(config.exec, where=self._settings.where)
        if _names_of(config) != self._names or exec_ != self._settings:
            log.warning(
                "other names of variables, or another program, need a restart of the agent: all stays as it was"
            )
            return
        self._templates.reload(config)

    def status(self) -> RenderingStatus:
        """How everything is."""
        return self._templates.status()

    def close(self) -> None:
        """Give back what was taken, after the end of `run`.  Leases end by themselves."""
        self._templates.close()

    def forward(self, number: int) -> None:
        """Send the program a signal that the agent got, for who handles such signals before."""
        self._supervisor.forward(number)

    @contextmanager
    def _forwarding(self) -> Iterator[None]:
        """Send the program, for the time of the block, those signals that nobody else in the agent handles."""
        loop = asyncio.get_running_loop()
        free = [number for number in FORWARDED if signal.getsignal(number) is signal.SIG_DFL]
        for number in free:
            loop.add_signal_handler(number, self.forward, number)
        try:
            yield
        finally:
            for number in free:
                loop.remove_signal_handler(number)


def _names_of(config: AgentConfig) -> set[str]:
    return {each.map_to_environment_variable for each in config.env_templates}
