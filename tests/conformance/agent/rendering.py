"""Files that an agent renders for a test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strongroom.agent.config.config import AgentConfig
from strongroom.agent.config.reading import parse_config
from strongroom.agent.methods.approle import AppRole
from strongroom.agent.methods.method import Basis
from strongroom.agent.options import Given
from strongroom.agent.rendering.start import Templates, files
from strongroom.agent.rendering.status import RenderingStatus, TemplateStatus
from strongroom.agent.session.keeping import KeptSession
from strongroom.agent.session.requests import Requests
from strongroom.agent.session.state import Terms
from strongroom.lib.clock import SystemClock
from strongroom.server.config.reader import Where
from tests.conformance.agent.keeping import until
from tests.conformance.agent.world import World
from tests.sim.agent_session import TokenSession


@dataclass
class Agent:
    """A running one.

    Attributes:
        running: its task, for tests of how it ends.
    """

    rendering: Templates
    session: TokenSession
    running: asyncio.Task[Any]

    @property
    def status(self) -> RenderingStatus:
        """How everything is."""
        return self.rendering.status()

    def template(self, file: Path) -> TemplateStatus:
        """How a template is."""
        return next(each for each in self.status.templates if each.name == str(file))

    async def rendered(self) -> None:
        """Wait until all files are there."""
        async with asyncio.timeout(30):
            await self.rendering.rendered.wait()


def configured(text: str) -> AgentConfig:
    """A configuration in HCL."""
    return parse_config(text, "agent.hcl")


@asynccontextmanager
async def agent(world: World, text: str, *, ttl: str = "3600s", login: bool = True) -> AsyncIterator[Agent]:
    """Render the templates of a configuration until the block ends."""
    upstream = world.upstream()
    request = {"policies": ["app"], "ttl": ttl, "explicit_max_ttl": ttl}
    session = TokenSession(upstream, world.server.token, request)
    rendering = files(configured(text), session, upstream, {"PATH": os.environ["PATH"], "HOME": "/nowhere"})
    running = asyncio.create_task(rendering.run())
    try:
        if login:
            await session.log_in()
        yield Agent(rendering, session, running)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await running
        rendering.close()
        upstream.close()


@asynccontextmanager
async def agent_with_own_session(world: World, text: str, role: str, folder: Path) -> AsyncIterator[Templates]:
    """Render with the agent's own session, which logs in by a role of approle that needs no secret id."""
    (folder / "role-id").write_text(world.root.read(f"auth/approle/role/{role}/role-id")["data"]["role_id"])
    options = {"role_id_file_path": str(folder / "role-id")}
    upstream = world.upstream()
    given = Given(options, "method", Where("test", 1))
    method = AppRole(Basis(given, "auth/approle", {}, upstream, upstream.settings.tls))
    session = KeptSession(method, Requests(upstream, method), Terms(), SystemClock())
    rendering = files(configured(text), session, upstream, {"PATH": os.environ["PATH"]})
    running = [asyncio.create_task(session.run()), asyncio.create_task(rendering.run())]
    try:
        yield rendering
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        rendering.close()
        upstream.close()


async def holds(file: Path, content: str) -> None:
    """Wait until a file has this content."""
    await until(lambda: file.exists() and file.read_text() == content)
