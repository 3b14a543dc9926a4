"""What one process does for all: checkpoints, a short feed, the ballast."""

from __future__ import annotations

import asyncio
from pathlib import Path

import apsw
import structlog

from strongroom.lib.errors import StorageError
from strongroom.storage.sqlite.files import Ballast, FileLock, OpenedFile
from strongroom.storage.sqlite.schema import disconnect
from strongroom.storage.sqlite.thread import BlockingCalls
from strongroom.storage.sqlite.writer import Writer

log = structlog.get_logger(__name__)

PRUNED_ROWS = 500
"""Rows of the feed that one commit drops: about a millisecond of the loop's time."""


class Upkeep:
    """Runs in every process, works in the one that holds the upkeep lock; the next takes over when that one dies.

    Args:
        connection: for checkpoints only, used in a thread.
        checkpoint_bytes: length of the log at which its pages are copied to the database.
        truncate_bytes: length at which writers are held off until it is empty; under steady load a checkpoint
            never catches up with them, and the log would only grow.
        feed_commits: how many commits the feed keeps.
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
        truncate_bytes: int,
        feed_commits: int,
    ) -> None:
        self._connection = connection
        self._file = file
        self._log = Path(connection.filename + "-wal")
        self._writer = writer
        self._lock = lock
        self._ballast = ballast
        self._interval_s = interval_s
        self._checkpoint_bytes = checkpoint_bytes
        self._truncate_bytes = truncate_bytes
        self._feed_commits = feed_commits
        self._elected = False
        self._round = asyncio.Lock()
        self._thread = BlockingCalls("strongroom-upkeep")
        self._task = asyncio.create_task(self._run(), name="strongroom-upkeep")

    async def run_once(self) -> bool:
        """One round of work; returns whether this process is the one that does it."""
        async with self._round:
            if not self._file.look():
                raise self._file.missed()
            if self._writer.broken:
                # This process must not write any more; one that may takes over.
                self._lock.release()
                self._elected = False
                return False
            self._elected = self._elected or self._lock.try_acquire()
            if self._elected:
                await self._checkpoint()
                await self.prune(self._feed_commits)
                await self._thread.call(self._ballast.restore)
            return self._elected

    async def prune(self, keep: int) -> None:
        """Shorten the feed to its newest `keep` commits, in small commits."""
        dropped = PRUNED_ROWS
        while dropped == PRUNED_ROWS:
            async with self._writer.hold():
                dropped = await self._writer.prune_held(PRUNED_ROWS, keep)

    async def close(self) -> None:
        """Stop after the round under way, and let another process do the work."""
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

    async def _checkpoint(self) -> None:
        full = not self._ballast.present()
        size = self._log_bytes()
        if size >= self._checkpoint_bytes or (full and size):
            # Once all of the log is copied, the next writer begins again at its start, which needs no room.
            await self._thread.call(self._copy_pages)
        if self._log_bytes() >= self._truncate_bytes:
            async with self._writer.hold():
                await self._thread.call(self._empty_log)

    def _log_bytes(self) -> int:
        try:
            return self._log.stat().st_size
        except FileNotFoundError:
            return 0

    def _copy_pages(self) -> None:
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _empty_log(self) -> None:
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.BusyError:
            # A foreign reader is in the way for longer than the timeout; the next round tries again.
            return
