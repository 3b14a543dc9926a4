"""`SqliteStorage`: the default store."""

from __future__ import annotations

import asyncio
import os
import time
import weakref
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import apsw

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError, StorageFull
from strongroom.lib.rand import Random
from strongroom.storage.base import Add, Committer, Condition, Delta, Entry, Fence, Limits, Listing, Revision, Snapshot
from strongroom.storage.held import HeldCommitter
from strongroom.storage.keys import check_commit, check_page
from strongroom.storage.operations import Commit, GiveRole, TakeRole
from strongroom.storage.patience import PATIENCE_S
from strongroom.storage.sqlite.ballast import Ballast
from strongroom.storage.sqlite.files import UPKEEP_LOCK, FairLock, FileLock, OpenedFile, prepare_directory, unwritable
from strongroom.storage.sqlite.long_listings import PART, LongListings
from strongroom.storage.sqlite.reader import Reader
from strongroom.storage.sqlite.schema import connect, ensure_schema
from strongroom.storage.sqlite.upkeep import Upkeep
from strongroom.storage.sqlite.writer import Writer

_READ_CACHE_BYTES = 8 << 20
_WRITE_CACHE_BYTES = 8 << 20
_UPKEEP_CACHE_BYTES = 1 << 20
_LONG_CACHE_BYTES = 1 << 20
_START_ATTEMPTS = 3000
_START_PAUSE_S = 0.01

_crossed: list[object] = []
_started: weakref.WeakSet[SqliteStorage] = weakref.WeakSet()


class SqliteStorage:
    """A store in one directory, for the processes of one machine.

    The directory (0700) holds `strongroom.db`, SQLite's log and shared memory, two lock files and the ballast.

    Args:
        path: the directory; created if missing.
        clock: decides what has expired. random: makes the ids of commits. feed_commits: the least number of commits in
        the change feed. ballast_bytes: the size of the disk reserve for removing rows on a full disk.  It must exceed
        the growth of the database between two checkpoints. checkpoint_bytes: length of the log at which it is copied to
        the database. log_bytes: length at which writers wait until it can begin again. upkeep_interval_s: how often the
        log, the feed and the reserve are maintained, in seconds. patience_s: how long a caller waits for another
        process's lock, or for the disk. vfs: the name of a registered SQLite VFS, for tests with a failing disk.
        unsafe_synchronous: SQLite's `synchronous`; anything but `FULL` loses commits when the power fails.
    """

    limits = Limits(keys=4096, bytes=32 << 20, value_bytes=16 << 20)

    immediate = True

    def __init__(
        self,
        path: Path,
        clock: Clock,
        random: Random,
        *,
        feed_commits: int = 65_536,
        ballast_bytes: int = 16 << 20,
        checkpoint_bytes: int = 4 << 20,
        log_bytes: int = 256 << 20,
        upkeep_interval_s: float = 0.25,
        patience_s: float = PATIENCE_S,
        vfs: str | None = None,
        unsafe_synchronous: str = "FULL",
    ) -> None:
        self._path = path
        self._clock = clock
        self._random = random
        self._feed_commits = feed_commits
        self.reserve = Ballast(path, ballast_bytes)
        self._patience_s = patience_s
        self._checkpoint_bytes = checkpoint_bytes
        self._log_bytes = log_bytes
        self._upkeep_interval_s = upkeep_interval_s
        self._vfs = vfs
        self._synchronous = unsafe_synchronous
        self._reader: Reader | None = None
        self._long: LongListings | None = None
        self._file: OpenedFile | None = None
        self._writer: Writer | None = None
        self._upkeep: Upkeep | None = None
        self._locks: list[FileLock | FairLock] = []

    async def start(self) -> None:
        """Open the store, creating what is missing.

        Raises: `StorageError` when the directory can't be used, or its database is another program's or too new.
        """
        database = prepare_directory(self._path)
        commit_lock = FairLock(self._path)
        self._locks = [commit_lock]
        try:
            writing = await asyncio.to_thread(self._prepare, database, commit_lock)
            reading = connect(database, self._vfs, cache_bytes=_READ_CACHE_BYTES)
            listing = connect(database, self._vfs, cache_bytes=_LONG_CACHE_BYTES)
            copying = connect(database, self._vfs, cache_bytes=_UPKEEP_CACHE_BYTES)
            copying.execute(f"PRAGMA synchronous = {self._synchronous}").fetchall()
            file = OpenedFile(database)
            upkeep_lock = FileLock(self._path / UPKEEP_LOCK)
        except BaseException:
            commit_lock.close()
            raise
        self._locks.append(upkeep_lock)
        ballast = self.reserve
        self._reader = Reader(reading, self._clock)
        self._long = LongListings(Reader(listing, self._clock))
        self._file = file
        self._writer = Writer(
            writing, file, commit_lock, ballast, clock=self._clock, random=self._random, patience_s=self._patience_s
        )
        self._upkeep = Upkeep(
            copying,
            file,
            self._writer,
            upkeep_lock,
            ballast,
            interval_s=self._upkeep_interval_s,
            checkpoint_bytes=self._checkpoint_bytes,
            log_bytes=self._log_bytes,
            feed_commits=self._feed_commits,
        )
        _started.add(self)

    def _prepare(self, database: Path, commit_lock: FairLock) -> apsw.Connection:
        for _ in range(_START_ATTEMPTS):
            if commit_lock.try_acquire():
                break
            time.sleep(_START_PAUSE_S)
        else:
            raise StorageError(f"another process holds the storage at {self._path}")
        ballast = self.reserve
        try:
            try:
                connection = self._connect_writer(database)
            except StorageFull:
                # Opening needs space for the shared memory, and a store must open even on a full disk.
                while ballast.give_up():
                    pass
                connection = self._connect_writer(database)
            ballast.restore()
        finally:
            commit_lock.release()
        return connection

    def _connect_writer(self, database: Path) -> apsw.Connection:
        connection = connect(database, self._vfs, cache_bytes=_WRITE_CACHE_BYTES)
        ensure_schema(connection, database)
        connection.execute(f"PRAGMA synchronous = {self._synchronous}").fetchall()
        return connection

    async def close(self) -> None:
        """Commit the accepted operations, then close all files."""
        writer, upkeep, reader, long = self._writer, self._upkeep, self._reader, self._long
        self._writer = self._upkeep = self._reader = self._long = None
        if long is not None:
            await long.close()
        _started.discard(self)
        if upkeep is not None:
            await upkeep.close()
        if writer is not None:
            await writer.close()
        if reader is not None:
            reader.close()
        self._close_locks()

    def _close_locks(self) -> None:
        for lock in self._locks:
            lock.close()
        self._locks = []

    def disown(self) -> None:
        """In a forked child: drop the locks, which both processes share, and refuse every call."""
        # Kept alive, because closing a connection that crossed a fork is as wrong as using it.
        _crossed.append((self._reader, self._long, self._writer, self._upkeep))
        self._reader = self._long = self._writer = self._upkeep = None
        self._close_locks()

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        return self._opened().get(key)

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        return self._opened().get_many(keys)

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments below `prefix`; see `Storage.list`."""
        check_page(prefix, after, limit)
        return await self._listing(prefix, after, limit, deep=False)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`; see `Storage.scan`."""
        check_page(prefix, after, limit)
        return await self._listing(prefix, after, limit, deep=True)

    async def _listing(self, prefix: str, after: str, limit: int | None, *, deep: bool) -> Listing:
        reader = self._opened()
        most = PART if limit is None else min(limit, PART)
        listing = reader.scan(prefix, after, most) if deep else reader.list(prefix, after, most)
        if len(listing.names) < PART or limit == PART or self._long is None:
            return listing
        return await self._long.listing(prefix, after, limit, deep=deep)

    async def synced(self) -> Revision:
        """The newest revision of any process."""
        return self._opened().synced()

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`; raises `FeedTooOld`."""
        return self._opened().changed_since(revision)

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """The rows written after `since`; see `Storage.delta`."""
        return self._opened().delta(since, limit)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the commit with this id is in the feed."""
        return self._opened().committed(revision_id)

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once; see `Committer.commit`."""
        check_commit(self.limits, reads, writes, adds)
        operation = Commit(reads, writes, adds)
        if operation.only_checks:
            return self._opened().check(operation)
        return await self._writing().run(operation)

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Take or prolong `role`; its row is `role/` and the role's name.  See `Storage.lock`."""
        return await self._writing().run(TakeRole(role, holder, ttl_s))

    async def unlock(self, fence: Fence) -> None:
        """Release the role."""
        await self._writing().run(GiveRole(fence))

    async def now(self) -> float:
        """The machine's clock."""
        return self._clock.now()

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """Block all other commits; see `Storage.exclusive`."""
        return self._exclusive(timeout_s)

    @asynccontextmanager
    async def _exclusive(self, timeout_s: float) -> AsyncIterator[Committer]:
        writer = self._writing()
        async with writer.hold(timeout_s):
            yield HeldCommitter(partial(check_commit, self.limits), writer.run_held)

    def condition(self) -> Condition:
        """Its state; see `Storage.condition`."""
        if self._writer is None or self._reader is None:
            return Condition(trouble="the store is closed")
        try:
            trouble = self._writer.trouble or unwritable(self._path)
            return Condition(
                trouble=trouble,
                full=not self.reserve.present(),
                free_bytes=self.reserve.free_bytes(),
                reserve_bytes=self.reserve.left_bytes(),
                reusable_bytes=self._reader.reusable_bytes(),
            )
        except (OSError, StorageError) as error:
            return Condition(trouble=str(error))

    async def upkeep(self) -> bool:
        """Do one round of upkeep now.  Returns whether this process is the one that does it."""
        if self._upkeep is None:
            raise _closed()
        return await self._upkeep.run_once()

    async def prune(self, keep: int) -> None:
        """Prune the feed to its newest `keep` commits (at least one stays)."""
        if self._upkeep is None:
            raise _closed()
        await self._upkeep.prune(keep)

    def _opened(self) -> Reader:
        if self._reader is None or self._file is None:
            raise _closed()
        if not self._file.in_place:
            raise self._file.missed()
        return self._reader

    def _writing(self) -> Writer:
        if self._writer is None:
            raise _closed()
        return self._writer


def _closed() -> StorageError:
    return StorageError("the store is closed")


def _disown_all() -> None:
    for storage in list(_started):
        storage.disown()


# A connection must not cross a fork, and a child that outlives its parent would keep the parent's locks.
os.register_at_fork(after_in_child=_disown_all)
