"""Users of Redis: made, dropped, and given passwords on all servers of a connection.

Servers without replication of their users, and the nodes of a cluster, are given the same users one by one.  What fails
on one of them is undone on all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from strongroom.engines.database.driver import Account, Credential, Statements, Target
from strongroom.engines.database.drivers.redis.connection import LIMITS, Limits, Refused, Server, connected
from strongroom.engines.database.drivers.redis.rules import digest, making, rules_of, with_password
from strongroom.engines.database.drivers.redis.settings import ACLFILE, REWRITE, Place, Settings, settings_of
from strongroom.lib.errors import StrongroomError, Unreachable, UpstreamFailed

T = TypeVar("T")
_Failures = dict[Place, StrongroomError]


class _Exists(UpstreamFailed):
    """A user of that name is there already."""


class RedisSession:
    """The servers of one connection.  Each piece of work has a connection of its own."""

    def __init__(self, target: Target, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._target = target
        self._settings: Settings = settings_of(target.details)
        self._turns = asyncio.Semaphore(max(1, target.max_open))

    async def ping(self) -> None:
        """Prove that the target's user can log in, and manage users."""
        await self._everywhere(lambda server: server.ask("ACL", "WHOAMI"))

    async def create(self, account: Account, statements: Statements, rollback: Statements) -> None:
        """Make a user on all servers, or on none."""
        password = account.credential.password
        command = making(account.username, password, rules_of(statements))

        async def made(server: Server) -> None:
            if await server.ask("ACL", "GETUSER", account.username) is not None:
                raise _Exists(f"a user {account.username} is there already")
            await server.ask(*command, hidden=(password, digest(password)))
            await self._kept(server)

        _, failures = await self._tried(made, self._settings.places)
        if failures:
            mine = [place for place in self._settings.places if not isinstance(failures.get(place), _Exists)]
            await self._tried(lambda server: self._dropped(server, account.username), mine)
            raise next(iter(failures.values()))

    async def renew(self, account: Account, statements: Statements) -> None:
        """Nothing: the server keeps no times."""

    async def drop(self, username: str, statements: Statements) -> None:
        """Remove a user.  The server ends the sessions that the user has."""
        await self._everywhere(lambda server: self._dropped(server, username))

    async def change(self, username: str, credential: Credential, statements: Statements) -> None:
        """Give a user another password on all servers, or on none."""
        new = digest(credential.password)
        before: dict[Place, list[str]] = {}

        async def changed(server: Server) -> None:
            found = _passwords(await server.ask("ACL", "GETUSER", username))
            if found is None:
                raise UpstreamFailed(f"user {username} not found")
            before[server.place] = found
            await server.ask(*with_password(username, new), hidden=(credential.password, new))
            await self._kept(server)

        _, failures = await self._tried(changed, self._settings.places)
        if failures:

            async def restored(server: Server) -> None:
                await server.ask(*with_password(username, *before[server.place]), hidden=tuple(before[server.place]))
                await self._kept(server)

            await self._tried(restored, [place for place in before if before[place]])
            raise next(iter(failures.values()))

    async def logs_in(self, username: str, credential: Credential) -> bool:
        """Whether a user can log in at all servers."""

        async def tried(place: Place) -> bool:
            try:
                async with self._turns, connected(place, self._settings, username, credential.password, self._limits):
                    return True
            except Refused:
                return False

        return all(await asyncio.gather(*(tried(place) for place in self._settings.places)))

    async def close(self) -> None:
        """Nothing: no connection outlives its work."""

    async def _dropped(self, server: Server, username: str) -> None:
        await server.ask("ACL", "DELUSER", username)
        await self._kept(server)  # also if nobody was there: an attempt before this one may have ended in between

    async def _kept(self, server: Server) -> None:
        """Have the server write down its users, if it shall."""
        match self._settings.persistence:
            case mode if mode == ACLFILE:
                await server.ask("ACL", "SAVE")
            case mode if mode == REWRITE:
                if await _has_aclfile(server):
                    raise UpstreamFailed(
                        "the server keeps its users in an aclfile, which CONFIG REWRITE leaves alone: set "
                        "persistence_mode=aclfile"
                    )
                await server.ask("CONFIG", "REWRITE")

    async def _everywhere(self, work: Callable[[Server], Awaitable[Any]]) -> None:
        """Do some work on all servers.  Raises the first failure, after all have been tried."""
        _, failures = await self._tried(work, self._settings.places)
        if failures:
            raise next(iter(failures.values()))

    async def _tried(
        self, work: Callable[[Server], Awaitable[T]], places: tuple[Place, ...] | list[Place]
    ) -> tuple[dict[Place, T], _Failures]:
        """Do some work on servers: its results, and the failures."""
        results: dict[Place, T] = {}
        failures: _Failures = {}

        user, password = self._target.username, self._target.password

        async def one(place: Place) -> None:
            try:
                async with self._turns, connected(place, self._settings, user, password, self._limits) as server:
                    results[place] = await work(server)
            except StrongroomError as error:
                failures[place] = error

        await asyncio.gather(*(one(place) for place in places))
        return results, {place: failures[place] for place in places if place in failures}


async def _has_aclfile(server: Server) -> bool:
    """Whether the users are in a file of their own.  A user who may not ask for that is told no."""
    try:
        found = await server.ask("CONFIG", "GET", "aclfile")
    except Unreachable:
        raise
    except UpstreamFailed:
        return False
    return bool(found and found[-1])


def _passwords(found: Any) -> list[str] | None:
    """The digests of a user's passwords; None if there is no such user."""
    if not isinstance(found, list):
        return None
    fields = dict(zip(found[::2], found[1::2], strict=False))
    return [str(each) for each in fields.get("passwords", [])]
