"""Group commit on PostgreSQL: one database transaction commits all waiting transactions of this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar, cast

import psycopg
import structlog
from psycopg import errors, sql

from strongroom.lib.errors import CommitUnknown, StorageError, StrongroomError
from strongroom.lib.fault import where
from strongroom.lib.postgresql.answering import NoAnswerError, answering
from strongroom.lib.rand import Random
from strongroom.storage.base import Revision
from strongroom.storage.batch import Outcome, Pending, Queue, settle_batch
from strongroom.storage.operations import Operation
from strongroom.storage.postgresql.connections import Connection, Connections, storage_error
from strongroom.storage.postgresql.rows import Rows
from strongroom.storage.postgresql.schema import Tables

log = structlog.get_logger(__name__)

T = TypeVar("T")

BATCH_ROWS = 2048
"""Rows that one batch touches at most."""


class Writer:
    """Commits batches, one at a time, on its own connection.

    Revision numbers are assigned under the lock of the head's row.  With a sequence, commits could become visible out
    of order, and a reader would miss a late one.  Each commit takes a shared advisory lock, so that `hold` can block
    all of them.
    """

    def __init__(self, connections: Connections, tables: Tables, advisory_key: tuple[int, int], random: Random) -> None:
        self._connections = connections
        self._tables = tables
        self._advisory_key = advisory_key
        self._random = random
        self._connection: Connection | None = None
        self._queue = Queue(BATCH_ROWS)
        self._draining = asyncio.create_task(self._drain(), name="strongroom-commit")
        self._draining.add_done_callback(self._drained)
        first, second = (sql.Literal(number) for number in advisory_key)
        # One simple query of three statements, so that the lock takes one round trip.
        lock = sql.SQL("BEGIN; SELECT pg_advisory_xact_lock_shared({}, {}); ").format(first, second)
        self._begin = lock.as_bytes() + tables.query("SELECT number, id FROM {head} FOR UPDATE")

    async def run(self, operation: Operation[T]) -> T:
        """Run an operation in the next batch."""
        if self._draining.done():
            raise StorageError("the store is closed")
        return await self._queue.put(operation)

    @asynccontextmanager
    async def hold(self, timeout_s: float) -> AsyncIterator[Connection]:
        """Block the commits of all processes.  Yields the connection that may commit.

        Raises: `StorageError` on time-out.
        """
        connection = await self._connections.connect()
        try:
            # At least a millisecond, because 0 means no limit.
            limit = f"{max(1, round(timeout_s * 1000))}ms"
            with answering(connection, timeout_s + self._connections.patience_s):
                await connection.execute(
                    "SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', '0', false)",
                    (limit,),
                )
                await connection.execute("SELECT pg_advisory_lock(%s, %s)", self._advisory_key)
        except errors.LockNotAvailable as error:
            await connection.close()
            raise StorageError("another transaction holds the store", detail=f"waited {timeout_s} s") from error
        except psycopg.Error as error:
            await connection.close()
            raise storage_error(error, "locking") from error
        except BaseException:
            await connection.close()
            raise
        try:
            yield connection
        finally:
            try:
                if not connection.closed:
                    # Closing the connection releases the lock too, but only when the server notices.
                    with contextlib.suppress(psycopg.Error), answering(connection, self._connections.patience_s):
                        await connection.execute("SELECT pg_advisory_unlock(%s, %s)", self._advisory_key)
            finally:
                await connection.close()

    async def run_held(self, connection: Connection, operation: Operation[T]) -> T:
        """Run an operation at once, on `hold`'s connection."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        pending: Pending[T] = Pending(operation, answer)
        committing = asyncio.create_task(self._commit_on(connection, [pending]))
        try:
            await asyncio.shield(committing)
        except asyncio.CancelledError:
            await asyncio.wait({committing})
            raise
        return await answer

    async def close(self) -> None:
        """Commit the waiting operations, then close the connection."""
        self._queue.close()
        await asyncio.wait({self._draining})
        if self._connection is not None:
            await self._connection.close()

    async def _drain(self) -> None:
        while await self._queue.arrival():
            batch = self._queue.take()
            try:
                await self._commit(batch)
            except Exception as error:  # after any error, no caller may wait for ever
                _fail(batch, error)

    def _drained(self, draining: asyncio.Task[None]) -> None:
        """Give an error to the callers that still wait when the loop of commits has ended."""
        self._queue.refuse(StorageError("the store is closed"))
        if not draining.cancelled() and (error := draining.exception()) is not None:
            log.error("the store's commits have ended", fault=where(error))

    async def _commit(self, batch: list[Pending[object]]) -> None:
        """Commit one batch, and deliver its results."""
        kept, self._connection = self._connection, None
        if kept is not None and not kept.closed:
            try:
                outcomes = await self._settle(kept, batch)
            except NoAnswerError as error:
                # COMMIT wasn't sent, and closing the connection rolls the transaction back.
                await kept.close()
                _fail(batch, error)
                self._queue.refuse(storage_error(error, "committing"))
                return
            except psycopg.OperationalError as error:
                if not kept.closed:
                    self._connection = kept
                    _fail(batch, error)
                    return
                # The connection was lost before COMMIT was sent, so nothing was committed, and the batch may be tried
                # again.
            except Exception as error:
                await kept.close()
                _fail(batch, error)
                return
            else:
                await self._finish(kept, outcomes)
                self._connection = kept
                return
        try:
            fresh = await self._connections.connect()
        except StorageError as error:
            _fail(batch, error)
            self._queue.refuse(error)
            return
        self._connection = fresh
        await self._commit_on(fresh, batch)

    async def _commit_on(self, connection: Connection, batch: list[Pending[object]]) -> None:
        try:
            outcomes = await self._settle(connection, batch)
        except Exception as error:
            _fail(batch, error)
            return
        await self._finish(connection, outcomes)

    async def _settle(self, connection: Connection, batch: list[Pending[object]]) -> list[Outcome]:
        """Everything except COMMIT."""
        patience_s = self._connections.patience_s
        try:
            with answering(connection, patience_s):
                # Never prepared, because a prepared query can't have three statements.
                cursor = await connection.execute(self._begin, prepare=False)
                while cursor.nextset():
                    pass
                number, revision_id = cast("tuple[int, bytes]", await cursor.fetchone())
                rows = Rows(self._tables, Revision(number, revision_id))
                await rows.load(connection, [pending.operation for pending in batch])
            outcomes = settle_batch(batch, rows, self._random)
            if rows.dirty:
                with answering(connection, patience_s):
                    await rows.store(connection)
        except BaseException:
            if not connection.closed:
                with answering(connection, patience_s):
                    await connection.execute("ROLLBACK")
            raise
        return outcomes

    async def _finish(self, connection: Connection, outcomes: list[Outcome]) -> None:
        """Commit, and deliver each caller's result."""
        warnings: list[str] = []

        def note(notice: errors.Diagnostic) -> None:
            if notice.severity_nonlocalized == "WARNING":
                warnings.append(str(notice.message_primary))

        connection.add_notice_handler(note)
        try:
            with answering(connection, self._connections.patience_s):
                cursor = await connection.execute("COMMIT")
        except psycopg.Error as error:
            refused = error.sqlstate is not None and not connection.closed
            for pending, outcome in outcomes:
                unknown = _unknown(outcome, str(error).strip())
                pending.deliver(storage_error(error, "committing") if refused else unknown)
            return
        finally:
            connection.remove_notice_handler(note)
        if warnings:
            # If the wait for a synchronous standby is cancelled, COMMIT succeeds with a warning.  The commit may still
            # be lost with this server.
            for pending, outcome in outcomes:
                pending.deliver(_unknown(outcome, "; ".join(warnings)))
            return
        if cursor.statusmessage != "COMMIT":
            # The response to COMMIT in a failed transaction.
            _fail([pending for pending, _ in outcomes], StorageError("the store failed", detail="it rolled back"))
            return
        for pending, outcome in outcomes:
            pending.deliver(outcome)


def _fail(batch: list[Pending[object]], error: Exception) -> None:
    """Deliver an error to a batch that wasn't committed."""
    if isinstance(error, psycopg.Error):
        error = storage_error(error, "committing")
    elif not isinstance(error, StorageError):
        error = StorageError("the store failed", detail=where(error))
    for pending in batch:
        pending.deliver(error)


def _unknown(outcome: Revision | StrongroomError, detail: str) -> StrongroomError:
    if isinstance(outcome, Revision):
        return CommitUnknown("it is not known whether the commit took place", revision_id=outcome.id, detail=detail)
    return outcome
