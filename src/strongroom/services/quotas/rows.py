"""The rows of quotas, which follow their mounts and namespaces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.services.quotas.records import LeaseCount, QuotaScope, RateLimit

MOST: Final = 4096
"""How many quotas of a kind there may be.  Each process reads all of them when one of them changes."""

Q = TypeVar("Q", RateLimit, LeaseCount)
_Changed: TypeAlias = Callable[[QuotaScope], QuotaScope | None]
"""What a quota is for now; None if it ends."""


async def rate_limits(txn: Transaction) -> dict[str, RateLimit]:
    """All rate limits, by name."""
    return await _all(txn, keys.RATE_LIMITS, RateLimit)


async def lease_counts(txn: Transaction) -> dict[str, LeaseCount]:
    """All lease count quotas, by name."""
    return await _all(txn, keys.LEASE_COUNTS, LeaseCount)


async def _all(txn: Transaction, place: str, type_: type[Q]) -> dict[str, Q]:
    found = {}
    for name in await txn.list(place):
        record = await txn.read(place + name, type_)
        if record is not None:
            found[name] = record
    return found


async def forget_mount(txn: Transaction, mount: str) -> None:
    """Delete the quotas of a mount that ends.

    Whoever changes quotas has all leases counted anew (`LeaseCounts.recount`); so the following.
    """
    await _change(txn, lambda scope: None if scope.mount == mount else scope)


async def forget_namespace(txn: Transaction, namespace: str) -> None:
    """Delete the quotas of a namespace that ends, and of its mounts.

    Args:
        namespace: its id.
    """
    await _change(txn, lambda scope: None if scope.namespace == namespace else scope)


async def move_mount(txn: Transaction, mount: str, namespace: str, path: str) -> None:
    """Have the quotas of a mount follow it to another path.

    Args:
        mount, namespace: their ids. path: in the namespace.
    """

    def moved(scope: QuotaScope) -> QuotaScope:
        if scope.mount != mount:
            return scope
        return msgspec.structs.replace(scope, namespace=namespace, mount_path=path)

    await _change(txn, moved)


async def _change(txn: Transaction, changed: _Changed) -> None:
    for place, found in ((keys.RATE_LIMITS, await rate_limits(txn)), (keys.LEASE_COUNTS, await lease_counts(txn))):
        for name, record in found.items():
            scope = changed(record.scope)
            if scope is None:
                txn.delete(place + name)
            elif scope is not record.scope:
                txn.write(place + name, msgspec.structs.replace(record, scope=scope))
