"""Takes snapshots of the store in use, and vouches for them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from strongroom.barrier.barrier import Barrier
from strongroom.lib.clock import Clock
from strongroom.lib.errors import RateLimited, StrongroomError
from strongroom.lib.fault import where
from strongroom.snapshot import sums
from strongroom.snapshot.making import gather, written
from strongroom.snapshot.meta import Origin
from strongroom.snapshot.staging import Staging

log = structlog.get_logger("snapshots")

_PIECE_BYTES: Final = 256 * 1024
"""What a thread gets ready before the others have their turn."""
_AT_ONCE: Final = 2
"""Snapshots that one process works on.  Each takes as much room on disk as the store."""


@dataclass(frozen=True, slots=True)
class About:
    """What every snapshot says of where it was made."""

    version: str
    storage: str
    cluster_id: str
    cluster_name: str


class Snapshots:
    """Makes snapshots in one process.

    Args:
        work: the directory in which they are put together.
        directories: where the API may have them kept.
    """

    def __init__(
        self, barrier: Barrier, clock: Clock, about: About, work: Path, directories: tuple[str, ...] = ()
    ) -> None:
        self.barrier = barrier
        self.clock = clock
        self.work = work
        self.directories = directories
        self.working: set[asyncio.Task[None]] = set()
        """Restores that go on."""
        self.about = about
        self._slots = _AT_ONCE

    @property
    def key(self) -> bytes:
        """The key with which the cluster's unsealed servers vouch for snapshots.  It outlives rotations."""
        return self.barrier.keyring.purpose_key(sums.PURPOSE)

    def reserve(self) -> None:
        """Take one of the places for long work.  Raises `RateLimited` while there is none."""
        if not self._slots:
            raise RateLimited(f"{_AT_ONCE} snapshots are being worked on already: try again in a moment")
        self._slots -= 1

    def release(self) -> None:
        """Give the place back."""
        self._slots += 1

    def worked(self, task: asyncio.Task[None]) -> None:
        """A restore has ended.  Its failure is told, because its client may be gone."""
        self.working.discard(task)
        self.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            reason = error.detail or error.text if isinstance(error, StrongroomError) else where(error)
            log.error("a restore broke off: nothing is served until one was carried out whole", reason=reason)

    async def take(self) -> Taken:
        """Copy all rows, as they are at one moment.  The caller closes what it gets.

        Raises: `RateLimited`, `StorageError`, `FeedTooOld` if the store is written faster than it is read.
        """
        self.reserve()
        staging: Staging | None = None
        try:
            staging = Staging(self.work)
            about = Origin(
                version=self.about.version,
                created_at=self.clock.now(),
                storage=self.about.storage,
                revision=0,
                commit="",
                rows=0,
                cluster_id=self.about.cluster_id,
                cluster_name=self.about.cluster_name,
            )
            origin = await gather(self.barrier.storage, staging, about)
        except BaseException:
            if staging is not None:
                staging.close()
            self.release()
            raise
        return Taken(self, staging, origin)


class Taken:
    """The rows of a snapshot, ready to be written.  What reads them from the disk is done in a thread."""

    def __init__(self, by: Snapshots, staging: Staging, origin: Origin) -> None:
        self.origin = origin
        self._by = by
        self._staging = staging
        self._pieces = written(staging, origin, by.key)
        self._lock = threading.Lock()
        """Whoever gave up waiting for a piece closes this while its thread still works."""
        self._closed = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file, in pieces.  Raises `StorageError`."""
        while piece := await self.piece():
            yield piece

    async def piece(self) -> bytes:
        """The next piece of the file; nothing at its end.  Raises `StorageError`."""
        return await asyncio.to_thread(self._next)

    async def close(self) -> None:
        """Remove the rows from this machine's disk."""
        if not self._closed:
            self._closed = True
            self._by.release()
            await asyncio.to_thread(self._close)

    def _next(self) -> bytes:
        piece = bytearray()
        with self._lock:
            while not self._closed and len(piece) < _PIECE_BYTES and (more := next(self._pieces, None)) is not None:
                piece += more
        return bytes(piece)

    def _close(self) -> None:
        with self._lock:
            self._pieces = iter(())
            self._staging.close()


class Download(AsyncGenerator[bytes, None]):
    """A snapshot on its way to a client.  Whatever becomes of the client, the rows are removed."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken

    async def asend(self, value: None, /) -> bytes:
        """The next piece."""
        piece = await self._taken.piece()
        if not piece:
            await self.aclose()
            raise StopAsyncIteration
        return piece

    async def athrow(self, *words: object) -> bytes:
        """End with an error."""
        await self.aclose()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Remove the rows."""
        await self._taken.close()
