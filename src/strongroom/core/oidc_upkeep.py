"""Rotates signing keys of OIDC whose time has come, and clears authorization codes that nobody has used."""

from __future__ import annotations

from functools import partial

from strongroom.barrier.due import OIDC_CODE, OIDC_KEY
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.side_by_side import side_by_side
from strongroom.services.due import Due, due_rows
from strongroom.services.oidc import codes
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_CODES = 256
_KEYS = 8
"""Small, because a rotation makes a key, which takes a tenth of a second of a processor."""


class OidcUpkeep:
    """Steps of the lanes of OIDC."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def codes(self, fence: Fence, now: float) -> int:
        """Delete the oldest codes that have expired.  Returns the number of rows processed."""
        due = await due_rows(self._services.barrier.storage, OIDC_CODE, now, _CODES)
        return await side_by_side([partial(self._clear, fence, row) for row in due])

    async def keys(self, fence: Fence, now: float) -> int:
        """Rotate the keys that are due.  Returns the number of rows processed."""
        due = await due_rows(self._services.barrier.storage, OIDC_KEY, now, _KEYS)
        return await side_by_side([partial(self._rotate, fence, row, now) for row in due])

    async def _clear(self, fence: Fence, due: Due) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            codes.clear(txn, due.id)
            txn.delete(due.row)

        await transact(self._services.barrier, body)

    async def _rotate(self, fence: Fence, due: Due, now: float) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            namespace, _, name = due.id.partition("/")
            if not await self._services.oidc.keys.rotate_if_due(txn, namespace, name, due.at_ms, now):
                txn.delete(due.row)  # a leftover: the key has gone, or has another time

        await transact(self._services.barrier, body)
