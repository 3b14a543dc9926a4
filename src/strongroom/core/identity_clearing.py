"""Clears what deleted entities, groups and auth mounts have left behind."""

from __future__ import annotations

from functools import partial

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.side_by_side import side_by_side
from strongroom.services.identity import rows
from strongroom.services.identity.remains import clear
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_AT_ONCE = 8


class IdentityClearing:
    """One step clears a bounded part of each of the next pieces, so that none delays another for long."""

    def __init__(self, services: Services) -> None:
        self._barrier = services.barrier
        self._after = ""

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one step.  Returns the number of rows cleared; 0 if there is nothing to clear."""
        names = (await self._barrier.storage.scan(rows.REMAINS, self._after, _AT_ONCE)).names
        if not names and self._after:
            names = (await self._barrier.storage.scan(rows.REMAINS, limit=_AT_ONCE)).names
        self._after = names[-1] if names else ""
        return await side_by_side([partial(self._step, fence, rows.REMAINS + name) for name in names])

    async def _step(self, fence: Fence, key: str) -> int:
        async def body(txn: Transaction) -> int:
            await txn.guard(fence)
            return await clear(txn, key)

        return await transact(self._barrier, body)
