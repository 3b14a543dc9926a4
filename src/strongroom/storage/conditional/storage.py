"""`ConditionalStorage`: the storage contract on any store that has small conditional transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import structlog

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.base import Add, Committer, Condition, Delta, Entry, Fence, Limits, Listing, Revision, Snapshot
from strongroom.storage.conditional.cells import Cells
from strongroom.storage.conditional.foundation import foundation
from strongroom.storage.conditional.reader import Reader
from strongroom.storage.conditional.upkeep import Upkeep
from strongroom.storage.conditional.writer import Writer
from strongroom.storage.keys import check_commit, check_depth, check_page
from strongroom.storage.operations import Commit, GiveRole, TakeRole
from strongroom.storage.patience import PATIENCE_S

log = structlog.get_logger(__name__)

FEED_CELLS: Final = 8192
_SPARE_CELLS: Final = 256
"""How much longer the feed may get until it is pruned, so that many cells go in one transaction."""
_CLEARED_EVERY: Final = 6
"""Turns of the upkeep after which what was left behind is looked for."""


class ConditionalStorage:
    """A store on `Cells`.

    Args:
        cells: the store's adapter.
        clock: this machine's, which is checked against the store's and the other nodes'.
        random: makes the ids of commits.
        max_parallel: the number of concurrent reads.
        patience_s: how long callers wait for others' holds, and for the answer to a transaction.
        feed_cells: the least number of transactions in the change feed.
        upkeep_interval_s: how often the feed is pruned, in seconds.
    """

    limits = Limits(keys=4096, bytes=32 << 20, value_bytes=16 << 20)
    reserve = None
    immediate = False

    def __init__(
        self,
        cells: Cells,
        clock: Clock,
        random: Random,
        *,
        max_parallel: int = 4,
        patience_s: float = PATIENCE_S,
        feed_cells: int = FEED_CELLS,
        upkeep_interval_s: float = 10.0,
    ) -> None:
        self._base = foundation(cells, clock, random, patience_s)
        self._upkeep = Upkeep(cells, self._base.looking)
        self._max_parallel = max_parallel
        self._feed_cells = feed_cells
        self._upkeep_interval_s = upkeep_interval_s
        self._reader: Reader | None = None
        self._writer: Writer | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect, and finish what a process that died may have left half done.

        Raises: `StorageError` if the store can't be reached, or isn't suitable.
        """
        try:
            await self._base.cells.start()
            await self._base.looking.look()
        except BaseException:
            await self._base.cells.close()
            raise
        self._reader = Reader(self._base, self._max_parallel)
        self._writer = Writer(self._base)
        self._keeping = asyncio.create_task(self._keep_short(), name="strongroom-upkeep")

    def condition(self) -> Condition:
        """Always the empty condition: a read finds all trouble."""
        return Condition()

    async def close(self) -> None:
        """Commit the accepted operations, then close all connections."""
        writer, reader, keeping = self._writer, self._reader, self._keeping
        self._writer = self._reader = self._keeping = None
        if keeping is not None:
            keeping.cancel()
            await asyncio.wait({keeping})
        if writer is not None:
            await writer.close()
        if reader is not None:
            await reader.close()
            await self._base.cells.close()

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        return await self._reading().get(key)

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        return await self._reading().get_many(keys)

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments below `prefix`; see `Storage.list`."""
        check_page(prefix, after, limit)
        return await self._reading().list(prefix, after, limit)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`; see `Storage.scan`."""
        check_page(prefix, after, limit)
        return await self._reading().scan(prefix, after, limit)

    async def synced(self) -> Revision:
        """The newest revision of any node."""
        return await self._reading().synced()

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`; raises `FeedTooOld`."""
        return await self._reading().changed_since(revision)

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """The rows written after `since`; see `Storage.delta`."""
        return await self._reading().delta(since, limit)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the feed contains the commit with this id."""
        return await self._reading().committed(revision_id)

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once; see `Committer.commit`."""
        check_commit(self.limits, reads, writes, adds)
        check_depth(self._base.cells.capacity.depth, writes, adds)
        operation = Commit(reads, writes, adds)
        if not operation.only_checks:
            return await self._writing().run(operation)
        _, rows = await self._writing().load([operation])
        operation.settle(rows)
        return operation.answer(rows.head)

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Take or prolong `role`; its row is `role/` and the role's name.  See `Storage.lock`."""
        return await self._writing().run(TakeRole(role, holder, ttl_s))

    async def unlock(self, fence: Fence) -> None:
        """Release the role."""
        await self._writing().run(GiveRole(fence))

    async def now(self) -> float:
        """This machine's clock, which was found to agree with the store's and the other nodes'."""
        return await self._reading().now()

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """Block all other commits; see `Storage.exclusive`."""
        return self._exclusive(timeout_s)

    @asynccontextmanager
    async def _exclusive(self, timeout_s: float) -> AsyncIterator[Committer]:
        writer = self._writing()
        async with self._base.holds.hold(timeout_s) as hold_id:
            yield _Exclusive(writer, hold_id, self.limits, self._base.cells.capacity.depth)

    async def prune(self, keep: int) -> None:
        """Prune the feed to its newest `keep` transactions (at least one stays)."""
        self._reading()
        await self._upkeep.prune(keep)

    async def clear(self) -> None:
        """Remove what dead processes have left, and large values that no row has any more."""
        self._reading()
        await self._upkeep.clear()

    async def _keep_short(self) -> None:
        failed = False
        turns = 0
        while True:
            await asyncio.sleep(self._upkeep_interval_s)
            turns += 1
            try:
                await self._upkeep.prune(self._feed_cells, _SPARE_CELLS)
                if turns % _CLEARED_EVERY == 0:
                    await self._upkeep.clear()
                failed = False
            except StorageError as error:
                if not failed:
                    log.warning("storage upkeep failed", error=error.text, detail=error.detail)
                failed = True

    def _reading(self) -> Reader:
        if self._reader is None:
            raise StorageError("the store is closed")
        return self._reader

    def _writing(self) -> Writer:
        if self._writer is None:
            raise StorageError("the store is closed")
        return self._writer


class _Exclusive:
    """The committer inside `exclusive`."""

    def __init__(self, writer: Writer, hold_id: str, limits: Limits, depth: int) -> None:
        self._writer = writer
        self._hold_id = hold_id
        self._limits = limits
        self._depth = depth

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once."""
        check_commit(self._limits, reads, writes, adds)
        check_depth(self._depth, writes, adds)
        return await self._writer.run_held(self._hold_id, Commit(reads, writes, adds))
