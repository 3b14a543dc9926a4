"""Connections to PostgreSQL: how they are set up, shared and given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import psycopg
from psycopg import conninfo, errors, pq
from psycopg.pq import TransactionStatus

from strongroom.lib.errors import StorageError, StorageFull
from strongroom.lib.secret import Secret
from strongroom.storage.connection_url import UrlError, parse_connection_url

T = TypeVar("T")
Connection = psycopg.AsyncConnection[tuple[object, ...]]

# A peer that has gone silent is noticed in seconds, not after TCP's quarter of an hour.
_DEFAULTS = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "application_name": "strongroom",
    # Of several hosts in the URL, the primary.
    "target_session_attrs": "read-write",
}
_SESSION = """
SET statement_timeout = '30s';
SET lock_timeout = '10s';
SET idle_in_transaction_session_timeout = '60s';
SET default_transaction_isolation = 'read committed';
SELECT set_config('synchronous_commit', 'on', false)
 WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')
"""


def storage_error(error: psycopg.Error, doing: str) -> StorageError:
    """What to raise for `error`, met while `doing`.  PostgreSQL's texts name the host and the user, no password."""
    detail = f"{doing}: {type(error).__name__}: {str(error).strip()}"
    if isinstance(error, errors.DiskFull):
        return StorageFull("the store has no room left", detail=detail)
    return StorageError("the store failed", detail=detail)


class Connections:
    """Makes connections, and keeps a few for short reads.

    Args:
        connection_url: a URL or keyword string (`storage/connection_url.py`); its password is never shown.
        size: how many reads run at once.
    """

    def __init__(self, connection_url: str, size: int) -> None:
        try:
            url = parse_connection_url(connection_url)
        except UrlError as error:
            raise StorageError(f"the connection_url of the PostgreSQL storage is malformed: {error}") from None
        known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
        if missing := sorted(url.parameters.keys() - known):
            raise StorageError(f"the connection_url has {missing[0]}, which the installed libpq doesn't know")
        try:
            self._conninfo = Secret(conninfo.make_conninfo(**(_DEFAULTS | dict(url.parameters))).encode())
        except psycopg.ProgrammingError:
            # Its text may quote a value: neither the text nor the chain is kept.
            raise StorageError("the connection_url of the PostgreSQL storage is malformed") from None
        self._session = dict(url.session)
        self._idle: list[Connection] = []
        self._places = asyncio.Semaphore(size)
        self._closed = False

    async def connect(self) -> Connection:
        """A new connection, set up for durable commits.  Raises `StorageError`."""
        try:
            connection = await psycopg.AsyncConnection.connect(self._conninfo.reveal().decode(), autocommit=True)
        except psycopg.Error as error:
            raise storage_error(error, "connecting") from error
        try:
            await connection.execute(_SESSION)
            for name, value in self._session.items():
                await connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        except psycopg.Error as error:
            await connection.close()
            raise storage_error(error, "connecting") from error
        return connection

    async def read(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """Ask on a shared connection; once more on a new one if the kept one turns out to be dead.

        Raises: `StorageError`.
        """
        async with self._places:
            if self._closed:
                raise StorageError("the store is closed")
            if self._idle:
                try:
                    async with self._kept(self._idle.pop()) as connection:
                        return await question(connection)
                except psycopg.OperationalError:
                    await self._drop_idle()
                except psycopg.Error as error:
                    raise storage_error(error, "reading") from error
            try:
                async with self._kept(await self.connect()) as connection:
                    return await question(connection)
            except psycopg.Error as error:
                raise storage_error(error, "reading") from error

    async def close(self) -> None:
        """Close what is kept, once the reads under way have ended."""
        self._closed = True
        await self._drop_idle()

    @asynccontextmanager
    async def _kept(self, connection: Connection) -> AsyncIterator[Connection]:
        try:
            yield connection
        finally:
            usable = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
            if usable and not self._closed:
                self._idle.append(connection)
            else:
                await connection.close()

    async def _drop_idle(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()
