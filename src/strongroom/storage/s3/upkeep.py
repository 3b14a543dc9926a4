"""Makes the checkpoints that this process's own turns have made due."""

from __future__ import annotations

import asyncio

import structlog

from strongroom.lib.errors import StorageError
from strongroom.lib.fault import where
from strongroom.storage.s3 import checkpoints
from strongroom.storage.s3.journal import Journal

log = structlog.get_logger(__name__)


class Upkeep:
    """Which process makes a checkpoint follows from the journal: the one whose turn made it due.

    So nobody asks for a role, and a store in which nothing happens costs nothing.  One that isn't made, because its
    process died, is made when the next one is due.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._making: asyncio.Task[None] | None = None
        self.failed = False
        """Whether the last one couldn't be made."""

    def due(self) -> None:
        """Make a checkpoint of the present state, unless one is being made."""
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._make(checkpoints.freeze(self._journal.state)))

    async def finished(self) -> None:
        """Wait for the checkpoint that is being made, if there is one."""
        if self._making is not None:
            await asyncio.wait({self._making})

    async def close(self) -> None:
        """Give up the one that is being made: without its manifest it doesn't count."""
        if self._making is not None:
            self._making.cancel()
            await asyncio.wait({self._making})

    async def _make(self, frozen: checkpoints.Frozen) -> None:
        try:
            await checkpoints.write(self._journal.objects, frozen)
            await checkpoints.clear(self._journal.objects)
        except Exception as error:
            detail = error.detail if isinstance(error, StorageError) else where(error)
            log.warning("a checkpoint of the store could not be made", detail=detail)
            self.failed = True
        else:
            self.failed = False
