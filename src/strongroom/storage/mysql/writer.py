"""Group commit on MySQL: one database transaction commits all waiting transactions of this process."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from strongroom.lib.errors import StorageError
from strongroom.lib.fault import where
from strongroom.lib.rand import Random
from strongroom.storage.batch import Pending
from strongroom.storage.mysql.connections import Connections, Line
from strongroom.storage.mysql.failures import ROLLED_BACK, ConnectionLost, NoAnswerError, StatementFailed, storage_error
from strongroom.storage.mysql.hold import Hold, Pauses, held
from strongroom.storage.mysql.tables import Tables
from strongroom.storage.mysql.transaction import Attempts, HeadMissing, Held, HoldLost, Progress
from strongroom.storage.operations import Operation
from strongroom.storage.remote.commits import Commits, run_alone, unknown

T = TypeVar("T")

BATCH_ROWS = 2048
"""Rows that one batch touches at most."""


class Writer:
    """Commits batches, one at a time, on its own connection.

    Revision numbers are assigned under the lock of the head's row.  On Galera, where that lock is one node's, the row
    decides when the nodes compare what was committed: of two transactions that moved it, one is rolled back.
    """

    def __init__(self, connections: Connections, tables: Tables, random: Random) -> None:
        self._connections = connections
        self._random = random
        self._attempts = Attempts(tables, random)
        self._line: Line | None = None
        self._commits = Commits(BATCH_ROWS, self._commit_or_fail)

    async def run(self, operation: Operation[T]) -> T:
        """Run an operation in the next batch."""
        return await self._commits.run(operation)

    def hold(self, timeout_s: float) -> AbstractAsyncContextManager[Hold]:
        """Block the commits of all processes.  Raises `StorageError` on time-out."""
        return held(self._connections, self._attempts, self._random, timeout_s)

    async def run_held(self, hold: Hold, operation: Operation[T]) -> T:
        """Run an operation at once, inside a hold."""
        return await run_alone(operation, lambda batch: self._commit_held(hold, batch))

    async def close(self) -> None:
        """Commit the waiting operations, then close the connection."""
        await self._commits.close()
        if self._line is not None:
            self._line.leave()

    async def _commit_or_fail(self, batch: list[Pending[object]]) -> None:
        try:
            await self._commit(batch)
        except Exception as error:  # after any error, no caller may wait for ever
            _fail(batch, error)

    async def _commit(self, batch: list[Pending[object]]) -> None:
        """Commit one batch, and deliver its results."""
        pauses = Pauses(self._connections.answer_s)
        fresh = False
        while True:
            progress = Progress()
            if self._line is None or not self._line.usable:
                fresh = True
                try:
                    self._line, _ = await self._connections.open(writes=True)
                except StorageError as error:
                    _fail(batch, error)
                    self._commits.refuse(error)
                    return
            try:
                await self._attempted(self._line, batch, b"", progress)
            except Held:
                await pauses.pause()
            except StatementFailed as error:
                if error.number not in ROLLED_BACK:
                    raise
                await pauses.pause()
            except NoAnswerError as error:
                # COMMIT wasn't sent, and the server rolls back what a connection left behind.
                _fail(batch, error)
                self._commits.refuse(storage_error(error, "committing"))
                return
            except ConnectionLost:
                # Nor was it sent here.  A connection that was kept may have been dead for long.
                if fresh:
                    raise
            else:
                return

    async def _commit_held(self, hold: Hold, batch: list[Pending[object]]) -> None:
        pauses = Pauses(self._connections.answer_s)
        while True:
            try:
                await self._attempted(hold.line, batch, hold.id, Progress())
            except HoldLost:
                _fail(batch, StorageError("the exclusive hold of the store has ended", detail="it wasn't prolonged"))
                return
            except Exception as error:
                if not isinstance(error, StatementFailed) or error.number not in ROLLED_BACK:
                    _fail(batch, error)
                    return
                await pauses.pause()
            else:
                return

    async def _attempted(self, line: Line, batch: list[Pending[object]], hold: bytes, progress: Progress) -> None:
        """Make an attempt, and deliver its results if it came to COMMIT.

        Raises: what `Attempts.commit` does, if nothing was committed.
        """
        try:
            await line.run(lambda session: self._attempts.commit(session, batch, hold, progress))
        except (StatementFailed, ConnectionLost) as error:
            if progress.sent and not _took_no_effect(error):
                line.leave()
            if not progress.committed:
                if not progress.sent or _took_no_effect(error):
                    raise
                for pending, outcome in progress.outcomes:
                    pending.deliver(unknown(outcome, str(error)))
                return
        for pending, outcome in progress.outcomes:
            pending.deliver(outcome)


def _took_no_effect(error: StatementFailed | ConnectionLost) -> bool:
    return isinstance(error, StatementFailed) and error.number in ROLLED_BACK


def _fail(batch: list[Pending[object]], error: Exception) -> None:
    """Deliver an error to a batch that wasn't committed."""
    match error:
        case StatementFailed() | ConnectionLost():
            told: StorageError = storage_error(error, "committing")
        case StorageError():
            told = error
        case HeadMissing():
            told = StorageError("the store failed", detail=str(error))
        case _:
            told = StorageError("the store failed", detail=where(error))
    for pending in batch:
        pending.deliver(told)
