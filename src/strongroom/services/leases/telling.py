"""What others are told of leases.  Whoever may read or list at `sys/leases/lookup/<id>` may know of one."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.outbox import Event
from strongroom.barrier.transaction import Transaction
from strongroom.services.leases.records import LeaseRecord


def told(txn: Transaction, lease: LeaseRecord, operation: str, now: float) -> None:
    """Tell that a lease was made, renewed or revoked.

    Args:
        operation: `create`, `renew` or `revoke`.
        now: seconds since the epoch.
    """
    path = f"sys/leases/lookup/{lease.id}"
    metadata = {
        "modified": "true",
        "operation": operation,
        "path": path,
        "lease_id": lease.id,
        "lease_path": lease.path,
        "entity_id": lease.entity_id,
    }
    txn.emit(
        Event(
            type=f"lease/{operation}",
            at=now,
            namespace=keys.namespace_of(lease.id),
            path=path,
            metadata={name: value for name, value in metadata.items() if value},
        )
    )
