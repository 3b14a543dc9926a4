"""The keys of a lease's rows in the indexes (pure)."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.due import LEASE, TARGET_LEASE, DueRecord, due_key
from strongroom.crypto.mac import sha256
from strongroom.services.leases.records import LeaseRecord


def due(lease: LeaseRecord) -> tuple[str, DueRecord]:
    """The lease's row in the due index: at its expiry, or at the next attempt of its revocation."""
    kind = TARGET_LEASE if lease.target else LEASE
    group = f"{lease.mount}.{_digest(lease.target)}" if lease.target else lease.mount
    at = max(lease.expires_at, lease.next_attempt_at)
    return due_key(at, kind, lease.id, group), DueRecord(kind=kind, id=lease.id)


def marks(lease: LeaseRecord) -> list[str]:
    """The rows by which the lease is found: by its mount, token, entity, account, and for another request."""
    found = [of_mount(lease.mount) + lease.id]
    if lease.token_key:
        found.append(keys.leases_of_token(lease.token_key) + lease.id)
    if lease.entity_id:
        found.append(keys.leases_of_entity(lease.entity_id) + lease.id)
    if lease.account:
        found.append(of_account(keys.namespace_of(lease.id), lease.account) + lease.id)
    if lease.reuse:
        found.append(reusable(lease) + lease.id)
    return found


def of_mount(mount: str) -> str:
    """The prefix of the rows that name a mount's leases."""
    return f"{keys.LEASE_OF_MOUNT}{mount}/"


def of_account(namespace: str, account: str) -> str:
    """The prefix of the rows that name the leases of an account, by the namespace of the leases.

    The name is a digest: names of other systems have any length and any characters.
    """
    return f"{keys.area(namespace, 'lease')}account/{_digest(account)}/"


def reusable(lease: LeaseRecord) -> str:
    """The prefix of the rows that name leases that a request may get again."""
    return reusable_by(keys.namespace_of(lease.id), lease.mount, lease.entity_id, lease.group, lease.reuse)


def reusable_by(namespace: str, mount: str, entity_id: str, group: str, reuse: str) -> str:
    """The same, by what the request has in common with the leases."""
    what = _digest(f"{len(group)} {group}{reuse}")
    return f"{keys.area(namespace, 'lease')}reuse/{mount}/{entity_id}/{what}/"


def count(mount: str) -> str:
    """The counter of a mount's leases."""
    return keys.LEASE_COUNT + mount


def group_counts(mount: str) -> str:
    """The prefix of the counters of a mount's groups."""
    return f"{keys.LEASE_GROUP_COUNT}{mount}/"


def group_count(mount: str, group: str) -> str:
    """The counter of a group's leases."""
    return group_counts(mount) + _digest(group)


def _digest(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hex()[:32]
