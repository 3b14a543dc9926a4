"""Group commit on PostgreSQL: one database transaction commits all waiting transactions of this process."""

from __future__ import annotations

from typing import TypeVar, cast

import psycopg
from psycopg import errors, sql

from strongroom.lib.errors import StorageError
from strongroom.lib.fault import where
from strongroom.lib.postgresql.answering import NoAnswerError, answering
from strongroom.lib.rand import Random
from strongroom.storage.base import Revision
from strongroom.storage.batch import Outcome, Pending, settle_batch
from strongroom.storage.operations import Operation
from strongroom.storage.postgresql.connections import Connection, Connections, storage_error
from strongroom.storage.postgresql.hold import Hold
from strongroom.storage.postgresql.rows import Rows
from strongroom.storage.postgresql.schema import Tables
from strongroom.storage.remote.commits import Commits, run_alone, unknown

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
        self._commits = Commits(BATCH_ROWS, self._commit_or_fail)
        # One simple query of three statements, so that the lock takes one round trip.
        lock = sql.SQL("SELECT pg_advisory_xact_lock_shared({}, {}); ").format(*advisory_key).as_bytes()
        lock += tables.query("SELECT number, id FROM {head} FOR UPDATE")
        self._begin = b"BEGIN; " + lock
        self._begin_pooled = connections.settings.begin() + lock

    async def run(self, operation: Operation[T]) -> T:
        """Run an operation in the next batch."""
        return await self._commits.run(operation)

    def hold(self, timeout_s: float) -> Hold:
        """What blocks the commits of all processes.  Entering it raises `StorageError` on time-out."""
        return Hold(self._connections, self._tables, self._advisory_key, timeout_s)

    async def run_held(self, hold: Hold, operation: Operation[T]) -> T:
        """Run an operation at once, below a hold."""
        connection = await hold.connection()
        return await run_alone(operation, lambda batch: self._commit_on(connection, batch, hold.begin))

    async def close(self) -> None:
        """Commit the waiting operations, then close the connection."""
        await self._commits.close()
        if self._connection is not None:
            await self._connection.close()

    async def _commit_or_fail(self, batch: list[Pending[object]]) -> None:
        try:
            await self._commit(batch)
        except Exception as error:  # after any error, no caller may wait for ever
            _fail(batch, error)

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
                self._commits.refuse(storage_error(error, "committing"))
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
            self._commits.refuse(error)
            return
        self._connection = fresh
        await self._commit_on(fresh, batch)

    async def _commit_on(
        self, connection: Connection, batch: list[Pending[object]], begin: bytes | None = None
    ) -> None:
        try:
            outcomes = await self._settle(connection, batch, begin)
        except Exception as error:
            _fail(batch, error)
            return
        await self._finish(connection, outcomes)

    async def _settle(
        self, connection: Connection, batch: list[Pending[object]], begin: bytes | None = None
    ) -> list[Outcome]:
        """Everything except COMMIT.

        Args:
            begin: what begins the transaction and locks the head; by default, as every commit does.
        """
        patience_s = self._connections.patience_s
        if begin is None:
            begin = self._begin_pooled if self._connections.pooled else self._begin
        try:
            with answering(connection, patience_s):
                # Never prepared, because a prepared query can't have three statements.
                cursor = await connection.execute(begin, prepare=False)
                while cursor.nextset():
                    pass
                head = await cursor.fetchone()
                if head is None:
                    raise StorageError("another transaction may hold the store", detail="the exclusive hold was lost")
                number, revision_id = cast("tuple[int, bytes]", head)
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
        except Exception as error:
            told = str(error).strip() if isinstance(error, psycopg.Error) else where(error)
            refusal = None
            if isinstance(error, psycopg.Error) and _rolled_back(error) and not connection.closed:
                refusal = storage_error(error, "committing")
            for pending, outcome in outcomes:
                pending.deliver(refusal or unknown(outcome, told))
            if refusal is None:
                await connection.close()  # it may be out of step
            return
        finally:
            connection.remove_notice_handler(note)
        if warnings:
            # If the wait for a synchronous standby is cancelled, COMMIT succeeds with a warning.  The commit may still
            # be lost with this server.
            for pending, outcome in outcomes:
                pending.deliver(unknown(outcome, "; ".join(warnings)))
            return
        if cursor.statusmessage == "ROLLBACK":
            # The response to COMMIT in a failed transaction.
            _fail([pending for pending, _ in outcomes], StorageError("the store failed", detail="it rolled back"))
            return
        if cursor.statusmessage != "COMMIT":
            for pending, outcome in outcomes:
                pending.deliver(unknown(outcome, "the answer to COMMIT can't be understood"))
            await connection.close()
            return
        for pending, outcome in outcomes:
            pending.deliver(outcome)


def _rolled_back(error: psycopg.Error) -> bool:
    """Whether an answer to COMMIT says that nothing was committed.

    Of severity ERROR it does: after the commit is written, an error ends the server's process.  Class 08 is about
    connections, of which a pooler tells that has lost the server and keeps its client.  40003 says that it isn't known.
    """
    state = error.sqlstate or "08"
    return error.diag.severity_nonlocalized == "ERROR" and not state.startswith("08") and state != "40003"


def _fail(batch: list[Pending[object]], error: Exception) -> None:
    """Deliver an error to a batch that wasn't committed."""
    if isinstance(error, psycopg.Error):
        error = storage_error(error, "committing")
    elif not isinstance(error, StorageError):
        error = StorageError("the store failed", detail=where(error))
    for pending in batch:
        pending.deliver(error)
