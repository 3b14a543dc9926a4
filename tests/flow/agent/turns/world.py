"""A server with the engine `turns`, and instances that take turns on it, in time that passes when all of them wait."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from strongroom.agent.config.rendering import Turns
from strongroom.agent.session.login import Login
from strongroom.agent.turns import TurnTaker
from strongroom.client.client import NOTHING
from strongroom.client.errors import Unreachable, by_status
from strongroom.engines.turns import TurnsEngine
from strongroom.server.config.reader import Where
from strongroom.testing import PluginServer
from tests.sim.virtual_time import LoopClock

RULES = 'path "turns/take/web" { capabilities = ["update"] } path "turns/give/web" { capabilities = ["update"] }'
FAR = 1e9
TURNS = Turns(Where("agent.hcl", 1), path="turns/web")


class World:
    """A server whose clock goes as the loop does, and which ends what is due each second.

    Attributes:
        is_away: whether requests don't reach the server.
        hangs: whether requests aren't answered.
        requests: how many did.
    """

    def __init__(self, server: PluginServer) -> None:
        self.server = server
        self.is_away = False
        self.hangs = False
        self.requests = 0
        self._seen = asyncio.get_running_loop().time()

    @classmethod
    @contextlib.asynccontextmanager
    async def start(cls, **group: Any) -> AsyncIterator[World]:
        """A server with the group `web`; an empty mapping of settings makes none."""
        world = cls(await PluginServer.start(TurnsEngine))
        await world.server.ok("PUT", "sys/policies/acl/web", {"policy": RULES})
        if group:
            await world.server.ok("POST", "turns/groups/web", group)
        working = asyncio.create_task(world._work())
        try:
            yield world
        finally:
            working.cancel()

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The data of an answer to the operator."""
        self._tick()
        return (await self.server.ok(method, path, body)).body

    async def holders(self) -> list[str]:
        """Who has a turn."""
        return [each["holder"] for each in (await self.ok("GET", "turns/groups/web/holders"))["data"]["holders"]]

    async def token(self) -> str:
        """A token of an instance."""
        made = await self.ok("POST", "auth/token/create", {"policies": ["web"], "ttl": "0"})
        return str(made["auth"]["client_token"])

    async def revoke(self, token: str) -> None:
        """Revoke a token."""
        await self.ok("POST", "auth/token/revoke", {"token": token})

    async def instance(self, name: str, **settings: Any) -> Instance:
        """An instance that is logged in."""
        session = LoggedIn(self, Login(1, await self.token(), "", renewable=True, ends_at=FAR, last_end_at=FAR))
        return Instance(self, name, session, settings)

    async def ask(self, method: str, path: str, *, token: str = "", body: Any = NOTHING) -> Any:
        """Send the request of an instance, as its client does."""
        self._tick()
        if self.hangs:
            await asyncio.sleep(FAR)
        if self.is_away:
            raise Unreachable(method, path, "connection refused")
        self.requests += 1
        reply = await self.server.ask(method, path, None if body is NOTHING else body, token=token)
        if reply.status < 400:
            return reply.body
        errors = tuple(reply.body["errors"])
        raise by_status(reply.status)(method, path, reply.status, errors=errors, body=json.dumps(reply.body))

    def _tick(self) -> None:
        now = asyncio.get_running_loop().time()
        self.server.clock.advance(now - self._seen)
        self._seen = now

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._tick()
            await self.server.work()


class LoggedIn:
    """A session that logs in again when it is told that its token is refused."""

    def __init__(self, world: World, login: Login) -> None:
        self._world = world
        self._login = login
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self.current: Login | None = login
        self.asked_to_last: list[float] = []

    @property
    def token(self) -> str:
        """The last token."""
        return self._login.token

    def shorten(self, seconds: float) -> None:
        """Have this token, and those of all later logins, end so many seconds from now."""
        self._login = replace(self._login, last_end_at=asyncio.get_running_loop().time() + seconds)
        self.current = self._login

    async def after(self, number: int) -> Login:
        """The login in force, with a greater number."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.current is not None and self.current.number > number)
            assert self.current is not None
            return self.current

    def refused(self, login: Login) -> None:
        """Log in again, which takes a second."""
        if self.current is login:
            self.current = None
            task = asyncio.create_task(self._log_in())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def holds(self, login: Login) -> bool:
        """Whether it is the login in force, which the server knows."""
        return self.current is login

    async def lasting(self, seconds: float) -> Login:
        """Another login."""
        self.asked_to_last.append(seconds)
        self.current = None
        await self._log_in()
        return self._login

    async def _log_in(self) -> None:
        await asyncio.sleep(1)
        self._login = replace(self._login, number=self._login.number + 1, token=await self._world.token())
        async with self._changed:
            self.current = self._login
            self._changed.notify_all()


class Instance:
    """An instance of a service, with the agent's part that takes turns.

    Attributes:
        up: when each of its restarts began and ended, by the loop.
        is_well: what its health command says.
    """

    def __init__(self, world: World, name: str, session: LoggedIn, settings: dict[str, Any]) -> None:
        self.session = session
        self.name = name
        self.up: list[tuple[float, float]] = []
        self.is_well = True
        self.checked = 0
        self.taker = TurnTaker(replace(TURNS, **settings), world, session, holder=name, clock=LoopClock(), health=self)

    async def problem(self, limit_s: float) -> str:
        """What the health command says, after a tenth of a second."""
        assert limit_s > 0
        self.checked += 1
        await asyncio.sleep(0.1)
        return "" if self.is_well else "the health command ended with 7"

    async def restart(self, seconds: float = 0.05, *, fails: bool = False) -> None:
        """Restart when it is its turn."""
        async with self.taker.turn():
            began = asyncio.get_running_loop().time()
            await asyncio.sleep(seconds)
            self.up.append((began, asyncio.get_running_loop().time()))
            if fails:
                raise ValueError("the restart has failed")


def overlaps(instances: list[Instance]) -> Iterator[tuple[float, float]]:
    """The restarts that began before another one had ended."""
    restarts = sorted(restart for instance in instances for restart in instance.up)
    for earlier, later in pairwise(restarts):
        if later[0] < earlier[1]:
            yield later
