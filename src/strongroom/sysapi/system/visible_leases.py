"""The leases that a request may name: those of its namespace, and of the namespaces below."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.services.leases import LeaseRecord
from strongroom.sysapi.context import SystemView


async def visible(view: SystemView, lease_id: str) -> LeaseRecord | None:
    """The lease in any state; None for one of another namespace."""
    return await view.services.leases.read(view.txn, lease_id) if await holds(view, view.txn, lease_id) else None


async def holds(view: SystemView, txn: Transaction, lease_id: str) -> bool:
    """Whether a lease with that id is one of this request's namespace, or of one below.  The lease isn't read."""
    namespace = await view.services.mounts.namespaces.by_id(txn, keys.namespace_of(lease_id))
    return namespace is not None and view.namespace.holds(namespace)
