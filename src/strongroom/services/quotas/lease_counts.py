"""Counts leases and tokens for the lease count quotas.

A quota's counter is always the number of leases whose most specific quota it is, and of tokens that were counted for
it: it moves in the commit that makes or ends a lease.  Which quota that is follows from the lease and the quotas alone,
so a lease needn't remember it.  Whoever changes a quota counts all leases anew, in the same commit, by the counters of
the mounts; a commit that has gone by the former quotas runs again then.

Tokens have no such counters: one more row for each login would cost all who have no quota.  A token remembers which
quotas it was counted for when it was made.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.namespace_keys import NamespacePlace
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import RateLimited
from strongroom.services.leases import rows as lease_rows
from strongroom.services.leases.records import LeaseRecord
from strongroom.services.mounts.records import PendingDeletion
from strongroom.services.namespaces import Namespace
from strongroom.services.namespaces.records import Remains
from strongroom.services.namespaces.service import remains_key
from strongroom.services.quotas.counters import FAR, count_of, tokens_of
from strongroom.services.quotas.records import QuotaScope
from strongroom.services.quotas.rows import lease_counts
from strongroom.services.quotas.scope import QuotaIndex

_RETRY_S: Final = 60
_AT_ONCE: Final = 2048
"""Names of leases."""


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
        namespace = await _namespace(txn, keys.namespace_of(lease.id))
        return index.applying(namespace, lease.mount, _below(lease.path, index.looks_below(lease.mount)))

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

    async def recount(self, txn: Transaction, *, wiped: str = "") -> None:
        """Count all leases anew for the quotas as this transaction leaves them.

        Nothing that it reads belongs to a namespace, which may be sealed.

        Args:
            wiped: the id of a namespace whose tokens are gone uncounted.
        """
        former = await txn.list(keys.LEASE_QUOTA_COUNT)
        quotas = await lease_counts(txn)
        if not quotas and not former:
            return
        index = QuotaIndex(Ceiling(name, each.id, each.scope, each.max_leases) for name, each in quotas.items())
        counted: Counter[str] = Counter()
        if not index.is_empty:
            leaving = await _leaving(txn)
            for mount in await txn.list(keys.LEASE_COUNT):
                counted += await _of_mount(txn, index, mount, one_by_one=mount in leaving)
        for quota in quotas.values():
            total = counted[quota.id] + await _tokens_of(txn, quota.id, wiped)
            if await txn.counter(count_of(quota.id)) != total or quota.id not in former:
                txn.write_plain(count_of(quota.id), b"%d" % total)
        for id_ in {*former} - {quota.id for quota in quotas.values()}:
            txn.delete(count_of(id_))
            for namespace in await txn.list(tokens_of(id_)):
                txn.delete(tokens_of(id_, namespace))


async def _of_mount(txn: Transaction, index: QuotaIndex[Ceiling], mount: str, *, one_by_one: bool) -> Counter[str]:
    """How many leases of a mount each quota is for, by the quota's id.

    Args:
        one_by_one: whether its leases may be of several namespaces.
    """
    path = index.looks_below(mount)
    one_by_one = one_by_one or path is not None
    ids = await txn.scan(lease_rows.of_mount(mount), limit=None if one_by_one else 1)
    if not ids:
        return Counter()
    if one_by_one:
        places = await _places(ids, path)
    else:
        places = Counter({(keys.namespace_of(ids[0]), ""): max(0, await txn.counter(lease_rows.count(mount)))})
    counted: Counter[str] = Counter()
    for (id_, below), number in places.items():
        for quota in index.applying(await _namespace(txn, id_), mount, below):
            counted[quota.id] += number
    return counted


async def _places(ids: Sequence[str], path: str | None) -> Counter[tuple[str, str]]:
    """How many leases there are of each namespace and path in the mount."""
    places: Counter[tuple[str, str]] = Counter()
    for at in range(0, len(ids), _AT_ONCE):
        if at:
            await asyncio.sleep(0)  # a mount with many thousands must not hold up every other request
        for id_ in ids[at : at + _AT_ONCE]:
            places[keys.namespace_of(id_), _below(id_.rpartition("/")[0], path)] += 1
    return places


async def _leaving(txn: Transaction) -> set[str]:
    """The ids of mounts that have moved to another namespace and have leases in the former one."""
    rows = [name for name in await txn.list(keys.PENDING_DELETION) if not name.endswith("/")]
    found = [await txn.read(keys.PENDING_DELETION + name, PendingDeletion) for name in rows]
    return {each.lease_mount for each in found if each is not None and each.left}


async def _tokens_of(txn: Transaction, quota: str, wiped: str) -> int:
    """How many tokens a quota counts.  Those of a namespace that was wiped are forgotten."""
    total = 0
    for namespace in await txn.list(tokens_of(quota)):
        if namespace == wiped:
            txn.delete(tokens_of(quota, namespace))
        else:
            total += await txn.counter(tokens_of(quota, namespace))
    return total


async def _namespace(txn: Transaction, id_: str) -> Namespace:
    """The namespace of an id with its lineage, even if it was deleted, or lies in one that is sealed."""
    line = [id_]
    while line[-1] != keys.ROOT_NAMESPACE:
        remains = await txn.read(remains_key(line[-1]), Remains)
        if remains is not None:
            line += reversed(remains.lineage[:-1])
            break
        place = await txn.read(keys.namespace_place(line[-1]), NamespacePlace)
        line.append(place.parent if place is not None else keys.ROOT_NAMESPACE)
    return Namespace(id=id_, path="", lineage=tuple(reversed(line)))


async def _build(txn: Transaction) -> QuotaIndex[Ceiling]:
    found = await lease_counts(txn)
    return QuotaIndex(Ceiling(name, each.id, each.scope, each.max_leases) for name, each in found.items())


def _add(txn: Transaction, quota: Ceiling, path: str) -> None:
    txn.add(count_of(quota.id), 1, -FAR, quota.max_leases, OverLeaseCount(_text(path), quota.name))


def _text(path: str) -> str:
    return f'request path "{path}": lease count quota exceeded'


def _below(path: str, mount: str | None) -> str:
    """The path in the mount; empty if it doesn't matter, or is from before the mount was moved."""
    return path[len(mount) :] if mount is not None and path.startswith(mount) else ""
