"""Making, renewing and undoing what leases stand for, through the engines that know how."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import structlog

from strongroom.barrier import keys
from strongroom.barrier.transaction import Restart, Transaction
from strongroom.lib.errors import StrongroomError, UpstreamFailed
from strongroom.sdk.engine import Engine
from strongroom.sdk.request import Operation, Request
from strongroom.sdk.response import Made
from strongroom.sdk.view import View
from strongroom.services.leases.records import LeaseRecord
from strongroom.services.leases.service import TIMEOUT_S, LeaseService
from strongroom.services.mounts import MountEntry, MountService, PendingDeletion

log = structlog.get_logger("leases")

T = TypeVar("T")


async def mount_of(mounts: MountService, txn: Transaction, lease: LeaseRecord) -> MountEntry | None:
    """The mount that made a lease, also while it is disabled and its leases are being revoked; None afterwards."""
    entry = (await mounts.router(txn)).by_id.get(lease.mount)
    if entry is not None:
        return entry
    pending = await txn.read(keys.PENDING_DELETION + lease.mount, PendingDeletion)
    return mounts.entry(pending.mount) if pending is not None and pending.mount is not None else None


def engine_of(entry: MountEntry) -> Engine:
    """The mount's engine.  Raises `UpstreamFailed` when this server doesn't have it: another may."""
    if entry.engine is None:
        raise UpstreamFailed(f'no engine of type "{entry.record.type}" is installed or allowed here')
    return entry.engine


def ask(txn: Transaction, entry: MountEntry, lease: LeaseRecord, now: float) -> Request:
    """The request by which an engine is asked about one of its leases."""
    return Request(
        operation=Operation.UPDATE,
        path=lease.path.removeprefix(entry.record.full_path),
        data={},
        mount=entry.mount,
        view=View(txn, entry.prefix),
        once=txn.once,
        now=now,
    )


async def make(mounts: MountService, txn: Transaction, lease: LeaseRecord, now: float) -> Made:
    """Make outside what a planned lease stands for.

    The transaction may run again; an engine keeps what it did outside by `request.once`, so that it does it once.

    Raises: `StrongroomError` when it can't be made; whether something of it exists is unknown then.
    """
    entry = await mount_of(mounts, txn, lease)
    if entry is None:
        raise UpstreamFailed("the mount has gone")
    request = ask(txn, entry, lease, now)
    return await _bounded(engine_of(entry).make(request, lease.internal), lease, "making the secret") or Made()


async def revoke(leases: LeaseService, mounts: MountService, txn: Transaction, lease: LeaseRecord, now: float) -> None:
    """Undo what a lease stands for, and forget the lease.

    The transaction may run again; an engine keeps what it did outside by `request.once`, so that it does it once.

    Raises: `StrongroomError` when the engine can't undo it now.
    """
    entry = await mount_of(mounts, txn, lease)
    if entry is not None:
        await _bounded(engine_of(entry).revoke(ask(txn, entry, lease, now), lease.internal), lease, "revocation")
    else:
        log.warning("lease without a mount is forgotten", lease_id=lease.id)
    leases.end(txn, lease, now)


async def _bounded(work: Awaitable[T], lease: LeaseRecord, what: str) -> T:
    """Wait for an engine, but not for ever; whatever it raises is an error of the other side."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await work
    except (StrongroomError, Restart):
        raise
    except TimeoutError as error:
        raise UpstreamFailed(f"{what} took longer than {TIMEOUT_S} s") from error
    except Exception as error:  # an engine's fault must not keep other leases from being revoked
        log.exception("an engine failed", lease_id=lease.id, doing=what)
        raise UpstreamFailed("the engine failed", detail=repr(type(error))) from error
