"""The upkeep, which one process does for all: checkpoints, pruning the feed, freeing pages, restoring the reserve."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import apsw
import structlog

from strongroom.lib.errors import StorageError, StorageFull
from strongroom.lib.fault import where
from strongroom.storage.sqlite.ballast import Ballast
from strongroom.storage.sqlite.files import FileLock, OpenedFile
from strongroom.storage.sqlite.schema import INCREMENTAL, disconnect
from strongroom.storage.sqlite.write_ahead import WriteAheadLog
from strongroom.storage.sqlite.writer import Writer
from strongroom.storage.thread import BlockingCalls

log = structlog.get_logger(__name__)

PRUNED_ROWS = 500
"""Rows of the feed that one commit deletes.  This takes about a millisecond of the event loop."""

VACUUMED_PAGES = 256
"""Pages that one commit frees: a megabyte, which takes a thread some milliseconds."""
_VACUUMS = 16
"""The number of such commits in a round.  Other writers get their turns between them."""
_KEPT_PAGES = 1024
"""Free pages that stay in the database, because they will be needed again.  On a full disk, a quarter of them stays."""
_KEPT_PART = 8
"""The fraction of a large database that may be free."""
_LOG_ON_FULL_DISK_BYTES = 1 << 20


class Upkeep:
    """Runs in every process.  The one with the upkeep lock works; if it dies, another takes over.

    Args:
        connection: for checkpoints only, used in a thread.
        checkpoint_bytes: length of the log at which its pages are copied to the database.
        log_bytes: length at which writers wait until the log can begin again. feed_commits: the number of commits in
        the feed.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        file: OpenedFile,
        writer: Writer,
        lock: FileLock,
        ballast: Ballast,
        *,
        interval_s: float,
        checkpoint_bytes: int,
        log_bytes: int,
        feed_commits: int,
    ) -> None:
        self._connection = connection
        self._file = file
        self._log = WriteAheadLog(connection, ballast)
        self._writer = writer
        self._lock = lock
        self._ballast = ballast
        self._interval_s = interval_s
        self._checkpoint_bytes = checkpoint_bytes
        self._log_bytes = log_bytes
        self._version = 0
        self._feed_commits = feed_commits
        self._elected = False
        self._round = asyncio.Lock()
        self._thread = BlockingCalls("strongroom-upkeep")
        self._task = asyncio.create_task(self._run(), name="strongroom-upkeep")

    async def run_once(self) -> bool:
        """Do one round.  Returns whether this process is the one that does the upkeep."""
        async with self._round:
            if not self._file.look():
                raise self._file.missed()
            if self._writer.broken:
                # This process can no longer write.  Another process takes over.
                self._lock.release()
                self._elected = False
                return False
            self._elected = self._elected or self._lock.try_acquire()
            if self._elected:
                await self._checkpoint()
                await self.prune(self._feed_commits)
                if await self._vacuum():
                    await self._checkpoint(at_once=True)
                await self._thread.call(self._ballast.restore)
            return self._elected

    async def prune(self, keep: int) -> None:
        """Prune the feed to its newest `keep` commits, in small commits."""
        dropped = PRUNED_ROWS
        while dropped == PRUNED_ROWS:
            try:
                async with self._writer.hold():
                    dropped = await self._writer.prune_held(PRUNED_ROWS, keep)
            except StorageFull:
                return

    async def _vacuum(self) -> bool:
        """Return the pages of removed rows to the file system.  Returns whether there were any."""
        total, free, mode = (
            cast(int, self._connection.execute(f"PRAGMA {name}").fetchall()[0][0])
            for name in ("page_count", "freelist_count", "auto_vacuum")
        )
        keep = max(_KEPT_PAGES, total // _KEPT_PART) if self._ballast.present() else _KEPT_PAGES // 4
        if mode != INCREMENTAL or free < keep + VACUUMED_PAGES:
            return False
        for _ in range(_VACUUMS):
            try:
                async with self._writer.hold():
                    taken = await self._writer.vacuum_held(VACUUMED_PAGES, keep)
            except StorageFull:
                break  # the log has no space for the moved pages until it is copied
            if not self._ballast.present():
                # Otherwise the moved pages would make the log longer, on a full disk.
                await self._thread.call(self._log.copy)
            if taken < VACUUMED_PAGES:
                break
        return True

    async def close(self) -> None:
        """Stop after the present round, and let another process do the upkeep."""
        async with self._round:
            self._task.cancel()
        await asyncio.wait({self._task})
        self._thread.stop()
        disconnect(self._connection)

    async def _run(self) -> None:
        failed = False
        while True:
            await asyncio.sleep(self._interval_s)
            try:
                await self.run_once()
                failed = False
            except (apsw.Error, OSError, StorageError) as error:
                if not failed:
                    log.warning("storage upkeep failed", error=str(error), detail=getattr(error, "detail", ""))
                failed = True
            except Exception as error:  # a bug of this server must not end the upkeep: the log would grow for ever
                if not failed:
                    log.error("storage upkeep failed", fault=where(error))
                failed = True

    async def _checkpoint(self, *, at_once: bool = False) -> None:
        """Copy pages if the log has become long, and let it begin again if it would grow beyond its bounds."""
        full, length = not self._ballast.present(), self._log.file_bytes()
        if not length or (length < self._checkpoint_bytes and not full and not at_once):
            return
        copied = await self._thread.call(self._log.copy)
        version = self._log.version()
        idle, self._version = version == self._version, version
        if full:
            if self._log.file_bytes() >= _LOG_ON_FULL_DISK_BYTES:
                await self._while_nobody_writes(self._log.empty)
        elif idle:
            if length > self._checkpoint_bytes and not copied.left_bytes:
                await self._while_nobody_writes(self._log.empty)
        elif copied.used_bytes >= self._log_bytes:
            # Under steady load a checkpoint never catches up with the writers.  What came while the first one ran
            # is copied before they have to wait.
            copied = await self._thread.call(self._log.copy)
            if copied.left_bytes < self._checkpoint_bytes:
                await self._while_nobody_writes(self._log.begin_again)

    async def _while_nobody_writes(self, call: Callable[[], None]) -> None:
        async with self._writer.hold():
            await self._thread.call(call)
