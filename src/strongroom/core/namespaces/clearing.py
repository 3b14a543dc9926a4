"""Clears what deleted namespaces leave behind.  No request can reach these rows.

Each namespace gets one bounded step a round.  Its mounts are disabled and its tokens revoked first, as if somebody had
done it by hand, so that the secrets that they have leased are revoked.  The rows of its services go after the last
lease, and the row that keeps its id from being given out again goes last.
"""

from __future__ import annotations

import re
from functools import partial

import structlog

from strongroom.barrier import keys
from strongroom.barrier.namespace_keys import NamespacePlace
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.clearing import Round
from strongroom.core.namespaces.wiping import NamespaceWiping
from strongroom.core.side_by_side import side_by_side
from strongroom.services.mounts import MountRecord
from strongroom.services.namespaces.records import NamespaceRecord, Remains
from strongroom.services.namespaces.service import remains_key
from strongroom.services.quotas.rows import forget_namespace
from strongroom.services.tokens import TokenRecord
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("expiry")

_PAGE = 16
_ROWS = 100
"""Rows that one commit removes.  The smallest store takes 128 keys in a commit."""
_PLACE = keys.PENDING_DELETION + "namespace/"
_OF_A_MOUNT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/")
"""The rows of a mount.  They go with the mount, which may have been moved to another namespace before."""
_LAST = "sys/"


class NamespaceClearing:
    """Clears each deleted namespace, one bounded step at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._barrier = services.barrier
        self._storage = services.barrier.storage
        self._round = Round(self._names)
        self._wiping = NamespaceWiping(services)

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one step for some of the deleted namespaces.  Returns 0 if all of them wait."""
        return await self._round.run_once(partial(self._clear, fence))

    async def _names(self, after: str) -> list[str]:
        return (await self._storage.list(_PLACE, after, Round.PAGE)).names

    async def _clear(self, fence: Fence, id_: str) -> int:
        remains = await transact(self._barrier, lambda txn: txn.read(remains_key(id_), Remains))
        if remains is None:
            return 0
        if remains.wiped:
            done = await self._wiping.step(fence, remains)
            if not done:
                await self._finish(fence, remains)
            return 1
        for place in (keys.mounts(id_), keys.mounts(id_, local=True)):
            mounts = (await self._storage.list(place, limit=_PAGE)).names
            if mounts:
                return await side_by_side([partial(self._disable, fence, place + mount) for mount in mounts])
        tokens = (await self._storage.list(keys.tokens(id_), limit=_PAGE)).names
        if tokens:
            return await side_by_side([partial(self._revoke, fence, key) for key in tokens])
        if (await self._storage.scan(keys.leases(id_), limit=1)).names:
            return 0  # leases are still being revoked
        holders = (await self._storage.list(keys.cubbyholes(id_), limit=1)).names
        if holders:
            await self._empty(fence, id_, holders[0].rstrip("/"))
            return 1
        for area in ("shared", "local"):
            prefix = f"{area}/{id_}/"
            services = [name for name in (await self._storage.list(prefix)).names if not _OF_A_MOUNT.fullmatch(name)]
            for name in sorted(services, key=lambda name: name == _LAST):
                rows = (await self._storage.scan(prefix + name, limit=_ROWS)).names
                if rows:
                    await self._delete(fence, [prefix + name + row for row in rows])
                    return 1
        await self._finish(fence, remains)
        return 1

    async def _disable(self, fence: Fence, row: str) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            record = await txn.read(row, MountRecord)
            if record is not None:
                self._services.mounts.disable(txn, record)

        await transact(self._barrier, body)

    async def _revoke(self, fence: Fence, key: str) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            record = await txn.read(keys.token(key), TokenRecord)
            if record is None:
                return
            if record.retired:
                txn.delete(keys.token(key))
            else:
                await self._services.tokens.revoke(txn, record)

        await transact(self._barrier, body)

    async def _empty(self, fence: Fence, id_: str, holder: str) -> None:
        """Clear what a token of a namespace above keeps here, and then the token's mark that names this namespace."""
        place = keys.cubbyhole(holder, id_)
        rows = (await self._storage.scan(place, limit=_ROWS)).names
        marks = [keys.cubbyholes_below(holder) + id_] if len(rows) < _ROWS else []
        await self._delete(fence, [*(place + row for row in rows), *marks])

    async def _finish(self, fence: Fence, remains: Remains) -> None:
        id_, parent = remains.id, remains.lineage[-2]
        row = keys.namespace(parent, remains.path.rstrip("/").rpartition("/")[2])

        kept = not remains.wiped and await self._has_rows(id_)

        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            for key in (remains_key(id_), keys.namespace_place(id_), keys.namespaces_below(parent) + id_):
                txn.delete(key)
            await forget_namespace(txn, id_)  # of one that was wiped, or that was made at the last moment
            await self._services.lease_counts.recount(txn, wiped=id_)
            if kept:
                owner, _ = await self._barrier.namespaces.place(id_)
                txn.write(keys.namespace_place(id_), NamespacePlace(parent=owner, name=""))
            if not remains.wiped:
                record = await txn.read(row, NamespaceRecord)
                if record is not None and record.id == id_:
                    txn.delete(row)  # that of one with a seal, which stayed until now
                    txn.delete(keys.namespace_seal(parent, id_))

        await transact(self._barrier, body)
        log.info("a deleted namespace is cleared", namespace=remains.path, id=id_)

    async def _has_rows(self, id_: str) -> bool:
        """Whether a mount that was moved away still has its rows here.  Their keyring must be found then."""
        listings = [await self._storage.list(f"{area}/{id_}/", limit=1) for area in ("shared", "local")]
        return any(listing.names for listing in listings)

    async def _delete(self, fence: Fence, rows: list[str]) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            for row in rows:
                txn.clear(row)  # the keyring of a namespace with a seal is among them, so nothing is read any more

        await transact(self._barrier, body)
