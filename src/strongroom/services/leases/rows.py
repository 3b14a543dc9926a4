"""The keys of a lease's rows in the indexes (pure)."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.due import LEASE, TARGET_LEASE, DueRecord, due_key
from strongroom.barrier.record import Record
from strongroom.crypto.mac import sha256
from strongroom.services.leases.records import PLANNED, LeaseMark, LeaseRecord


def of(lease: LeaseRecord) -> dict[str, Record]:
    """Every row of a lease, by its key."""
    found: dict[str, Record] = {keys.lease(lease.id): lease, due(lease): DueRecord(kind=_kind(lease), id=lease.id)}
    return found | dict.fromkeys((place + lease.id for place in _indexes(lease)), LeaseMark())


def due(lease: LeaseRecord) -> str:
    """The lease's key in the due index: at its expiry, or at the next attempt of its revocation."""
    group = f"{lease.mount}.{_digest(lease.target)}" if lease.target else lease.mount
    return due_key(max(lease.expires_at, lease.next_attempt_at), _kind(lease), lease.id, group)


def counters(lease: LeaseRecord) -> list[str]:
    """The counters that a lease is counted in."""
    found = [count(lease.mount)]
    if lease.group:
        found.append(group_count(lease.mount, lease.group))
    if lease.state == PLANNED:
        found.append(planned_count(lease.mount))
    return found


def _kind(lease: LeaseRecord) -> str:
    return TARGET_LEASE if lease.target else LEASE


def _indexes(lease: LeaseRecord) -> list[str]:
    """The prefixes of the indexes by which a lease is found."""
    namespace = keys.namespace_of(lease.id)
    found = [of_mount(lease.mount)]
    if lease.token_key:
        found.append(keys.leases_of_token(lease.token_key))
    if lease.entity_id:
        found.append(keys.leases_of_entity(lease.entity_id))
    if lease.account:
        found.append(of_account(namespace, lease.account))
    if lease.reuse:
        found.append(reusable(namespace, lease.mount, lease.entity_id, lease.group, lease.reuse))
    if lease.is_irrevocable:
        found.append(irrevocable(namespace))
    return found


def of_mount(mount: str) -> str:
    """The prefix of the rows that name a mount's leases."""
    return f"{keys.LEASE_OF_MOUNT}{mount}/"


def of_account(namespace: str, account: str) -> str:
    """The prefix of the rows that name the leases of an account, by the namespace of the leases.

    The name is a digest: names of other systems have any length and any characters.
    """
    return f"{keys.area(namespace, 'lease')}account/{_digest(account)}/"


def reusable(namespace: str, mount: str, entity_id: str, group: str, reuse: str) -> str:
    """The prefix of the rows that name the leases that a request may get again.

    Args:
        namespace: of the leases. group, reuse: as in `sdk.Lease`.
    """
    what = _digest(f"{len(group)} {group}{reuse}")
    return f"{keys.area(namespace, 'lease')}reuse/{mount}/{entity_id}/{what}/"


def irrevocable(namespace: str) -> str:
    """The prefix of the rows that name the leases of a namespace that can't be revoked."""
    return f"{keys.LEASE_IRREVOCABLE}{namespace}/"


def count(mount: str) -> str:
    """The counter of a mount's leases."""
    return keys.LEASE_COUNT + mount


def planned_count(mount: str) -> str:
    """The counter of a mount's leases whose secrets are being made."""
    return keys.LEASE_PLANNED_COUNT + mount


def group_counts(mount: str) -> str:
    """The prefix of the counters of a mount's groups."""
    return f"{keys.LEASE_GROUP_COUNT}{mount}/"


def group_count(mount: str, group: str) -> str:
    """The counter of a group's leases."""
    return group_counts(mount) + _digest(group)


def _digest(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hex()[:32]
