"""Connections to PostgreSQL: set up, shared and closed."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import psycopg
from psycopg import conninfo, errors, pq
from psycopg.pq import TransactionStatus

from strongroom.lib.errors import StorageError, StorageFull
from strongroom.lib.postgresql.answering import NoAnswerError, answering
from strongroom.lib.postgresql.connection_url import UrlError, parse_connection_url
from strongroom.lib.secret import Secret
from strongroom.storage.patience import PATIENCE_S
from strongroom.storage.postgresql.session import SessionSettings
from strongroom.storage.postgresql.timeline import LeftBehindError, Timeline

T = TypeVar("T")
Connection = psycopg.AsyncConnection[tuple[object, ...]]

# A peer that has gone silent is noticed in seconds, not after TCP's quarter of an hour.
_DEFAULTS = {
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "application_name": "strongroom",
    # Of several hosts in the URL, the primary.
    "target_session_attrs": "read-write",
}
_SPARE = 2
"""Lent connections that are kept: what one exclusive hold needs."""
_LEAST_CONNECT_TIMEOUT_S = 2
"""libpq's own bound."""


def storage_error(error: psycopg.Error, doing: str) -> StorageError:
    """The error to raise for `error`, which occurred while `doing`.

    PostgreSQL's texts contain host and user, no password.
    """
    detail = f"{doing}: {type(error).__name__}: {str(error).strip()}"
    if isinstance(error, errors.DiskFull):
        return StorageFull("the store has no room left", detail=detail)
    return StorageError("the store failed", detail=detail)


def in_each_order(parameters: Mapping[str, str]) -> list[dict[str, str]]:
    """The hosts of a connection URL, beginning with each of them in turn."""
    lists = {name: parameters[name].split(",") for name in ("host", "hostaddr", "port") if name in parameters}
    count = max((len(values) for values in lists.values()), default=1)
    # One port counts for all hosts.
    full = {name: values for name, values in lists.items() if len(values) == count}
    return [
        {name: ",".join(values[first:] + values[:first]) for name, values in full.items()} for first in range(count)
    ]


class Connections:
    """Makes connections, and keeps a few for short reads.

    Args:
        connection_url: a URL or keyword string (`lib/postgresql/connection_url.py`); its password is never shown.
        size: the number of concurrent reads. patience_s: the time limit for a response, and for connecting.
    """

    def __init__(self, connection_url: str, size: int, patience_s: float = PATIENCE_S) -> None:
        try:
            url = parse_connection_url(connection_url)
        except UrlError as error:
            raise StorageError(f"the connection_url of the PostgreSQL storage is malformed: {error}") from None
        known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
        if missing := sorted(url.parameters.keys() - known):
            raise StorageError(f"the connection_url has {missing[0]}, which the installed libpq doesn't know")
        self.settings = SessionSettings(url.session, patience_s)
        self.pooled = False
        """Whether a pooler was found between this process and the server.

        Then every statement is of the kind that works with one.  Such statements work without one, too.
        """
        hosts = url.parameters.get("host", "").count(",") + 1
        timeout = url.parameters.get("connect_timeout", "")
        timeout_s = int(timeout) if timeout.isdecimal() else 0
        if timeout_s <= 0:
            # Each of several hosts gets a part of the time, so that a host that is down leaves time for the next.
            timeout_s = max(_LEAST_CONNECT_TIMEOUT_S, math.ceil(patience_s / hosts))
        given = {**url.parameters, "connect_timeout": str(timeout_s)}
        defaults = _DEFAULTS | {"tcp_user_timeout": str(round(patience_s * 1000))}
        try:
            orders = [conninfo.make_conninfo(**(defaults | given | order)) for order in in_each_order(given)]
        except psycopg.ProgrammingError:
            # Its text may quote a value, so neither the text nor the exception chain is kept.
            raise StorageError("the connection_url of the PostgreSQL storage is malformed") from None
        self._orders = [Secret(order.encode()) for order in orders]
        self._timeline = Timeline()
        self.patience_s = patience_s
        self._connecting_s = max(patience_s, float(timeout_s * hosts))
        self._idle: list[Connection] = []
        self._spare: list[Connection] = []
        self._places = asyncio.Semaphore(size)
        self._closed = False

    async def connect(self) -> Connection:
        """A new connection, set up for durable commits.

        Of several hosts it is the first that takes writes, unless a failover has left that one behind.

        Raises: `StorageError`.
        """
        behind: LeftBehindError | None = None
        for infos in self._orders:
            try:
                return await self._connect(infos)
            except LeftBehindError as error:
                behind = behind or error
        assert behind is not None
        raise behind

    async def _connect(self, infos: Secret) -> Connection:
        try:
            async with asyncio.timeout(self._connecting_s):
                connection = await psycopg.AsyncConnection.connect(infos.reveal().decode(), autocommit=True)
        except psycopg.Error as error:
            raise storage_error(error, "connecting") from error
        except TimeoutError as error:
            detail = f"connecting: no answer within {self._connecting_s:g} s"
            raise StorageError("the store failed", detail=detail) from error
        try:
            with answering(connection, self.patience_s):
                await self._set_up(connection)
                await self._timeline.check(connection)
        except psycopg.Error as error:
            await connection.close()
            raise storage_error(error, "connecting") from error
        except StorageError:
            await connection.close()
            raise
        return connection

    async def _set_up(self, connection: Connection) -> None:
        told = connection.info.backend_pid
        cursor = await connection.execute(self.settings.for_session(told), prepare=False)
        while cursor.nextset():
            pass
        if await cursor.fetchone() != (told,):
            self.settings.refuse_pooler()
            # A statement that is prepared in one session isn't known in the next.
            connection.prepare_threshold = None
            self.pooled = True

    async def lend(self) -> Connection:
        """A connection for one user alone, who gives it back.  It has just answered.  Raises `StorageError`."""
        while self._spare:
            connection = self._spare.pop()
            try:
                with answering(connection, self.patience_s):
                    await connection.execute("SELECT")
            except psycopg.Error as error:
                await connection.close()
                if isinstance(error, NoAnswerError):
                    raise storage_error(error, "connecting") from error
            else:
                return connection
        return await self.connect()

    async def give_back(self, connection: Connection) -> None:
        """Keep a lent connection for the next user, or close it if it's in the middle of something."""
        usable = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
        if usable and not self._closed and len(self._spare) < _SPARE:
            self._spare.append(connection)
        else:
            await connection.close()

    async def read(self, question: Callable[[Connection], Awaitable[T]], times: int = 1) -> T:
        """Query on a shared connection.  If the cached connection is dead, query again on a new one.

        Args:
            times: the factor of this query's time limit.

        Raises: `StorageError`.
        """
        patience_s = self.patience_s * times
        await self._take_place()
        try:
            if self._closed:
                raise StorageError("the store is closed")
            if self._idle:
                kept = self._idle.pop()
                try:
                    async with self._kept(kept) as connection:
                        with answering(connection, patience_s):
                            return await question(connection)
                except psycopg.Error as error:
                    # The query isn't repeated if the server doesn't respond or aborts the query.
                    if isinstance(error, NoAnswerError) or not kept.closed:
                        raise storage_error(error, "reading") from error
                    await self._drop_idle()
            try:
                async with self._kept(await self.connect()) as connection:
                    with answering(connection, patience_s):
                        return await question(connection)
            except psycopg.Error as error:
                raise storage_error(error, "reading") from error
        finally:
            self._places.release()

    async def _take_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self.patience_s):
                await self._places.acquire()
        except TimeoutError as error:
            detail = f"reading: every connection was taken for {self.patience_s:g} s"
            raise StorageError("the store failed", detail=detail) from error

    async def renew(self) -> None:
        """Use new connections for the next queries, because the present ones lead to an unsuitable server."""
        await self._drop_idle()

    async def close(self) -> None:
        """Close the connections, after the reads in progress have ended."""
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
        idle, self._idle, self._spare = [*self._idle, *self._spare], [], []
        for connection in idle:
            await connection.close()
