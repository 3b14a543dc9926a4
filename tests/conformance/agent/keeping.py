"""Dependencies that are kept for a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from strongroom.agent.dependencies.dependencies import Dependencies
from strongroom.agent.dependencies.dependency import Dependency
from strongroom.agent.dependencies.refreshing import Rule
from strongroom.agent.dependencies.state import State
from strongroom.agent.serving.kept.store import Kept
from strongroom.lib.clock import Clock
from tests.conformance.agent.world import World
from tests.sim.agent_session import TokenSession

PATIENCE_S = 30.0


@dataclass(eq=False)
class Asking:
    """Asks for dependencies as a template does.

    Attributes:
        is_ready: whether it could use another answer.
        told: how often it was told of an answer.
    """

    dependencies: Dependencies
    is_ready: bool = True
    told: int = 0

    def answered(self, dependency: Dependency) -> None:
        """Count."""
        self.told += 1

    def failed(self, dependency: Dependency) -> None:
        """A test looks at the state itself."""

    def want(self, *wanted: Dependency, rule: Rule | None = None) -> None:
        """Ask for these."""
        self.dependencies.want(self, frozenset(wanted), rule or Rule(300))

    def state(self, dependency: Dependency) -> State:
        """What is known."""
        return self.dependencies.state(dependency) or State()

    def value(self, dependency: Dependency) -> Any:
        """The answer."""
        answer = self.state(dependency).answer
        assert answer is not None
        return answer.value

    async def answer(self, dependency: Dependency) -> Any:
        """The answer, as soon as there is one."""
        await until(lambda: self.state(dependency).answer is not None)
        return self.value(dependency)


async def until(holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(patience_s):
        while not holds():
            await asyncio.sleep(0.02)


@dataclass
class Keeping:
    """What a test has."""

    asking: Asking
    session: TokenSession
    dependencies: Dependencies


@asynccontextmanager
async def keeping(
    world: World,
    ttl: str = "3600s",
    *,
    clock: Clock | None = None,
    kept: Kept | None = None,
    logs_in: bool = True,
    **request: Any,
) -> AsyncIterator[Keeping]:
    """Dependencies, kept by a session whose tokens last so long, until the block ends.

    Args:
        kept: what outlives them.
        logs_in: whether the session does.
    """
    upstream = world.upstream(clock)
    session = TokenSession(
        upstream, world.server.token, {"policies": ["app"], "ttl": ttl, "explicit_max_ttl": ttl, **request}
    )
    dependencies = Dependencies(session, upstream, clock=clock, kept=kept)
    running = asyncio.create_task(dependencies.run())
    try:
        if logs_in:
            await session.log_in()
        yield Keeping(Asking(dependencies), session, dependencies)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        upstream.close()
