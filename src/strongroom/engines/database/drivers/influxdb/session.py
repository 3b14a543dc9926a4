"""Users of InfluxDB 1: made, dropped, and given passwords by statements."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from strongroom.engines.database.driver import Account, Credential, Statements, Target
from strongroom.engines.database.drivers.influxdb import influxql
from strongroom.engines.database.drivers.influxdb.api import Api, Forbidden, Missing, Refused
from strongroom.engines.database.drivers.influxdb.settings import settings_of
from strongroom.lib.errors import StrongroomError, Unreachable, UpstreamFailed


class InfluxSession:
    """A server.  Each statement is a request of its own, so there are no connections to keep."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._api = Api(settings_of(target.details))
        self._turns = asyncio.Semaphore(max(1, target.max_open))

    async def ping(self) -> None:
        """Prove that the target's user can log in, and is an administrator."""
        try:
            found = await self._exists(self._target.username)
        except Forbidden as error:
            raise UpstreamFailed("the provided user is not an admin of the influxDB server") from error
        if not found:  # it was let in all the same, because the server lets everybody in
            raise UpstreamFailed("the provided username is not a valid user in the influxdb")

    async def create(self, account: Account, statements: Statements, rollback: Statements) -> None:
        """Make a user.  What was done of it is undone if a statement fails."""
        values = _values(account.username, account.credential.password)
        queries = influxql.queries(statements or influxql.CREATE, values)
        undo = influxql.queries(rollback or influxql.DROP, _values(account.username))
        if await self._exists(account.username):
            raise UpstreamFailed(f"a user {account.username} is there already")
        try:
            for query in queries:
                await self._ask(query, account.credential.password)
            if not await self._exists(account.username):
                raise UpstreamFailed("creation_statements made no user of the name {{username}}")
        except StrongroomError:
            await self._all_tried(undo)
            raise

    async def renew(self, account: Account, statements: Statements) -> None:
        """Nothing: the server keeps no times."""

    async def drop(self, username: str, statements: Statements) -> None:
        """Remove a user.  All statements are tried, also after one that fails."""
        failed = await self._all_tried(influxql.queries(statements or influxql.DROP, _values(username)))
        if failed is not None and (isinstance(failed, Unreachable) or await self._exists(username)):
            raise failed

    async def change(self, username: str, credential: Credential, statements: Statements) -> None:
        """Give a user another password."""
        values = _values(username, credential.password)
        for query in influxql.queries(statements or influxql.SET_PASSWORD, values):
            await self._ask(query, credential.password)

    async def logs_in(self, username: str, credential: Credential) -> bool:
        """Whether the server lets a user in."""
        try:
            async with self._turns:
                await self._api.query("SHOW DATABASES", username, credential.password)
        except Refused:
            return False
        except Forbidden:
            return True
        return True

    async def close(self) -> None:
        """Nothing: there are no connections."""

    async def _exists(self, username: str) -> bool:
        (query,) = influxql.queries(influxql.EXISTS, _values(username))
        try:
            await self._ask(query)
        except Missing:
            return False
        return True

    async def _ask(self, query: str, *hidden: str) -> None:
        async with self._turns:
            await self._api.query(query, self._target.username, self._target.password, *hidden)

    async def _all_tried(self, queries: list[str]) -> StrongroomError | None:
        """Carry out statements.  The first failure, if there was one."""
        failed: StrongroomError | None = None
        for query in queries:
            try:
                await self._ask(query)
            except StrongroomError as error:
                failed = failed or error
                if isinstance(error, Unreachable):
                    break
        return failed


def _values(username: str, password: str | None = None) -> Mapping[str, str]:
    names = {"username": username, "name": username}
    return names if password is None else {**names, "password": password}
