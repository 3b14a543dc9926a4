"""Clears what deleted entities, groups and auth mounts have left behind."""

from __future__ import annotations

from functools import partial

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.side_by_side import side_by_side
from strongroom.lib.errors import NamespaceSealed
from strongroom.services.identity import entities, rows
from strongroom.services.identity.records import LEASES, EntityRecord, Remains
from strongroom.services.identity.remains import clear
from strongroom.services.leases.records import ENTITY
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_AT_ONCE = 8
_LEASES = 12
"""Leases that one commit ends or passes on.  Each needs up to seven keys; the smallest store takes 128 in a commit."""


class IdentityClearing:
    """One step clears a bounded part of each of the next pieces, so that none delays another for long."""

    def __init__(self, services: Services) -> None:
        self._barrier = services.barrier
        self._leases = services.leases
        self._after = ""

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one step.  Returns the number of rows cleared; 0 if there is nothing to clear."""
        names = (await self._barrier.storage.scan(rows.REMAINS, self._after, _AT_ONCE)).names
        if not names and self._after:
            names = (await self._barrier.storage.scan(rows.REMAINS, limit=_AT_ONCE)).names
        self._after = names[-1] if names else ""
        return await side_by_side([partial(self._step, fence, rows.REMAINS + name, now) for name in names])

    async def _settle_leases(self, txn: Transaction, key: str, remains: Remains, now: float) -> int:
        """End a page of the leases that an entity owned, or pass it to what the entity was merged into.

        Leases that belong to tokens end with these.  Those of a sealed namespace below are looked at again and again,
        until it is unsealed, and hold up no others.
        """
        place = keys.leases_of_entity(remains.id)
        names = (await self._barrier.storage.scan(place, remains.after, _LEASES)).names
        heir = await entities.living(txn, remains.namespace, remains.id)
        waiting = remains.waiting
        for name in names:
            try:
                await self._settle(txn, name, remains.id, heir, now)
            except NamespaceSealed:
                waiting = True
        if names:
            txn.write(key, msgspec.structs.replace(remains, after=names[-1], waiting=waiting))
            return len(names)
        if waiting:
            txn.write(key, msgspec.structs.replace(remains, after="", waiting=False))
            return 0
        txn.delete(key)
        return 1

    async def _settle(
        self, txn: Transaction, lease_id: str, entity_id: str, heir: EntityRecord | None, now: float
    ) -> None:
        lease = await self._leases.read(txn, lease_id)
        if lease is None or lease.entity_id != entity_id:
            txn.delete(keys.leases_of_entity(entity_id) + lease_id)
        elif heir is not None and heir.id != entity_id:
            self._leases.pass_to(txn, lease, heir.id)
        elif lease.owner == ENTITY and (heir is None or heir.disabled) and lease.expires_at > now:
            self._leases.expire(txn, lease, now)

    async def _step(self, fence: Fence, key: str, now: float) -> int:
        async def body(txn: Transaction) -> int:
            await txn.guard(fence)
            remains = await txn.read(key, Remains)
            if remains is not None and remains.kind == LEASES:
                return await self._settle_leases(txn, key, remains, now)
            return await clear(txn, key)

        return await transact(self._barrier, body)
