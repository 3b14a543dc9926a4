"""Removes the rows of namespaces that were deleted while they were sealed.

Nothing of them can be read, so nothing is revoked.  What they have in the root namespace is found by the names of rows,
which aren't encrypted.
"""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.barrier import keys
from strongroom.barrier.due import BY_MOUNT, folder, mount_of
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.clearing import COUNTERS
from strongroom.sdk.schedule import prefixes_of
from strongroom.services.due import groups
from strongroom.services.leases import rows as lease_rows
from strongroom.services.namespaces.records import Remains
from strongroom.services.namespaces.service import remains_key
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_ROWS = 100
"""Rows that one commit removes.  The smallest store takes 128 keys in a commit."""
_PAGE = 32


class NamespaceWiping:
    """Removes one part after another."""

    def __init__(self, services: Services) -> None:
        self._barrier = services.barrier
        self._storage = services.barrier.storage

    async def step(self, fence: Fence, remains: Remains) -> int:
        """Remove some rows.  Returns 0 when none is left."""
        id_ = remains.id
        below = (await self._storage.list(keys.namespaces_below(id_), limit=_PAGE)).names
        if below:
            await self._hand_down(fence, remains, below)
            return 1
        for place in (keys.mounts(id_), keys.mounts(id_, local=True)):
            mounts = (await self._storage.list(place, limit=1)).names
            if mounts:
                await self._wipe_mount(fence, place, mounts[0])
                return 1
        holders = (await self._storage.list(keys.cubbyholes(id_), limit=1)).names
        if holders:
            await self._empty(fence, id_, holders[0].rstrip("/"))
            return 1
        for prefix in (f"shared/{id_}/", f"local/{id_}/", lease_rows.irrevocable(id_)):
            rows = (await self._storage.scan(prefix, limit=_ROWS)).names
            if rows:
                await self._remove(fence, [prefix + row for row in rows])
                return 1
        return 0

    async def _hand_down(self, fence: Fence, remains: Remains, below: list[str]) -> None:
        """Have what lies below wiped as well."""

        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            for id_ in below:
                lineage = (*remains.lineage, id_)
                txn.write(remains_key(id_), Remains(id=id_, path=f"{remains.path}{id_}/", lineage=lineage, wiped=True))
                txn.delete(keys.namespaces_below(remains.id) + id_)

        await transact(self._barrier, body)

    async def _wipe_mount(self, fence: Fence, place_of_mounts: str, mount: str) -> None:
        """Remove what a mount has in the root namespace, and its own row last."""
        places = [lease_rows.of_mount(mount), lease_rows.group_counts(mount), *prefixes_of(mount)]
        for kind in BY_MOUNT:
            places += [folder(kind, group) for group in await groups(self._storage, kind) if mount_of(group) == mount]
        for prefix in places:
            rows = (await self._storage.scan(prefix, limit=_ROWS)).names
            if rows:
                await self._remove(fence, [prefix + row for row in rows])
                return
        single = (*COUNTERS, keys.MOUNT_PLACE, keys.PENDING_DELETION)
        await self._remove(fence, [*(place + mount for place in single), place_of_mounts + mount])

    async def _empty(self, fence: Fence, namespace: str, holder: str) -> None:
        """Remove what a token keeps here, and then the mark of a token of a namespace above that names this one."""
        place = f"{keys.cubbyholes(namespace)}{holder}/"
        rows = (await self._storage.scan(place, limit=_ROWS)).names
        marks = [keys.cubbyholes_below(holder) + namespace] if len(rows) < _ROWS else []
        await self._remove(fence, [*(place + row for row in rows), *marks])

    async def _remove(self, fence: Fence, rows: Iterable[str]) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            for row in rows:
                txn.clear(row)

        await transact(self._barrier, body)
