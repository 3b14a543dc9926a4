"""The exclusive hold of a store on PostgreSQL: an open transaction that has the advisory lock alone."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Self, cast

import psycopg
from psycopg import errors, sql

from strongroom.lib.errors import StorageError
from strongroom.lib.postgresql.answering import answering
from strongroom.storage.postgresql.connections import Connection, Connections, storage_error
from strongroom.storage.postgresql.schema import Tables

_PINGS = 4
"""Signs of life within the time after which the server ends an idle transaction."""
# Commits below a hold don't take the advisory lock, so one of an earlier hold may still be under way.  It has the
# head's row, for which this waits.  Going back to the savepoint gives the row back.
_OTHERS_ENDED = b"SAVEPOINT before; SELECT number FROM {head} FOR UPDATE; ROLLBACK TO SAVEPOINT before; "
_PROOF = sql.SQL("""
SELECT number, id FROM {{head}} WHERE EXISTS (
    SELECT FROM pg_locks
     WHERE locktype = 'advisory' AND classid = {space} AND objid = {tables} AND objsubid = 2
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND mode = 'ExclusiveLock' AND granted AND pid = {holder})
""")


class Hold:
    """Blocks the commits of all processes while it is entered.

    It is a transaction, and not a lock of the session, because a pooler gives the session to others.  A process that
    stops breathing loses it: the server ends a transaction that shows no sign of life.

    Args:
        advisory_key: the advisory lock that every commit shares.
        timeout_s: how long to wait for it.
    """

    def __init__(
        self, connections: Connections, tables: Tables, advisory_key: tuple[int, int], timeout_s: float
    ) -> None:
        self._connections = connections
        self._tables = tables
        self._advisory_key = advisory_key
        self._timeout_s = timeout_s
        self._holding: Connection | None = None
        self._holder = 0
        self._committing: Connection | None = None
        self._left = asyncio.Event()
        self._breathing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Wait for the commits in progress.  Raises `StorageError` on time-out."""
        connection = await self._connections.lend()
        try:
            with answering(connection, self._timeout_s + self._connections.patience_s):
                cursor = await connection.execute(self._take(), prepare=False)
                while cursor.nextset():
                    pass
                (self._holder,) = cast("tuple[int]", await cursor.fetchone())
        except errors.LockNotAvailable as error:
            await connection.close()
            raise StorageError("another transaction holds the store", detail=f"waited {self._timeout_s} s") from error
        except psycopg.Error as error:
            await connection.close()
            raise storage_error(error, "locking") from error
        except BaseException:
            await connection.close()
            raise
        self._holding = connection
        self._breathing = asyncio.create_task(self._breathe(connection), name="strongroom-hold")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let others commit."""
        self._left.set()
        try:
            if self._breathing is not None:
                await self._breathing
            for connection in (self._committing, self._holding):
                if connection is not None and not connection.closed:
                    # Closing the connection ends the transaction too, but only when the server notices.
                    with contextlib.suppress(psycopg.Error), answering(connection, self._connections.patience_s):
                        await connection.execute("ROLLBACK")
        finally:
            for connection in (self._committing, self._holding):
                if connection is not None:
                    await self._connections.give_back(connection)

    async def connection(self) -> Connection:
        """The connection for commits below the hold.  Raises `StorageError`."""
        if self._committing is None or self._committing.closed:
            self._committing = await self._connections.lend()
        return self._committing

    @property
    def begin(self) -> bytes:
        """Begins a commit below the hold.  The last result is the head's row, or none if the hold was lost."""
        space, tables = self._advisory_key
        proof = _PROOF.format(space=space, tables=tables % (1 << 32), holder=self._holder)
        query = b"SELECT number FROM {head} FOR UPDATE; " + proof.as_bytes()
        return self._connections.settings.begin() + self._tables.fill_in(query)

    def _take(self) -> bytes:
        # At least a millisecond, because 0 means no limit.
        limit = f"{max(1, round(self._timeout_s * 1000))}ms"
        begin = self._connections.settings.begin(lock_timeout=limit, statement_timeout="0")
        lock = sql.SQL("SELECT pg_advisory_xact_lock({}, {}); ").format(*self._advisory_key)
        return begin + lock.as_bytes() + self._tables.fill_in(_OTHERS_ENDED) + b"SELECT pg_backend_pid()"

    async def _breathe(self, connection: Connection) -> None:
        every_s = self._connections.settings.idle_s / _PINGS
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every_s):
                    await self._left.wait()
                return
            try:
                with answering(connection, self._connections.patience_s):
                    await connection.execute("SELECT")
            except psycopg.Error:
                return  # the next commit below the hold finds it lost
