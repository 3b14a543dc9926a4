"""Begins new buckets of the outbox, and clears old ones; see `barrier/outbox.py`."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Final

import msgspec

from strongroom.barrier.outbox import ROWS, STATE, Batch, OutboxState, bucket_folder, row_apart
from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.events import wanting
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_COMMIT_ROWS: Final = 50
"""Rows that one commit removes; a row has others for namespaces that are apart."""
_STEP_ROWS: Final = 500


class OutboxUpkeep:
    """One step begins a bucket if it is time, and clears some rows."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._barrier = services.barrier

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one step.  Returns the number of rows that were cleared."""
        state = await transact(self._barrier, wanting.read)
        if not state.bucket:
            return 0
        buckets = [int(name.removesuffix("/")) for name in (await self._barrier.storage.list(ROWS)).names]
        if state.bucket in buckets:
            await transact(self._barrier, partial(self._turn, fence, now))
        oldest = _first_kept(state, buckets, now)
        if oldest > state.oldest:
            await transact(self._barrier, partial(self._move, fence, oldest))
        left = _STEP_ROWS
        for bucket in buckets:
            if bucket >= oldest or left <= 0:
                break
            left -= await self._clear(fence, bucket_folder(bucket), left)
        return _STEP_ROWS - left

    async def _turn(self, fence: Fence, now: float, txn: Transaction) -> None:
        await txn.guard(fence)
        await wanting.turn_bucket(txn, now)

    async def _move(self, fence: Fence, oldest: int, txn: Transaction) -> None:
        """Have cursors of earlier buckets refused, before anything of them goes."""
        await txn.guard(fence)
        state = await wanting.read(txn)
        txn.write(STATE, msgspec.structs.replace(state, oldest=max(oldest, state.oldest)))

    async def _clear(self, fence: Fence, folder: str, most: int) -> int:
        names = (await self._barrier.storage.scan(folder, limit=most)).names
        for start in range(0, len(names), _COMMIT_ROWS):
            keys = [folder + name for name in names[start : start + _COMMIT_ROWS]]
            await transact(self._barrier, partial(self._remove, fence, keys))
        return len(names)

    async def _remove(self, fence: Fence, keys: list[str], txn: Transaction) -> None:
        await txn.guard(fence)
        for key in keys:
            batch = await txn.read(key, Batch)
            txn.delete(key)
            for namespace in batch.apart if batch is not None else ():
                txn.clear(row_apart(namespace, key.rpartition("/")[2]))


def _first_kept(state: OutboxState, buckets: list[int], now: float) -> int:
    """The first bucket that may still be read.  A bucket is over when the next one with rows began, or the present one.

    Args:
        buckets: those with rows, in their order.
    """
    kept = state.oldest
    line = sorted({*buckets, state.bucket})
    for bucket, following in pairwise(line):
        if bucket < state.bucket and following <= (now - state.retention_s) * 1000:
            kept = max(kept, following)
    return kept
