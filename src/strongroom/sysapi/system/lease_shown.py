"""Leases as the API shows them."""

from __future__ import annotations

import math
from typing import Any

from strongroom.audit.entry import timestamp
from strongroom.barrier.transaction import Transaction
from strongroom.services.leases import LeaseRecord, revocation
from strongroom.services.leases.limits import limit_of
from strongroom.services.leases.records import IN_FORCE, PLANNED
from strongroom.sysapi.lease_owner import owned_until
from strongroom.sysapi.services import Services

STATES = ("active", "planned", "revoking", "irrevocable")


def state_of(lease: LeaseRecord, now: float) -> str:
    """What becomes of a lease.

    Returns: one of `STATES`: `planned` while its secret is made, `revoking` when it has ended, and `irrevocable` when
    it has ended and its revocation keeps failing.
    """
    if lease.is_irrevocable:
        return "irrevocable"
    if lease.state == PLANNED:
        return "planned"
    return "revoking" if lease.state != IN_FORCE or lease.expires_at <= now else "active"


def summary(lease: LeaseRecord, now: float) -> dict[str, Any]:
    """What a search shows of a lease."""
    return {
        "account": lease.account,
        "entity_id": lease.entity_id,
        "expire_time": timestamp(lease.expires_at),
        "group": lease.group,
        "issue_time": timestamp(lease.issued_at),
        "owner": lease.owner,
        "state": state_of(lease, now),
    }


async def lookup(services: Services, txn: Transaction, lease: LeaseRecord, now: float) -> dict[str, Any]:
    """What a lookup shows of a lease: the peer's fields, and what bounds it, whose it is, and why it isn't revoked."""
    entry = await revocation.mount_of(services.mounts, txn, lease)
    until = await owned_until(services, txn, lease, now)
    mount_max_s = entry.mount.max_lease_ttl_s if entry is not None else 0
    limit = limit_of(lease, mount_max_s, until if until is not None else min(now, lease.expires_at))
    return {
        **summary(lease, now),
        "attempts": lease.attempts,
        "bound_by": limit.by,
        "id": lease.id,
        "last_error": lease.last_error,
        "last_renewal": timestamp(lease.last_renewed_at) if lease.last_renewed_at else None,
        "max_expire_time": timestamp(limit.at) if limit.at < math.inf else None,
        "mount_disabled": await services.mounts.by_id(txn, lease.mount) is None,
        "next_attempt_time": timestamp(lease.next_attempt_at) if lease.next_attempt_at else None,
        "path": lease.path,
        "renewable": lease.renewable,
        "ttl": max(0, int(lease.expires_at - now)),
    }
