"""Group commit: the transactions that wait in this process share one lock and one sync of the disk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import TypeVar

import apsw

from strongroom.lib.clock import Clock
from strongroom.lib.errors import CommitUnknown, StorageError, StorageFull, StrongroomError
from strongroom.lib.fault import where
from strongroom.lib.rand import Random
from strongroom.storage.base import Revision
from strongroom.storage.batch import Outcome, Pending, Queue, settle_batch
from strongroom.storage.operations import Operation
from strongroom.storage.sqlite.errors import is_broken, is_full, storage_error
from strongroom.storage.sqlite.files import Ballast, FairLock, OpenedFile
from strongroom.storage.sqlite.rows import Rows
from strongroom.storage.sqlite.schema import disconnect
from strongroom.storage.sqlite.thread import BlockingCalls

T = TypeVar("T")

BATCH_ROWS = 512
"""Rows that one batch touches at most: some 5 ms of the loop's time."""


class Writer:
    """Commits batches, each under the lock that all processes of the store share.

    SQLite's own waiting for the write lock polls and starves writers for seconds, so nobody gets that far: a blocking
    `flock` comes first, and the batch is taken only once it is held.  The thread does the two calls that block, the
    lock and the COMMIT.  The statements between them run on the loop's thread: in another thread each of them would
    wait up to the interpreter's switch interval to go on.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        file: OpenedFile,
        lock: FairLock,
        ballast: Ballast,
        *,
        clock: Clock,
        random: Random,
    ) -> None:
        self._connection = connection
        self._file = file
        self._lock = lock
        self._ballast = ballast
        self._random = random
        self._rows = Rows(connection, clock)
        self._queue = Queue(BATCH_ROWS)
        self._thread = BlockingCalls("strongroom-commit")
        self._turn = asyncio.Lock()
        self._broken = ""
        self._late: set[asyncio.Task[None]] = set()
        self._draining = asyncio.create_task(self._drain(), name="strongroom-commit")

    @property
    def broken(self) -> bool:
        """Whether an I/O error has ended the writing of this process."""
        return bool(self._broken)

    async def run(self, operation: Operation[T]) -> T:
        """Run an operation in the next batch."""
        return await self._queue.put(operation)

    async def run_held(self, operation: Operation[T]) -> T:
        """Run an operation at once; only inside `hold`."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        pending: Pending[T] = Pending(operation, answer)
        await _to_the_end(self._commit([pending]))
        return await answer

    async def prune_held(self, rows: int, keep: int) -> int:
        """Drop up to `rows` of the feed's rows, leaving the newest `keep`; only inside `hold`.  Returns how many."""
        if self._broken:
            return 0
        try:
            self._begin()
            oldest = self._rows.first()
            up_to = min(oldest + rows - 1, self._rows.head.number - keep)
            if up_to >= oldest:
                self._rows.prune(up_to)
            await _to_the_end(self._finish())
        except apsw.Error as error:
            self._abandon(error)
            raise storage_error(error, "pruning the feed") from error
        return max(0, up_to - oldest + 1)

    @contextlib.asynccontextmanager
    async def hold(self, timeout_s: float | None = None) -> AsyncIterator[None]:
        """Hold the lock that every commit of every process needs; raises `StorageError` on time-out."""
        waiting = asyncio.create_task(self._acquire())
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(waiting)
        except BaseException as error:
            # A thread in `flock` can't be called back: when the lock comes, it is given back at once.
            self._late.add(waiting)
            waiting.add_done_callback(self._give_back)
            if isinstance(error, TimeoutError):
                raise StorageError("another transaction holds the store", detail=f"waited {timeout_s} s") from error
            if isinstance(error, OSError):
                raise StorageError("the store failed", detail=f"locking: {error}") from error
            raise
        try:
            yield
        finally:
            self._release()

    async def close(self) -> None:
        """Commit what waits, then stop."""
        self._queue.close()
        await asyncio.wait({self._draining})
        # A hold that was given up may still be on its way, and a COMMIT inside one may be running.
        async with self.hold():
            self._thread.stop()
        disconnect(self._connection)

    async def _drain(self) -> None:
        while await self._queue.arrival():
            try:
                await self._acquire()
            except OSError as error:
                failed = StorageError("the store failed", detail=f"locking: {error}")
                _deliver([(pending, failed) for pending in self._queue.take()])
                continue
            try:
                await self._commit(self._queue.take())
            finally:
                self._release()

    async def _acquire(self) -> None:
        await self._turn.acquire()
        try:
            # Mostly it is free, and asking costs a microsecond, where the way through the thread costs a hundred.
            if not self._lock.try_acquire():
                await self._thread.call(self._lock.acquire)
        except BaseException:
            self._turn.release()
            raise

    def _release(self) -> None:
        self._lock.release()
        self._turn.release()

    def _give_back(self, waiting: asyncio.Task[None]) -> None:
        self._late.discard(waiting)
        if not waiting.cancelled() and waiting.exception() is None:
            self._release()

    async def _commit(self, batch: list[Pending[object]]) -> None:
        """Commit one batch and answer it; never raises."""
        relieved = False
        while batch:
            batch = self._refuse(batch)
            outcomes: list[Outcome] = []
            try:
                self._begin()
                outcomes = settle_batch(batch, self._rows, self._random)
                await self._finish()
            except apsw.Error as error:
                self._abandon(error)
                if is_full(error) and not relieved:
                    relieved = True
                    self._ballast.free()
                    # At once, while there is room: pages that lengthen the database could not be copied later.
                    await self._thread.call(self._reuse_log)
                    continue
                self._fail(batch, outcomes, error)
            except Exception as error:
                self._roll_back()
                _deliver([(pending, StorageError("the store failed", detail=where(error))) for pending in batch])
            else:
                _deliver(outcomes)
            return

    def _refuse(self, batch: list[Pending[object]]) -> list[Pending[object]]:
        """Answer what can't be tried at all; returns the rest."""
        if self._broken:
            _deliver([(pending, StorageError("the store failed", detail=self._broken)) for pending in batch])
            return []
        if not self._file.look():
            _deliver([(pending, self._file.missed()) for pending in batch])
            return []
        if self._ballast.present():
            return batch
        full = "the ballast is in use: only what frees room is committed"
        _deliver(
            [
                (pending, StorageFull("the store has no room left", detail=full))
                for pending in batch
                if not pending.operation.shrinks
            ]
        )
        return [pending for pending in batch if pending.operation.shrinks]

    def _begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._rows.load()

    async def _finish(self) -> None:
        if self._rows.dirty:
            await self._thread.call(self._commit_transaction)
        else:
            self._roll_back()

    def _commit_transaction(self) -> None:
        self._connection.execute("COMMIT")

    def _reuse_log(self) -> None:
        """Copy the log to the database, so that the next transaction begins at its start, which needs no room."""
        with contextlib.suppress(apsw.Error):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _abandon(self, error: apsw.Error) -> None:
        self._roll_back()
        if is_broken(error):
            # After a failed sync the kernel may drop the pages and report success next time: nothing that this
            # process would write from here on could be called durable.
            self._broken = f"refused since an earlier error: {error}"

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except apsw.Error as error:
            self._broken = f"refused since a rollback failed: {error}"

    def _fail(self, batch: list[Pending[object]], outcomes: list[Outcome], error: apsw.Error) -> None:
        """Answer a batch of which nothing was kept, or, if its COMMIT failed, perhaps nothing."""
        if outcomes and is_broken(error):
            # The frames may have reached the disk, and count as committed if the machine stops before another writes.
            _deliver([(pending, _unknown(outcome, error)) for pending, outcome in outcomes])
        else:
            _deliver([(pending, storage_error(error, "committing")) for pending in batch])


def _unknown(outcome: Revision | StrongroomError, error: apsw.Error) -> StrongroomError:
    if isinstance(outcome, Revision):
        return CommitUnknown("the store failed", revision_id=outcome.id, detail=str(error))
    return outcome


def _deliver(outcomes: list[Outcome]) -> None:
    for pending, outcome in outcomes:
        pending.deliver(outcome)


async def _to_the_end(work: Coroutine[object, None, None]) -> None:
    """Await `work`; a cancellation is passed on only when it has ended: a COMMIT under way needs its lock."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
