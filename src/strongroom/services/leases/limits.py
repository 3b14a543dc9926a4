"""When a lease ends at the latest, and why (pure)."""

from __future__ import annotations

import math

import msgspec

from strongroom.services.leases.records import TOKEN, LeaseRecord

_SECOND = 1.0


class Limit(msgspec.Struct, frozen=True):
    """The end of a lease that is renewed for as long as possible."""

    at: float
    """Seconds since the epoch; infinity for none."""
    by: str
    """`token`, `role` or `mount`: whose setting or end it is."""


def limit_of(lease: LeaseRecord, mount_max_s: int, owned_until: float) -> Limit:
    """The end that renewals of a lease can't move.

    Args:
        mount_max_s: the mount's longest time now. owned_until: when the owner ends as things are.
    """
    longest_s = lease.max_ttl_s or mount_max_s
    at = lease.issued_at + longest_s if longest_s else math.inf
    if owned_until < at:
        return Limit(owned_until, TOKEN)
    return Limit(at, lease.bound_by or "mount")


def is_last(limit: Limit, expires_at: float) -> bool:
    """Whether a lease that expires then can't be prolonged any more."""
    return expires_at >= limit.at - _SECOND
