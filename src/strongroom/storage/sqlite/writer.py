"""Group commit: the transactions that wait in this process share one lock and one sync of the disk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import TypeVar, cast

import apsw
import structlog

from strongroom.lib.clock import Clock
from strongroom.lib.errors import CommitUnknown, StorageError, StrongroomError
from strongroom.lib.fault import where
from strongroom.lib.rand import Random
from strongroom.storage.base import Revision
from strongroom.storage.batch import Outcome, Pending, Queue, settle_batch
from strongroom.storage.operations import Operation
from strongroom.storage.patience import PATIENCE_S, patient
from strongroom.storage.room import Room
from strongroom.storage.sqlite.ballast import Ballast
from strongroom.storage.sqlite.errors import is_broken, is_full, storage_error
from strongroom.storage.sqlite.files import FairLock, OpenedFile
from strongroom.storage.sqlite.rows import Rows
from strongroom.storage.sqlite.schema import BUSY_TIMEOUT_MS, disconnect
from strongroom.storage.sqlite.thread import BlockingCalls

log = structlog.get_logger(__name__)

T = TypeVar("T")

BATCH_ROWS = 512
"""Rows that one batch touches at most: some 5 ms of the loop's time."""

_SPARED_PAGES = 64
"""Free pages that are left alone on a full disk: removing rows needs some itself."""


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
        patience_s: float = PATIENCE_S,
    ) -> None:
        # Waiting for a foreign lock would hold up the loop: it is done in the thread.
        connection.set_busy_timeout(0)
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
        self._stalled = ""
        self._patience_s = patience_s
        self._late: set[asyncio.Task[None]] = set()
        self._draining = asyncio.create_task(self._drain(), name="strongroom-commit")
        self._draining.add_done_callback(self._drained)

    @property
    def trouble(self) -> str:
        """Why nothing can be committed at the moment; empty when it can, as far as is known."""
        return self._broken or self._stalled

    @property
    def broken(self) -> bool:
        """Whether an I/O error has ended the writing of this process."""
        return bool(self._broken)

    async def run(self, operation: Operation[T]) -> T:
        """Run an operation in the next batch."""
        if self._draining.done():
            raise StorageError("the store is closed")
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
            await self._begin()
            oldest = self._rows.first()
            up_to = min(oldest + rows - 1, self._rows.head.number - keep)
            if up_to >= oldest:
                self._rows.prune(up_to)
            await _to_the_end(self._finish([]))
        except apsw.Error as error:
            self._abandon(error)
            raise storage_error(error, "pruning the feed") from error
        return max(0, up_to - oldest + 1)

    async def vacuum_held(self, pages: int, keep_pages: int) -> int:
        """Take up to `pages` free pages out of the file, leaving `keep_pages`; only inside `hold`.

        The file itself becomes shorter when the log is copied next.  Returns how many pages there were to take.
        """
        if self._broken:
            return 0
        try:
            await self._begin()
            count = min(pages, self._free_pages() - keep_pages)
            if count > 0:
                # In the thread: pages that are moved may have to be read first.
                await _to_the_end(self._vacuum(count))
            else:
                self._roll_back()
        except apsw.Error as error:
            self._abandon(error)
            raise storage_error(error, "giving back free pages") from error
        return max(0, count)

    async def _vacuum(self, pages: int) -> None:
        await self._thread.call(lambda: self._connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall())
        await self._thread.call(self._commit_transaction)

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
                await self._acquire_for_waiting()
                try:
                    await self._commit(self._queue.take())
                finally:
                    self._release()
            except Exception as error:
                # Whatever it is, nobody may wait for ever, and who comes later has a chance of his own.
                log.error("the store's lock failed", reason=str(error))
                self._queue.refuse(StorageError("the store failed", detail=f"locking: {error}"))

    def _drained(self, draining: asyncio.Task[None]) -> None:
        """Whoever waits when the commits have ended for good is told."""
        self._queue.refuse(StorageError("the store is closed"))
        if not draining.cancelled() and (error := draining.exception()) is not None:
            log.error("the store's commits have ended", fault=where(error))

    async def _acquire_for_waiting(self) -> None:
        """Take the lock; whoever waits for it too long is told so."""

        def tell() -> None:
            self._stalled = f"another process has held the store for {self._patience_s:g} s"
            self._queue.refuse(StorageError("the store failed", detail=self._stalled))

        with patient(self._patience_s, tell):
            await self._acquire()

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
        try:
            self._lock.release()
        finally:
            self._turn.release()

    def _give_back(self, waiting: asyncio.Task[None]) -> None:
        self._late.discard(waiting)
        if not waiting.cancelled() and waiting.exception() is None:
            self._release()

    async def _commit(self, batch: list[Pending[object]]) -> None:
        """Commit one batch and answer it; never raises."""
        try:
            await self._commit_batch(batch)
        except Exception as error:
            # Whatever it is - a directory that can't be looked at, a fault of ours -, nobody may wait for ever.
            self._roll_back()
            _deliver([(pending, StorageError("the store failed", detail=where(error))) for pending in batch])

    async def _commit_batch(self, batch: list[Pending[object]]) -> None:
        may_grow, log_copied = True, False
        while batch:
            batch = self._refuse(batch)
            outcomes: list[Outcome] = []
            try:
                full = not self._ballast.present()
                await self._begin()
                room = Room(self._reusable_bytes() if may_grow else 0) if full else None
                outcomes = settle_batch(batch, self._rows, self._random, room)
                await self._finish(outcomes)
            except apsw.Error as error:
                self._abandon(error)
                if is_full(error) and (may_grow or self._ballast.give_up()):
                    if not full:
                        may_grow = self._ballast.give_up()
                    elif may_grow and log_copied:
                        # What goes to pages that are free needs room in the log, which stays for what comes next.
                        may_grow = self._ballast.give_up(self._ballast.half_bytes)
                    log_copied = True
                    # At once, while there is room: pages that lengthen the database could not be copied later.
                    await self._thread.call(self._reuse_log)
                    continue
                self._fail(batch, outcomes, error)
            else:
                self._stalled = ""
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
        return batch

    async def _begin(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except apsw.BusyError:
            # Another program has the database locked.
            await self._thread.call(self._begin_waiting)
        self._rows.load()

    def _begin_waiting(self) -> None:
        self._connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        finally:
            self._connection.set_busy_timeout(0)

    def _free_pages(self) -> int:
        return cast(int, self._connection.execute("PRAGMA freelist_count").fetchall()[0][0])

    def _reusable_bytes(self) -> int:
        page_bytes = cast(int, self._connection.execute("PRAGMA page_size").fetchall()[0][0])
        return max(0, self._free_pages() - _SPARED_PAGES) * page_bytes

    async def _finish(self, outcomes: list[Outcome]) -> None:
        if not self._rows.dirty:
            self._roll_back()
            return

        def tell() -> None:
            self._stalled = f"the disk has not taken a commit for {self._patience_s:g} s"
            unknown = apsw.IOError(self._stalled)
            _deliver([(pending, _unknown(outcome, unknown)) for pending, outcome in outcomes])
            self._queue.refuse(StorageError("the store failed", detail=self._stalled))

        with patient(self._patience_s, tell):
            await self._thread.call(self._commit_transaction)

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
