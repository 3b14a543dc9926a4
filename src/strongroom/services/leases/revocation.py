"""Makes, renews and revokes the secrets of leases, through their engines."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import UpstreamFailed
from strongroom.sdk.request import Request
from strongroom.sdk.response import Made
from strongroom.services.asking import bounded, engine_of, request_of
from strongroom.services.leases.records import LeaseRecord
from strongroom.services.leases.service import LeaseService
from strongroom.services.mounts import MountEntry, MountService, PendingDeletion


async def mount_of(mounts: MountService, txn: Transaction, lease: LeaseRecord) -> MountEntry | None:
    """The mount that made a lease, or None.  A disabled mount is found while its leases are being revoked."""
    entry = await mounts.by_id(txn, lease.mount)
    if entry is not None:
        return entry
    pending = await txn.read(keys.PENDING_DELETION + lease.mount, PendingDeletion)
    return mounts.entry(pending.mount) if pending is not None and pending.mount is not None else None


def ask(txn: Transaction, entry: MountEntry, lease: LeaseRecord, now: float) -> Request:
    """The request that an engine gets about one of its leases."""
    return request_of(txn, entry, lease.path.removeprefix(entry.record.full_path), now)


async def make(mounts: MountService, txn: Transaction, lease: LeaseRecord, now: float) -> Made:
    """Make the secret of a planned lease in the other system.

    The transaction may run again.  The engine uses `request.once` to act on the other system only once.

    Raises: `StrongroomError` if the secret can't be made.  Parts of it may exist then.
    """
    entry = await mount_of(mounts, txn, lease)
    if entry is None:
        raise UpstreamFailed("the mount has gone")
    request = ask(txn, entry, lease, now)
    return await bounded(engine_of(entry).make(request, lease.internal), "making the secret", lease.id) or Made()


async def revoke(leases: LeaseService, mounts: MountService, txn: Transaction, lease: LeaseRecord, now: float) -> None:
    """Revoke the secret of a lease, and delete the lease.

    The transaction may run again.  The engine uses `request.once` to act on the other system only once.

    Raises: `StrongroomError` if the engine can't revoke it now, or if this store doesn't have the mount.  A region that
        was promoted has the leases of the former one's local mounts, and not these mounts: the secret still works,
        and only an operator can say that the lease may be forgotten.
    """
    entry = await mount_of(mounts, txn, lease)
    if entry is None:
        raise UpstreamFailed("the mount that made it isn't there, so its secret can't be revoked from here")
    await bounded(engine_of(entry).revoke(ask(txn, entry, lease, now), lease.internal), "revocation", lease.id)
    await leases.end(txn, lease, now)
