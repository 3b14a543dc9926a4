"""A session with a PostgreSQL server: users made, changed and dropped."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import psycopg
from psycopg import errors

from strongroom.engines.database.driver import Account, Credential, Statements, Target
from strongroom.engines.database.drivers.postgresql import revocation, rights
from strongroom.engines.database.drivers.postgresql.connecting import Connection
from strongroom.engines.database.drivers.postgresql.errors import is_collision, is_gone, upstream
from strongroom.engines.database.drivers.postgresql.pool import Pool
from strongroom.engines.database.drivers.postgresql.settings import ways_of
from strongroom.engines.database.statements import POSTGRESQL, filled, placeholders
from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed

RENEWAL = ("ALTER ROLE \"{{name}}\" VALID UNTIL '{{expiration}}'",)
PASSWORD_CHANGE = ("ALTER ROLE \"{{name}}\" WITH PASSWORD '{{password}}'",)
_OTHER_QUOTES = (
    "a statement has set standard_conforming_strings to off, so quotes of the next ones would mean something else"
)
_MADE_NOBODY = (
    "creation_statements made no user of the name {{name}}, so nobody could drop it: put quotes around it, or the "
    "database makes its letters small"
)
_TRIES = 12
_LOCK = 0x5374_7264
"""Of the advisory lock under which users are made one at a time."""


class PostgresqlSession:
    """A session.

    Args:
        target: the server, and how it is used.
    """

    probe_statements = ("CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'",)

    def __init__(self, target: Target) -> None:
        self._pool = Pool(target)
        self._ways = ways_of(target.details)

    async def ping(self) -> None:
        """Log in."""
        async with self._pool.connection() as connection:
            await connection.execute("SELECT 1")

    async def create(self, account: Account, statements: Statements, rollback: Statements) -> None:
        """Make a user, in one transaction."""
        if not statements:
            raise UpstreamFailed("creation_statements are empty: the role says nothing of how a user is made")
        try:
            await self._carry_out(statements, account.username, account.credential, account.expires_at, makes=True)
        except UpstreamFailed:
            if rollback:
                with contextlib.suppress(UpstreamFailed):  # what went wrong first is what helps
                    await self._carry_out(rollback, account.username, account.credential, account.expires_at)
            raise

    async def renew(self, account: Account, statements: Statements) -> None:
        """Move the time after which the user's password isn't taken any more."""
        await self._carry_out(statements or RENEWAL, account.username, account.credential, account.expires_at)

    async def change(self, username: str, credential: Credential, statements: Statements) -> None:
        """Give a user another password."""
        await self._carry_out(statements or PASSWORD_CHANGE, username, credential)

    async def drop(self, username: str, statements: Statements) -> None:
        """Remove a user by the role's statements; without any, with all that it owns and its sessions."""
        if not statements:
            await self._drop(username)
            return
        if self._pool.target.terminate_sessions:
            async with self._pool.connection() as connection:
                await revocation.end_sessions(connection, username)
        try:
            await self._carry_out(statements, username, Credential())
        except UpstreamFailed as error:
            gone = isinstance(error.__cause__, psycopg.Error) and is_gone(error.__cause__)
            if not gone or await self._exists(username):
                raise

    async def logs_in(self, username: str, credential: Credential) -> bool:
        """Whether a user can log in by a password."""
        try:
            async with self._pool.connected(user=username, password=credential.password):
                return True
        except Unreachable:
            raise
        except UpstreamFailed as error:
            cause = error.__cause__
            # It may not use the database, or there is none: but it was let in before that was looked at.
            return isinstance(cause, errors.InsufficientPrivilege | errors.InvalidCatalogName)

    async def missing(self) -> list[str]:
        """What the server's own user lacks for making and dropping users."""
        async with self._pool.connection() as connection:
            return await rights.missing(connection)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    async def _drop(self, username: str) -> None:
        """Remove a user with all that it owns, also while somebody else does so."""
        for tries in range(1, _TRIES + 1):
            try:
                await revocation.drop(self._pool, username, self._ways)
            except UpstreamFailed as error:
                cause = error.__cause__
                if not isinstance(cause, psycopg.Error):
                    raise
                if is_gone(cause) and not await self._exists(username):
                    return
                if tries == _TRIES or not is_collision(cause):
                    raise
                await _pause(tries)
            else:
                return

    async def _exists(self, username: str) -> bool:
        async with self._pool.connection() as connection:
            return await revocation.exists(connection, username)

    async def _carry_out(
        self,
        statements: Sequence[str],
        username: str,
        credential: Credential,
        expires_at: float = 0.0,
        *,
        makes: bool = False,
    ) -> None:
        """Carry out statements in one transaction, again while others change the same rows.

        Args:
            makes: whether the user has to be there in the end.
        """
        async with self._pool.connection() as connection:
            values = _values(username, self._password(connection, username, credential), expires_at)
            texts = [_filled(text, values) for text in statements]
            try:
                await self._until_done(connection, texts, username if makes else "")
            except psycopg.Error as error:
                secrets = (*self._pool.secrets, credential.password, values.get("password", ""))
                raise upstream(error, self._pool.doing, secrets) from error

    async def _until_done(self, connection: Connection, texts: Sequence[str], makes: str) -> None:
        for tries in range(1, _TRIES + 1):
            try:
                await self._in_transaction(connection, texts, makes)
            except psycopg.Error as error:
                if tries == _TRIES or connection.closed or not is_collision(error):
                    raise
                await _pause(tries)
            else:
                return

    async def _in_transaction(self, connection: Connection, texts: Sequence[str], makes: str) -> None:
        async with connection.transaction():
            if self._ways.serialize:
                await connection.execute("SELECT pg_catalog.pg_advisory_xact_lock(%s)", (_LOCK,))
            for text in texts:
                if connection.info.parameter_status("standard_conforming_strings") == "off":
                    raise UpstreamFailed(_OTHER_QUOTES)
                # As bytes and without parameters, so that the server reads it whole, with all its semicolons.
                await connection.execute(text.encode())
            if makes and not await revocation.exists(connection, makes):
                raise UpstreamFailed(_MADE_NOBODY)

    def _password(self, connection: Connection, username: str, credential: Credential) -> str:
        """The password as the statements get it."""
        if not self._ways.scram or not credential.password:
            return credential.password
        made = connection.pgconn.encrypt_password(credential.password.encode(), username.encode(), b"scram-sha-256")
        return made.decode()


async def _pause(tries: int) -> None:
    await asyncio.sleep(random.uniform(0.01, 0.1) * tries)  # noqa: S311 - a pause, no secret


def _values(username: str, password: str, expires_at: float) -> Mapping[str, str]:
    """What placeholders stand for; of a password only where it is known."""
    until = datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%d %H:%M:%S+0000") if expires_at else "infinity"
    values = {"name": username, "username": username, "expiration": until}
    return {**values, "password": password} if password else values


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A statement with values.  Raises `UpstreamFailed`."""
    if "password" in placeholders(text) - values.keys():
        raise UpstreamFailed("a statement has {{password}}, and the user has none, or it isn't known any more")
    try:
        return filled(text, values, POSTGRESQL)
    except InvalidRequest as error:
        raise UpstreamFailed(f"a statement can't be filled in: {error.text}") from error
