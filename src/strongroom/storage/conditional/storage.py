"""`ConditionalStorage`: the storage contract on any store that has small conditional transactions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.storage.base import Add, Revision
from strongroom.storage.conditional.cells import Cells
from strongroom.storage.conditional.foundation import foundation
from strongroom.storage.conditional.reader import Reader
from strongroom.storage.conditional.upkeep import Upkeep
from strongroom.storage.conditional.writer import Writer
from strongroom.storage.keys import check_depth
from strongroom.storage.operations import Commit
from strongroom.storage.patience import PATIENCE_S
from strongroom.storage.remote import Parts, Periodic, RemoteStorage

FEED_CELLS: Final = 8192
_SPARE_CELLS: Final = 256
"""How much longer the feed may get until it is pruned, so that many cells go in one transaction."""
_CLEARED_EVERY: Final = 6
"""Turns of the upkeep after which what was left behind is looked for."""


class ConditionalStorage(RemoteStorage[str]):
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
        super().__init__()
        self._base = foundation(cells, clock, random, patience_s)
        self._upkeep = Upkeep(cells, self._base.looking)
        self._max_parallel = max_parallel
        self._feed_cells = feed_cells
        self._upkeep_interval_s = upkeep_interval_s
        self._turns = 0

    async def _open(self) -> Parts[str]:
        """Connect, and finish what a process that died may have left half done."""
        base = self._base
        try:
            await base.cells.start()
            await base.looking.look()
        except BaseException:
            await base.cells.close()
            raise
        reader = Reader(base, self._max_parallel)
        writer = Writer(base)

        async def check(commit: Commit) -> Revision:
            _, rows = await writer.load([commit])
            commit.settle(rows)
            return commit.answer(rows.head)

        upkeep = Periodic(self._look_after, self._upkeep_interval_s)
        return Parts(reader, writer, check, base.holds.hold, closing=(upkeep, writer, reader, base.cells))

    def _check_commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> None:
        super()._check_commit(reads, writes, adds)
        check_depth(self._base.cells.capacity.depth, writes, adds)

    async def prune(self, keep: int) -> None:
        """Prune the feed to its newest `keep` transactions (at least one stays)."""
        self._require_open()
        await self._upkeep.prune(keep)

    async def clear(self) -> None:
        """Remove what dead processes have left, and large values that no row has any more."""
        self._require_open()
        await self._upkeep.clear()

    async def _look_after(self) -> None:
        self._turns += 1
        await self._upkeep.prune(self._feed_cells, _SPARE_CELLS)
        if self._turns % _CLEARED_EVERY == 0:
            await self._upkeep.clear()
