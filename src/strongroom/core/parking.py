"""Work that is due in a sealed namespace.  It waits apart, and goes on when the namespace is unsealed.

A row that can't be worked on would otherwise stand before all later ones of its class.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from strongroom.barrier import keys
from strongroom.barrier.due import DueRecord
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import NamespaceSealed
from strongroom.services.due import Due
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_BATCH = 64
"""Rows that one commit moves.  Each needs two keys, and the smallest store takes 128 in a commit."""


class Parking:
    """Puts due rows of sealed namespaces aside, and back."""

    def __init__(self, services: Services) -> None:
        self._barrier = services.barrier

    async def try_(self, fence: Fence, due: Due, work: Callable[[], Awaitable[int | None]]) -> int | None:
        """Do the work of a due row.  If its namespace is sealed here, the row is put aside."""
        try:
            return await work()
        except NamespaceSealed as sealed:
            if not sealed.namespace:
                raise  # it was sealed just now; the next step finds which one
            namespace = sealed.namespace

        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            record = await txn.read(due.row, DueRecord)
            if record is not None:
                txn.delete(due.row)
                txn.write(f"{keys.PARKED}{namespace}/{due.row.removeprefix(keys.QUEUE)}", record)

        await transact(self._barrier, body)
        return 1

    async def run_once(self, fence: Fence, now: float) -> int:
        """Put rows of namespaces back that are open here, and remove those of namespaces that are gone.

        Returns: the number of rows.
        """
        moved = 0
        for name in (await self._barrier.storage.list(keys.PARKED)).names:
            namespace = name.removesuffix("/")
            gone = not await self._barrier.namespaces.learn(namespace)
            if gone or self._barrier.rings.is_open(namespace):
                moved += await self._return(fence, namespace, gone=gone)
        return moved

    async def _return(self, fence: Fence, namespace: str, *, gone: bool) -> int:
        place = f"{keys.PARKED}{namespace}/"
        names = (await self._barrier.storage.scan(place, limit=_BATCH)).names

        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            for name in names:
                record = await txn.read(place + name, DueRecord)
                if record is not None and not gone:
                    txn.write(keys.QUEUE + name, record)
                txn.delete(place + name)

        await transact(self._barrier, body)
        return len(names)
