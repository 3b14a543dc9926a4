"""Counts leases and tokens for the lease count quotas.

A quota's counter is always the number of leases whose most specific quota it is, and of tokens that were counted for
it: it moves in the commit that makes or ends a lease.  Which quota that is follows from the lease and the quotas alone,
so a lease needn't remember it.  Whoever changes a quota counts all leases anew, in the same commit, by the counters of
the mounts; a commit that has gone by the former quotas runs again then.

Tokens have no such counters: one more row for each login would cost all who have no quota.  A token remembers which
quotas it was counted for when it was made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import RateLimited
from strongroom.services.leases import rows as lease_rows
from strongroom.services.leases.records import LeaseRecord
from strongroom.services.mounts import MountService
from strongroom.services.namespaces import Namespace
from strongroom.services.namespaces.records import Remains
from strongroom.services.namespaces.service import remains_key
from strongroom.services.quotas.counters import FAR, count_of, tokens_of
from strongroom.services.quotas.records import QuotaScope
from strongroom.services.quotas.rows import lease_counts
from strongroom.services.quotas.scope import QuotaIndex

_RETRY_S: Final = 60


class Ceiling(msgspec.Struct, frozen=True):
    """A lease count quota, as requests meet it."""

    name: str
    id: str
    scope: QuotaScope
    max_leases: int


class Asked(msgspec.Struct, frozen=True):
    """What a new token was asked for with."""

    mount: str
    """The id of the auth mount."""
    below: str
    """The path in the mount."""
    role: str
    """Of a login."""
    path: str
    """The request's."""


class OverLeaseCount(RateLimited):
    """A lease count quota refuses the lease.

    Args:
        quota: its name.
    """

    def __init__(self, text: str, quota: str) -> None:
        super().__init__(text, retry_after_s=_RETRY_S, detail=f"the lease count quota {quota} is used up")
        self.quota = quota


class LeaseCounts:
    """The lease count quotas, and their counters."""

    def __init__(self, mounts: MountService) -> None:
        self._mounts = mounts

    async def index(self, txn: Transaction) -> QuotaIndex[Ceiling]:
        """The quotas in force."""
        return await txn.derived("lease counts", _build)

    async def made(self, txn: Transaction, lease: LeaseRecord) -> bool:
        """Count a new lease.  The commit raises `OverLeaseCount` if a quota has no room for it.

        Returns: whether one of the quotas is for its mount, so that it takes the place of the mount's own ceiling.
        """
        index = await self.index(txn)
        if index.is_empty:
            return False
        found = await self._of_lease(txn, index, lease)
        for quota in found:
            _add(txn, quota, lease.path)
        return any(quota.scope.mount for quota in found)

    async def ended(self, txn: Transaction, lease: LeaseRecord) -> None:
        """Count a lease that is deleted."""
        index = await self.index(txn)
        if not index.is_empty:
            for quota in await self._of_lease(txn, index, lease):
                txn.add(count_of(quota.id), -1, -FAR, FAR)

    async def _of_lease(self, txn: Transaction, index: QuotaIndex[Ceiling], lease: LeaseRecord) -> tuple[Ceiling, ...]:
        namespace = await self._namespace(txn, keys.namespace_of(lease.id))
        below = ""
        if index.looks_below(lease.mount):
            entry = await self._mounts.by_id(txn, lease.mount)
            below = _below(lease.path, entry.record.full_path if entry is not None else "")
        return index.applying(namespace, lease.mount, below)

    async def of_token(self, txn: Transaction, namespace: Namespace, asked: Asked, *, stored: bool) -> tuple[str, ...]:
        """Count a new token.  The commit raises `OverLeaseCount` if a quota has no room for it.

        Args:
            stored: false for a token without a row, which isn't counted, but needs room.

        Returns: the ids of the quotas that it was counted for, which its row has to have.
        """
        index = await self.index(txn)
        found = () if index.is_empty else index.applying(namespace, asked.mount, asked.below, asked.role)
        for quota in found:
            if not stored:
                refusal = OverLeaseCount(_text(asked.path), quota.name)
                txn.add(count_of(quota.id), 0, -FAR, quota.max_leases - 1, refusal)
                continue
            _add(txn, quota, asked.path)
            txn.add(tokens_of(quota.id, namespace.id), 1, -FAR, FAR)
        return tuple(quota.id for quota in found) if stored else ()

    async def counted(self, txn: Transaction) -> dict[str, tuple[int, int]]:
        """How many leases each quota counts by now, and how many it allows, by its name."""
        found = await lease_counts(txn)
        storage = txn.barrier.storage
        rows = await storage.get_many([count_of(each.id) for each in found.values()])
        numbers = {key: int(entry.value) if entry is not None else 0 for key, entry in rows.entries.items()}
        return {name: (max(0, numbers[count_of(each.id)]), each.max_leases) for name, each in found.items()}

    async def recount(self, txn: Transaction, *, moved: Mapping[str, str] | None = None, wiped: str = "") -> None:
        """Count all leases anew for the quotas as this transaction leaves them.

        Args:
            moved: the new paths of mounts, by their ids. wiped: the id of a namespace whose tokens are gone uncounted.
        """
        former = await txn.list(keys.LEASE_QUOTA_COUNT)
        quotas = await lease_counts(txn)
        if not quotas and not former:
            return
        index = QuotaIndex(Ceiling(name, each.id, each.scope, each.max_leases) for name, each in quotas.items())
        counted: Counter[str] = Counter()
        if not index.is_empty:
            for mount in await txn.list(keys.LEASE_COUNT):
                counted += await self._of_mount(txn, index, mount, moved or {})
        for quota in quotas.values():
            total = counted[quota.id] + await self._tokens_of(txn, quota.id, wiped)
            if await txn.counter(count_of(quota.id)) != total or quota.id not in former:
                txn.write_plain(count_of(quota.id), b"%d" % total)
        for id_ in {*former} - {quota.id for quota in quotas.values()}:
            txn.delete(count_of(id_))
            for namespace in await txn.list(tokens_of(id_)):
                txn.delete(tokens_of(id_, namespace))

    async def _of_mount(
        self, txn: Transaction, index: QuotaIndex[Ceiling], mount: str, moved: Mapping[str, str]
    ) -> Counter[str]:
        """How many leases of a mount each quota is for, by the quota's id."""
        entry = await self._mounts.by_id(txn, mount)
        # One that has come from another namespace may have leases there still.
        one_by_one = index.looks_below(mount) or (entry is not None and bool(entry.record.area))
        ids = await txn.scan(lease_rows.of_mount(mount), limit=None if one_by_one else 1)
        if not ids:
            return Counter()
        path = moved.get(mount, entry.record.full_path if entry is not None else "")
        if not one_by_one:
            namespace = await self._namespace(txn, keys.namespace_of(ids[0]))
            number = max(0, await txn.counter(lease_rows.count(mount)))
            return Counter({quota.id: number for quota in index.applying(namespace, mount, "")})
        counted: Counter[str] = Counter()
        namespaces = {id_: await self._namespace(txn, id_) for id_ in {keys.namespace_of(id_) for id_ in ids}}
        for id_ in ids:
            below = _below(id_.rpartition("/")[0], path) if index.looks_below(mount) else ""
            found = index.applying(namespaces[keys.namespace_of(id_)], mount, below)
            counted.update(quota.id for quota in found)
        return counted

    async def _tokens_of(self, txn: Transaction, id_: str, wiped: str) -> int:
        total = 0
        for namespace in await txn.list(tokens_of(id_)):
            if namespace == wiped:
                txn.delete(tokens_of(id_, namespace))
            else:
                total += await txn.counter(tokens_of(id_, namespace))
        return total

    async def _namespace(self, txn: Transaction, id_: str) -> Namespace:
        """The namespace of an id, or what it was before it was deleted."""
        known = await self._mounts.namespaces.known(txn, id_)
        if known is not None:
            return known
        remains = await txn.read(remains_key(id_), Remains)
        return Namespace(
            id=id_, path="", lineage=remains.lineage if remains is not None else (keys.ROOT_NAMESPACE, id_)
        )


async def _build(txn: Transaction) -> QuotaIndex[Ceiling]:
    found = await lease_counts(txn)
    return QuotaIndex(Ceiling(name, each.id, each.scope, each.max_leases) for name, each in found.items())


def _add(txn: Transaction, quota: Ceiling, path: str) -> None:
    txn.add(count_of(quota.id), 1, -FAR, quota.max_leases, OverLeaseCount(_text(path), quota.name))


def _text(path: str) -> str:
    return f'request path "{path}": lease count quota exceeded'


def _below(path: str, mount: str) -> str:
    """The path in the mount; empty for a path from before the mount was moved."""
    return path[len(mount) :] if mount and path.startswith(mount) else ""
