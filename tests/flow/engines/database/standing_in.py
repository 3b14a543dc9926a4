"""A stand-in for a database and its driver: users in memory."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from strongroom.engines.database import Database
from strongroom.engines.database.driver import Account, Credential, Session, Statements, Target
from strongroom.engines.database.sessions import Sessions
from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed

NAME = "standing-in"
ROOT = "root"
"""The server's own user."""


class Place:
    """What stands for a database, for all processes."""

    def __init__(self) -> None:
        self.users: dict[str, Credential] = {}
        self.root = "first"
        """The password of the server's own user."""
        self.down = False
        self.refuses = False
        """Whether it refuses to change passwords."""
        self.trusts = False
        """Whether it lets users in by any password."""
        self.clock = time.monotonic
        """Of the processes, for what they remember of it."""
        self.asked = 0
        self.open = 0
        """Sessions that aren't closed."""
        self.made: list[Account] = []
        self.statements: list[Statements] = []
        self.meanwhile: dict[str, Callable[[], Awaitable[None]]] = {}
        """What others do, once, before a call of that name ends."""

    async def wait(self, what: str) -> None:
        """Let others do what is set."""
        others = self.meanwhile.pop(what, None)
        if others is not None:
            await others()


class StandIn:
    """The driver."""

    names: ClassVar[tuple[str, ...]] = (NAME,)
    credential_types: ClassVar[tuple[str, ...]] = ("password", "rsa_private_key", "client_certificate")
    secret_details: ClassVar[frozenset[str]] = frozenset({"private_key"})

    def __init__(self, place: Place) -> None:
        self.place = place

    def username_template(self, plugin: str) -> str:
        """As long as it needs to be."""
        return "u-{{.RoleName}}-{{random 20}}"

    def check(self, plugin: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """Keeps what it knows."""
        if details.get("place") == "nowhere":
            raise InvalidRequest("there is no such place")
        return {name: value for name, value in details.items() if name in {"place", "private_key", "connection_url"}}

    def open(self, target: Target) -> Session:
        """A session."""
        self.place.open += 1
        return _Session(self.place, target)


class _Session:
    def __init__(self, place: Place, target: Target) -> None:
        self.place = place
        self.target = target

    def _ask(self) -> None:
        self.place.asked += 1
        if self.place.down:
            raise Unreachable("no answer")
        if self.target.password != self.place.root:
            raise UpstreamFailed("refused")

    async def ping(self) -> None:
        await self.place.wait("ping")
        self._ask()

    async def create(self, account: Account, statements: Statements, rollback: Statements) -> None:
        self._ask()
        self.place.users[account.username] = account.credential
        self.place.made.append(account)
        self.place.statements.append(statements)

    async def renew(self, account: Account, statements: Statements) -> None:
        self._ask()
        self.place.made.append(account)
        self.place.statements.append(statements)

    async def drop(self, username: str, statements: Statements) -> None:
        self._ask()
        self.place.users.pop(username, None)
        self.place.statements.append(statements)

    async def change(self, username: str, credential: Credential, statements: Statements) -> None:
        self._ask()
        if self.place.refuses:
            raise UpstreamFailed("refused")
        if username == ROOT:
            self.place.root = credential.password
        else:
            self.place.users[username] = credential
        self.place.statements.append(statements)
        await self.place.wait("change")
        if self.place.down:
            raise Unreachable("no answer")

    async def logs_in(self, username: str, credential: Credential) -> bool:
        self.place.asked += 1
        if self.place.down:
            raise Unreachable("no answer")
        if username == ROOT:
            return credential.password == self.place.root
        return self.place.trusts or self.place.users.get(username) == credential

    async def close(self) -> None:
        self.place.open -= 1


def engine_over(place: Place) -> Database:
    """An engine that knows the stand-in only."""

    def driver_of(plugin: str) -> StandIn:
        if plugin != NAME:
            raise InvalidRequest(f"plugin not found in the catalog: {plugin}")
        return StandIn(place)

    def now() -> float:
        return place.clock()

    return Database(Sessions(driver_of, clock=now))
