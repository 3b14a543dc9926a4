"""The rows of quotas, which follow their mounts and namespaces."""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.services.quotas.records import QuotaScope, RateLimit

MOST: Final = 4096
"""How many quotas of a kind there may be.  Each process reads all of them when one of them changes."""


async def rate_limits(txn: Transaction) -> dict[str, RateLimit]:
    """All rate limits, by name."""
    found = {}
    for name in await txn.list(keys.RATE_LIMITS):
        record = await txn.read(keys.RATE_LIMITS + name, RateLimit)
        if record is not None:
            found[name] = record
    return found


async def forget_mount(txn: Transaction, mount: str) -> None:
    """Delete the quotas of a mount that ends."""
    for name, record in (await rate_limits(txn)).items():
        if record.scope.mount == mount:
            txn.delete(keys.RATE_LIMITS + name)


async def forget_namespace(txn: Transaction, namespace: str) -> None:
    """Delete the quotas of a namespace that ends, and of its mounts.

    Args:
        namespace: its id.
    """
    for name, record in (await rate_limits(txn)).items():
        if record.scope.namespace == namespace:
            txn.delete(keys.RATE_LIMITS + name)


async def move_mount(txn: Transaction, mount: str, namespace: str) -> None:
    """Have the quotas of a mount follow it to another namespace.

    Args:
        mount, namespace: their ids.
    """
    for name, record in (await rate_limits(txn)).items():
        if record.scope.mount == mount:
            moved: QuotaScope = msgspec.structs.replace(record.scope, namespace=namespace)
            txn.write(keys.RATE_LIMITS + name, msgspec.structs.replace(record, scope=moved))
