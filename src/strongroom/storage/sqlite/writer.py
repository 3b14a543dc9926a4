"""Group commit: the waiting transactions of this process share one lock and one sync of the disk."""

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
from strongroom.storage.thread import BlockingCalls

log = structlog.get_logger(__name__)

T = TypeVar("T")

BATCH_ROWS = 512
"""The most rows of one batch.  They take some 5 ms of the event loop."""

_SPARED_PAGES = 64
"""Free pages that stay unused on a full disk, because removing rows needs some."""
_LONG_LOG_PAGES = 512
"""A longer log is copied at once on a disk that is nearly full: later, that would take much of the reserve."""


class Writer:
    """Commits batches, each under the lock that all processes of the store share.

    SQLite waits for its write lock by polling, which starves writers for seconds.  So a blocking `flock` comes first,
    and the batch is taken only when this lock is held.  A thread makes the two calls that block: the lock and the
    COMMIT. The statements between them run on the event loop's thread, because in another thread each of them would
    wait up to the interpreter's switch interval.
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
        # Waiting for a foreign lock would block the event loop, so the thread waits.
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
        self._log_pages = 0
        connection.set_wal_hook(self._note_log)
        self._patience_s = patience_s
        self._late: set[asyncio.Task[None]] = set()
        self._draining = asyncio.create_task(self._drain(), name="strongroom-commit")
        self._draining.add_done_callback(self._drained)

    @property
    def trouble(self) -> str:
        """Why nothing can be committed at present; empty if commits are known to work."""
        return self._broken or self._stalled

    @property
    def broken(self) -> bool:
        """Whether this process stopped writing after an I/O error."""
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
        """Delete up to `rows` rows of the feed, but not the newest `keep`; only inside `hold`.  Returns the number."""
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
        """Remove up to `pages` free pages from the file, but leave `keep_pages`; only inside `hold`.

        The file itself becomes shorter at the next checkpoint.  Returns the number of removable pages.
        """
        if self._broken:
            return 0
        try:
            await self._begin()
            count = min(pages, self._free_pages() - keep_pages)
            if count > 0:
                # In the thread, because moved pages may have to be read first.
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
        """Hold the lock that every commit of every process needs.  Raises `StorageError` on time-out."""
        waiting = asyncio.create_task(self._acquire())
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(waiting)
        except BaseException as error:
            # A thread in `flock` can't be cancelled.  When it gets the lock, it releases it at once.
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
        """Commit the waiting operations, then stop."""
        self._queue.close()
        await asyncio.wait({self._draining})
        # An abandoned hold may still get the lock, and a COMMIT in a hold may be running.
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
                # After any error, no caller may wait for ever.  Later callers try again.
                log.error("the store's lock failed", reason=str(error))
                self._queue.refuse(StorageError("the store failed", detail=f"locking: {error}"))

    def _drained(self, draining: asyncio.Task[None]) -> None:
        """Give an error to the callers that still wait when the loop of commits has ended."""
        self._queue.refuse(StorageError("the store is closed"))
        if not draining.cancelled() and (error := draining.exception()) is not None:
            log.error("the store's commits have ended", fault=where(error))

    async def _acquire_for_waiting(self) -> None:
        """Take the lock.  Callers that wait too long get an error."""

        def tell() -> None:
            self._stalled = f"another process has held the store for {self._patience_s:g} s"
            self._queue.refuse(StorageError("the store failed", detail=self._stalled))

        try:
            with patient(self._patience_s, tell):
                await self._acquire()
        finally:
            self._stalled = ""

    async def _acquire(self) -> None:
        await self._turn.acquire()
        try:
            # The lock is mostly free.  Trying costs a microsecond; the way through the thread costs a hundred.
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
        """Commit one batch, and deliver its results.  Never raises."""
        try:
            await self._commit_batch(batch)
        except Exception as error:
            # After any error (an unreadable directory, a bug of this server), no caller may wait for ever.
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
                        # Changes in free pages need space in the log.  The log keeps that space for later changes.
                        may_grow = self._ballast.give_up(self._ballast.half_bytes)
                    log_copied = True
                    # At once, while there is space: pages that make the database longer couldn't be copied later.
                    await self._thread.call(self._reuse_log)
                    continue
                self._fail(batch, outcomes, error)
            else:
                _deliver(outcomes)
                if self._log_pages > _LONG_LOG_PAGES and self._ballast.is_nearly_full():
                    await self._thread.call(self._reuse_log)
            return

    def _note_log(self, connection: apsw.Connection, database: str, pages: int) -> int:
        self._log_pages = pages
        return apsw.SQLITE_OK

    def _refuse(self, batch: list[Pending[object]]) -> list[Pending[object]]:
        """Give an error to the operations that can't be tried.  Returns the others."""
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

        try:
            with patient(self._patience_s, tell):
                await self._thread.call(self._commit_transaction)
        finally:
            self._stalled = ""

    def _commit_transaction(self) -> None:
        self._connection.execute("COMMIT")

    def _reuse_log(self) -> None:
        """Copy the log to the database.

        The next transaction then begins at the log's start, which needs no space.
        """
        with contextlib.suppress(apsw.Error):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _abandon(self, error: apsw.Error) -> None:
        self._roll_back()
        if is_broken(error):
            # After a failed sync the kernel may drop the pages and report success the next time.  No later write of
            # this process would be surely durable.
            self._broken = f"refused since an earlier error: {error}"

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except apsw.Error as error:
            self._broken = f"refused since a rollback failed: {error}"

    def _fail(self, batch: list[Pending[object]], outcomes: list[Outcome], error: apsw.Error) -> None:
        """Deliver an error to a batch that wasn't committed, or whose COMMIT failed."""
        if outcomes and is_broken(error):
            # The frames may have reached the disk.  If the machine stops before the next write, they count as
            # committed.
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
    """Await `work` to its end, and pass on a cancellation only then, because a COMMIT in progress needs its lock."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
