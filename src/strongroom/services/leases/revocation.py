"""Making, renewing and undoing what leases stand for, through the engines that know how."""

from __future__ import annotations

import structlog

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import UpstreamFailed
from strongroom.sdk.request import Request
from strongroom.sdk.response import Made
from strongroom.services.asking import bounded, engine_of, request_of
from strongroom.services.leases.records import LeaseRecord
from strongroom.services.leases.service import LeaseService
from strongroom.services.mounts import MountEntry, MountService, PendingDeletion

log = structlog.get_logger("leases")


async def mount_of(mounts: MountService, txn: Transaction, lease: LeaseRecord) -> MountEntry | None:
    """The mount that made a lease, also while it is disabled and its leases are being revoked; None afterwards."""
    entry = (await mounts.router(txn)).by_id.get(lease.mount)
    if entry is not None:
        return entry
    pending = await txn.read(keys.PENDING_DELETION + lease.mount, PendingDeletion)
    return mounts.entry(pending.mount) if pending is not None and pending.mount is not None else None


def ask(txn: Transaction, entry: MountEntry, lease: LeaseRecord, now: float) -> Request:
    """The request by which an engine is asked about one of its leases."""
    return request_of(txn, entry, lease.path.removeprefix(entry.record.full_path), now)


async def make(mounts: MountService, txn: Transaction, lease: LeaseRecord, now: float) -> Made:
    """Make outside what a planned lease stands for.

    The transaction may run again; an engine keeps what it did outside by `request.once`, so that it does it once.

    Raises: `StrongroomError` when it can't be made; whether something of it exists is unknown then.
    """
    entry = await mount_of(mounts, txn, lease)
    if entry is None:
        raise UpstreamFailed("the mount has gone")
    request = ask(txn, entry, lease, now)
    return await bounded(engine_of(entry).make(request, lease.internal), "making the secret", lease.id) or Made()


async def revoke(leases: LeaseService, mounts: MountService, txn: Transaction, lease: LeaseRecord, now: float) -> None:
    """Undo what a lease stands for, and forget the lease.

    The transaction may run again; an engine keeps what it did outside by `request.once`, so that it does it once.

    Raises: `StrongroomError` when the engine can't undo it now.
    """
    entry = await mount_of(mounts, txn, lease)
    if entry is not None:
        await bounded(engine_of(entry).revoke(ask(txn, entry, lease, now), lease.internal), "revocation", lease.id)
    else:
        log.warning("lease without a mount is forgotten", lease_id=lease.id)
    leases.end(txn, lease, now)
