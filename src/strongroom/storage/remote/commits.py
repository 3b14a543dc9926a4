"""Group commit: the operations of this process that wait, and the task that commits them batch by batch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from strongroom.lib.errors import CommitUnknown, StorageError, StrongroomError
from strongroom.lib.fault import where
from strongroom.storage.base import Revision
from strongroom.storage.batch import Pending, Queue
from strongroom.storage.operations import Operation

log = structlog.get_logger(__name__)

T = TypeVar("T")

Commit = Callable[[list[Pending[object]]], Awaitable[object]]
"""Commits one batch, and delivers an outcome to each of its callers.  Raises nothing."""


class Commits:
    """Commits batches, one at a time.

    Args:
        most_rows: the most rows that all operations of one batch may touch.
        commit: see `Commit`.
    """

    def __init__(self, most_rows: int, commit: Commit) -> None:
        self._commit = commit
        self._queue = Queue(most_rows)
        self._draining = asyncio.create_task(self._drain(), name="strongroom-commit")
        self._draining.add_done_callback(self._drained)

    async def run(self, operation: Operation[T]) -> T:
        """Run an operation in the next batch."""
        if self._draining.done():
            raise StorageError("the store is closed")
        return await self._queue.put(operation)

    def refuse(self, error: StorageError) -> None:
        """Give all waiting callers an error: the store doesn't answer."""
        self._queue.refuse(error)

    async def close(self) -> None:
        """Commit the waiting operations."""
        self._queue.close()
        await asyncio.wait({self._draining})

    async def _drain(self) -> None:
        while await self._queue.arrival():
            await self._commit(self._queue.take())

    def _drained(self, draining: asyncio.Task[None]) -> None:
        """Give an error to the callers that still wait when the loop of commits has ended."""
        self._queue.refuse(StorageError("the store is closed"))
        if not draining.cancelled() and (error := draining.exception()) is not None:
            log.error("the store's commits have ended", fault=where(error))


async def run_alone(operation: Operation[T], commit: Commit) -> T:
    """Run an operation at once, in a batch of its own.  Whoever is cancelled meanwhile waits for its end."""
    answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    pending: Pending[T] = Pending(operation, answer)
    committing = asyncio.ensure_future(commit([pending]))
    try:
        await asyncio.shield(committing)
    except asyncio.CancelledError:
        await asyncio.wait({committing})
        raise
    return await answer


def unknown(outcome: Revision | StrongroomError, detail: str) -> StrongroomError:
    """What to tell a caller whose commit wasn't answered.  What was refused stays refused."""
    if isinstance(outcome, Revision):
        return CommitUnknown("it is not known whether the commit took place", revision_id=outcome.id, detail=detail)
    return outcome
