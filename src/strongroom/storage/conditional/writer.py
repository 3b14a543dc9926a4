"""Group commit: one transaction of the store commits all waiting transactions of this process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, TypeVar

import structlog

from strongroom.lib.errors import FeedTooOld, StorageError
from strongroom.lib.fault import where
from strongroom.storage.batch import Pending
from strongroom.storage.conditional.cells import UnclearError
from strongroom.storage.conditional.foundation import Foundation
from strongroom.storage.conditional.holds import DEAD_AFTER_S, hold_lost
from strongroom.storage.conditional.large import Large
from strongroom.storage.conditional.layout import HEAD, ROLES, ROWS, Past
from strongroom.storage.conditional.looking import Seen
from strongroom.storage.conditional.rows import Rows
from strongroom.storage.conditional.transaction import (
    Settled,
    feed_cells,
    longest_inline,
    role_cells,
    row_cells,
    settle_fitting,
)
from strongroom.storage.operations import Operation
from strongroom.storage.remote.commits import Commits, run_alone, unknown

log = structlog.get_logger(__name__)

T = TypeVar("T")

_BATCH_ROWS: Final = 1024
"""Rows that one batch touches at most.  What doesn't fit into a transaction of the store goes into the next."""
_FEED_COMMITS: Final = 4096
"""The most commits that a prefix's check reads back.  An older listing conflicts."""
_AGAIN_S: Final = 0.1


class Writer:
    """Commits batches, one at a time.

    All commits of all nodes have one order, because each transaction depends on the head as it was, and replaces it.
    Whoever loses that race reads again, and decides again.
    """

    def __init__(self, base: Foundation) -> None:
        self._cells = base.cells
        self._looking = base.looking
        self._feed = base.feed
        self._holds = base.holds
        self._clock = base.clock
        self._random = base.random
        self._patience_s = base.patience_s
        self._large = Large(base.cells)
        self._commits = Commits(_BATCH_ROWS, self._finish)

    async def run(self, operation: Operation[T]) -> T:
        """Run an operation in the next batch."""
        return await self._commits.run(operation)

    async def run_held(self, hold_id: str, operation: Operation[T]) -> T:
        """Run an operation at once, under this process's hold."""
        return await run_alone(operation, lambda batch: self._finish(batch, hold_id))

    async def close(self) -> None:
        """Commit the waiting operations."""
        await self._commits.close()

    async def load(self, operations: Sequence[Operation[object]]) -> tuple[Seen, Rows]:
        """The head, and what these operations may read of the store at it."""
        names = [ROWS + key for operation in operations for key in (*operation.checked(), *operation.counters())]
        names += [ROLES + role for operation in operations if (role := operation.role()) is not None]
        seen = await self._looking.snapshot(names)
        sinces = [since for operation in operations for since in operation.prefixes().values()]
        commits: list[Past] = []
        oldest = max(min(sinces, default=seen.head.number), seen.head.number - _FEED_COMMITS)
        if oldest < seen.head.number:
            try:
                # Only those after one that the feed still has are sure to be whole.
                since = await self._feed.since(oldest, seen.head)
                commits = [commit for commit in since if commit.number > oldest]
            except FeedTooOld:
                commits = []
        return seen, Rows(seen.head, seen.cells, commits, self._looking.now())

    async def _finish(self, batch: list[Pending[object]], hold_id: str | None = None) -> None:
        """Commit a batch in as many transactions as it needs.  Delivers a result or an error to each."""
        try:
            while batch:
                batch = batch[await self._commit(batch, hold_id) :]
        except Exception as error:  # after any error, no caller may wait for ever
            failed = error if isinstance(error, StorageError) else StorageError("the store failed", detail=where(error))
            for pending in batch:
                pending.deliver(failed)

    async def _commit(self, batch: list[Pending[object]], hold_id: str | None) -> int:
        """Commit the first operations of a batch in one transaction.  Returns how many they were."""
        deadline = self._clock.monotonic() + self._patience_s + DEAD_AFTER_S
        while True:
            seen, rows = await self.load([pending.operation for pending in batch])
            held = seen.head.hold
            if hold_id is not None and (held is None or held.id != hold_id):
                raise hold_lost()
            if hold_id is None and held is not None:
                if await self._holds.wait(held):
                    await self._end_hold(seen)
                elif self._clock.monotonic() > deadline:
                    raise StorageError("another transaction holds the store", detail="waited for it to end")
                continue
            settled = settle_fitting(batch, rows, self._random, self._cells.capacity)
            if settled.writes and not settled.fits and hold_id is None:
                async with self._holds.hold(self._patience_s + DEAD_AFTER_S) as taken:
                    await self._finish(batch[:1], taken)
                return 1
            if not settled.writes or await self._send(seen, settled, hold_id):
                for pending, outcome in settled.outcomes:
                    pending.deliver(outcome)
                return len(settled.outcomes)
            if self._clock.monotonic() > deadline:
                # All attempts surely came to nothing: others were quicker, or the store drops what it is sent.
                raise StorageError("the store failed", detail="a commit was tried again and again, and took no effect")

    async def _end_hold(self, seen: Seen) -> None:
        try:
            await self._cells.write({HEAD: seen.moved(hold=None)}, seen.guard)
        except UnclearError:
            return  # whoever looks next sees whether it happened
        log.warning("the hold of a process that stands still was ended")

    async def _send(self, seen: Seen, settled: Settled, hold_id: str | None) -> bool:
        """Send one transaction.  Returns whether it happened.  If it surely didn't, everything may be done again."""
        head = seen.head
        cells: dict[str, bytes | None] = {}
        fields: dict[str, object] = {"written_at": self._looking.now()}
        if settled.fits:
            cells |= row_cells(settled.commits)
        else:
            assert hold_id is not None
            cells |= await self._large.parted(settled.commits, hold_id)
        cells |= role_cells(settled.expiries)
        if settled.commits:
            last = settled.commits[-1][0]
            feed = feed_cells(settled.commits, head.newest, longest_inline(self._cells.capacity))
            cells |= feed
            fields |= {"number": last.number, "id": last.id, "newest": head.newest + len(feed)}
        if not settled.fits and hold_id is not None:
            cells, intent = await self._large.staged(cells, hold_id)
            fields["intent"] = intent
        while True:
            cells[HEAD] = seen.moved(**fields)
            try:
                if await self._cells.write(cells, seen.guard) > 0:
                    return True
            except UnclearError as error:
                return await self._happened(seen, settled, error)
            except StorageError:
                raise  # it says that nothing happened
            except Exception as error:  # it says nothing
                return await self._happened(seen, settled, UnclearError("the store failed", detail=where(error)))
            if hold_id is None:
                return False
            # Under a hold nobody else commits.  But the hold itself has been renewed while a large commit was staged.
            again = await self._looking.look()
            held = again.head.hold
            if again.head.revision != head.revision or held is None or held.id != hold_id:
                return False
            seen = again

    async def _happened(self, before: Seen, settled: Settled, error: UnclearError) -> bool:
        """Whether a transaction happened whose answer was lost.

        As long as the head is as it was, the transaction may be under way.  Replacing the head decides that it never
        arrives.

        Raises: `CommitUnknown` if the store doesn't answer.
        """
        deadline = self._clock.monotonic() + self._patience_s
        while True:
            try:
                seen = await self._looking.look()
                if seen.version != before.version:
                    return await self._is_there(seen, settled)
                if await self._cells.write({HEAD: seen.moved()}, seen.guard) > 0:
                    return False
            except StorageError:
                if self._clock.monotonic() > deadline:
                    break
                await asyncio.sleep(_AGAIN_S)
        for pending, outcome in settled.outcomes:
            pending.deliver(unknown(outcome, error.detail))
        raise error

    async def _is_there(self, seen: Seen, settled: Settled) -> bool:
        if not settled.commits:
            return False  # when a role's hold ends is decided again
        last = settled.commits[-1][0]
        if seen.head.number < last.number:
            return False
        if seen.head.revision == last:
            return True
        try:
            later = await self._feed.since(last.number, seen.head)
        except FeedTooOld as lost:
            raise UnclearError(
                "the store failed", detail="the feed was pruned past a commit without an answer"
            ) from lost
        return any((commit.number, commit.id) == (last.number, last.id) for commit in later)
