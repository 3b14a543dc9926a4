"""Finds leases by whom they belong to, where they were made, and what they are in the other system."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import NamespaceSealed
from strongroom.services.leases import LeaseRecord, rows
from strongroom.sysapi.context import SystemView
from strongroom.sysapi.system.visible_leases import holds

_PAGE = 200
LOOKED_AT = 5000
"""Leases that one request reads at the most.  What is left is another page's."""


class Wanted(msgspec.Struct, frozen=True):
    """Which leases; empty means any."""

    prefix: str = ""
    """What their ids begin with, ending in a slash."""
    entity_id: str = ""
    account: str = ""
    group: str = ""
    issued_before: float = float("inf")
    """Seconds since the epoch."""
    state: Callable[[LeaseRecord], bool] = lambda lease: True
    """Whether the lease's state is one that is looked for."""

    def holds(self, lease: LeaseRecord) -> bool:
        """Whether a lease is one of them."""
        return (
            lease.id.startswith(self.prefix)
            and self.entity_id in {"", lease.entity_id}
            and self.account in {"", lease.account}
            and self.group in {"", lease.group}
            and lease.issued_at <= self.issued_before
            and self.state(lease)
        )


class Found(msgspec.Struct, frozen=True):
    """A page of leases."""

    leases: list[LeaseRecord]
    after: str
    """The id to go on after; empty at the end."""


async def search(view: SystemView, wanted: Wanted, after: str, limit: int) -> Found:
    """The first leases after the id `after`, in the order of ids, of this namespace; of an entity, those below too.

    The indexes of entities and accounts are used.  Otherwise the leases of the namespace are read, below the prefix.
    This is no part of the request's transaction, which would begin again with each lease that ends.
    """
    place, front = _index(view, wanted)
    found: list[LeaseRecord] = []
    looked_at, begin = 0, after[len(front) :] if after.startswith(front) else ("" if after < front else None)
    if begin is None:
        return Found([], "")
    barrier = view.services.barrier
    while looked_at < LOOKED_AT:
        names = (await barrier.storage.scan(place, begin, _PAGE)).names
        page = await transact(barrier, partial(_matching, view, [front + name for name in names], wanted))
        looked_at += len(names)
        for lease in page:
            found.append(lease)
            if len(found) == limit:
                return Found(found, lease.id)
        if len(names) < _PAGE:
            return Found(found, "")
        begin = names[-1]
    return Found(found, front + begin)


def _index(view: SystemView, wanted: Wanted) -> tuple[str, str]:
    """The prefix of the rows to look through, and what a name there lacks of the lease's id."""
    if wanted.entity_id:
        return keys.leases_of_entity(wanted.entity_id), ""
    if wanted.account:
        return rows.of_account(view.namespace.id, wanted.account), ""
    return keys.leases(view.namespace.id) + wanted.prefix, wanted.prefix


async def _matching(view: SystemView, ids: list[str], wanted: Wanted, txn: Transaction) -> list[LeaseRecord]:
    """Those that are looked for, and that the request's namespace holds."""
    found = []
    for id_ in ids:
        if not await holds(view, txn, id_):
            continue
        try:
            lease = await view.services.leases.read(txn, id_)
        except NamespaceSealed:
            continue  # of a namespace below; the rest is found all the same
        if lease is not None and wanted.holds(lease):
            found.append(lease)
    return found
