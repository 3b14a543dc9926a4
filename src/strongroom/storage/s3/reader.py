"""Reads, from this process's memory, after it has followed the journal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from strongroom.lib.errors import StorageError
from strongroom.storage.base import Delta, Entry, Listing, Revision, Snapshot
from strongroom.storage.inmem.rows import Rows
from strongroom.storage.operations import Operation
from strongroom.storage.s3.clock import GOOD_S
from strongroom.storage.s3.journal import Journal
from strongroom.storage.s3.state import Draft
from strongroom.storage.shared_question import SharedQuestion

T = TypeVar("T")

_TICKS: Final = 16
"""Questions about the time within a second, to find where the service's seconds begin."""


class Reader:
    """Serves reads.  All waiting callers share one request about the journal's end."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._clock = journal.objects.service_clock
        self._newest = SharedQuestion(journal.follow)
        self._one_asks = asyncio.Lock()
        self._timing = asyncio.create_task(self._learn_time(), name="strongroom-time")

    async def close(self) -> None:
        """Serve the waiting callers."""
        self._timing.cancel()
        await asyncio.wait({self._timing})
        await self._newest.close()

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        return (await self._rows()).entries.get(key)

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        return (await self._rows()).get_many(keys)

    async def list(self, prefix: str, after: str, limit: int | None) -> Listing:
        """The distinct next segments below `prefix`."""
        return (await self._rows()).list(prefix, after, limit)

    async def scan(self, prefix: str, after: str, limit: int | None) -> Listing:
        """Every key below `prefix`, as its remainder."""
        return (await self._rows()).scan(prefix, after, limit)

    async def synced(self) -> Revision:
        """The newest revision."""
        return (await self._rows()).head

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`; raises `FeedTooOld`."""
        return (await self._rows()).changed_since(revision)

    async def delta(self, since: Revision, limit: int | None) -> Delta:
        """The rows written after `since`; raises `FeedTooOld`."""
        return (await self._rows()).delta(since, limit)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the commit with this id is in the feed."""
        return (await self._rows()).committed(revision_id)

    async def check(self, operation: Operation[T]) -> T:
        """Run an operation that writes nothing."""
        await self._rows()
        state = self._journal.state
        operation.settle(Draft(state, 0.0, state.hold))
        return operation.answer(state.rows.head)

    async def now(self) -> float:
        """The service's clock, to a quarter of a second."""
        await self._know_time()
        return self._clock.now()

    async def _know_time(self) -> None:
        """Ask around the end of a second, until the service's clock is known well."""
        async with self._one_asks:
            for _ in range(_TICKS):
                if self._clock.width_s < GOOD_S:
                    return
                await asyncio.sleep(1 / (_TICKS - 4))
                await self._newest.answer()

    async def _learn_time(self) -> None:
        """Know the time before somebody needs it.  Who needs it meets the error again."""
        with contextlib.suppress(StorageError):
            await self._know_time()

    async def _rows(self) -> Rows:
        """The rows, with everything that was written before the call."""
        await self._newest.answer()
        return self._journal.state.rows
