"""Templates with all that they ask for: the one way in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NoReturn

from strongroom.agent.config.config import AgentConfig
from strongroom.agent.config.rendering import Template
from strongroom.agent.dependencies.dependencies import Dependencies
from strongroom.agent.rendering.building import Surround, build, rebuild
from strongroom.agent.rendering.outlet import Outlet, outlet_of
from strongroom.agent.rendering.rendering import RenderingEnded
from strongroom.agent.rendering.status import RenderingStatus, status_of
from strongroom.agent.serving.kept.store import Kept
from strongroom.agent.session.login import Session
from strongroom.agent.turns.turn import AT_ANY_TIME, Turn
from strongroom.agent.upstream import Upstream
from strongroom.lib.clock import SleeplessClock

THREADS: Final = 2
"""How many templates are executed at once: one that takes long holds up the next one no longer than the other."""


class Templates:
    """Keeps some of the templates of a configuration rendered.

    Args:
        stanzas: which ones.
        outlet_of: where the output of each goes.
        session: who is logged in.
        upstream: the server.
        variables: the agent's environment.
        kept: what outlives the process.
        turn: when commands may run.

    Attributes:
        rendered: whether each was rendered once, and the commands have been run: `exit_after_auth` waits for it.
    """

    def __init__(
        self,
        config: AgentConfig,
        stanzas: Callable[[AgentConfig], Sequence[Template]],
        outlet_of: Callable[[Template], Outlet],
        session: Session,
        upstream: Upstream,
        *,
        variables: Mapping[str, str],
        kept: Kept | None,
        turn: Turn = AT_ANY_TIME,
    ) -> None:
        self._dependencies = Dependencies(
            session,
            upstream,
            connections=config.template_config.max_connections_per_host or 1,
            kept=kept,
        )
        self._stanzas = stanzas
        self._outlet_of = outlet_of
        self._threads = ThreadPoolExecutor(THREADS, "strongroom-agent-templates")
        self._clock = SleeplessClock()
        self._given = Surround(self._dependencies, self._threads, variables, self._clock, turn)
        self._renderings = build(config, stanzas(config), outlet_of, self._given)
        self.rendered = self._renderings.rendered

    async def run(self) -> NoReturn:
        """Keep them rendered, until this is cancelled.

        Raises: `RenderingEnded` if the configuration says that the agent ends because of a failure.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._dependencies.run())
                tasks.create_task(self._renderings.run())
                await self.rendered.wait()
                self._dependencies.all_asked()
        except* RenderingEnded as ended:
            raise _first_of(ended) from None
        raise AssertionError("it ends by an error only")

    def reload(self, config: AgentConfig) -> None:
        """Keep those of another configuration rendered.  What both ask for isn't fetched again."""
        rebuild(self._renderings, config, self._stanzas(config), self._outlet_of, self._given)

    def status(self) -> RenderingStatus:
        """How everything is."""
        dependencies = self._dependencies
        return status_of(self._renderings, dependencies.states(), dependencies.outage, self._clock.monotonic())

    def close(self) -> None:
        """Give back what was taken, after the end of `run`.  Files stay, and leases end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def files(
    config: AgentConfig,
    session: Session,
    upstream: Upstream,
    variables: Mapping[str, str] = os.environ,
    *,
    kept: Kept | None = None,
    turn: Turn = AT_ANY_TIME,
) -> Templates:
    """The `template` stanzas, which are rendered to files."""
    return Templates(
        config,
        lambda wanted: wanted.templates,
        outlet_of,
        session,
        upstream,
        variables=variables,
        kept=kept,
        turn=turn,
    )


def _first_of(group: BaseExceptionGroup[RenderingEnded]) -> RenderingEnded:
    """One of the reasons for which several tasks ended."""
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, BaseExceptionGroup) else first
