"""Ends tokens that have expired, and deletes failed and unfinished logins that no longer count."""

from __future__ import annotations

from functools import partial

from strongroom.barrier import keys
from strongroom.barrier.due import LOCKOUT, MFA, SINGLE_USE, milliseconds
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.parking import Parking
from strongroom.core.side_by_side import side_by_side
from strongroom.services.due import Due, due_rows
from strongroom.services.mfa import pending
from strongroom.services.mounts.lockout import clear_forgotten
from strongroom.services.tokens import TokenRecord, telling
from strongroom.services.tokens.service import dead_tree_key
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_BATCH = 256
_LITTLE = 4
"""Rows of a cubbyhole that are deleted in the same commit as their token."""
_LOCKOUTS_AT_ONCE = 8
"""Small, because an attacker who guesses passwords makes many such rows, and nobody waits for their deletion.
"""


class TokenEnding:
    """Steps of the lanes that end tokens and lockouts."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._barrier = services.barrier
        self._parking = Parking(services)

    async def tokens(self, kind: str, fence: Fence, now: float) -> int:
        """End the oldest tokens of a kind that are due.  Returns the number of rows processed."""
        due = await due_rows(self._barrier.storage, kind, now, _BATCH)
        return await side_by_side(
            [partial(self._parking.try_, fence, row, partial(self._end_token, fence, row, now)) for row in due]
        )

    async def lockouts(self, fence: Fence, now: float) -> int:
        """Delete the oldest failed logins that no longer count.  Returns the number of rows processed."""
        due = await due_rows(self._barrier.storage, LOCKOUT, now, _BATCH)
        work = [partial(self._parking.try_, fence, row, partial(self._end_lockout, fence, row, now)) for row in due]
        return await side_by_side(work, _LOCKOUTS_AT_ONCE)

    async def logins(self, fence: Fence, now: float) -> int:
        """Delete the oldest logins whose second factor was never proved.  Returns the number of rows processed."""
        due = await due_rows(self._barrier.storage, MFA, now, _BATCH)
        work = [partial(self._parking.try_, fence, row, partial(self._end_login, fence, row, now)) for row in due]
        return await side_by_side(work, _LOCKOUTS_AT_ONCE)

    async def _end_token(self, fence: Fence, due: Due, now: float) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            record = await txn.read(keys.token(due.id), TokenRecord)
            if record is not None and not record.retired and await self._over(txn, record, due):
                await self._services.tokens.revoke(txn, record)
                telling.ended(txn, record, now)
                if record.due_kind == SINGLE_USE:
                    await _clear_little(txn, record.key)
            txn.delete(due.row)

        await transact(self._barrier, body)

    async def _over(self, txn: Transaction, record: TokenRecord, due: Due) -> bool:
        """Whether the token has expired or has no uses left.  If neither, the row is a leftover."""
        if record.expires_at and milliseconds(record.expires_at) == due.at_ms:
            return True
        return await self._services.tokens.spent(txn, record)

    async def _end_lockout(self, fence: Fence, due: Due, now: float) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            await clear_forgotten(txn, due.row, due.id, now)

        await transact(self._barrier, body)

    async def _end_login(self, fence: Fence, due: Due, now: float) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            await pending.clear(txn, due.row, due.id, now)

        await transact(self._barrier, body)


async def _clear_little(txn: Transaction, key: str) -> None:
    """Remove a wrapping token's cubbyhole at once.

    Otherwise a flood of wrapping tokens would delay the clearing of other tokens.
    """
    for place in (keys.leases_of_token(key), keys.children(key), keys.cubbyholes_below(key)):
        if await txn.list(place, limit=1):
            return
    folder = keys.cubbyhole(key)
    kept = await txn.scan(folder, limit=_LITTLE + 1)
    if len(kept) <= _LITTLE:
        for name in kept:
            txn.delete(folder + name)
        txn.delete(dead_tree_key(key))
