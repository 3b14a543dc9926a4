"""Memberships of entities in groups: two rows each, and the group's count."""

from __future__ import annotations

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.identity import rows
from strongroom.services.identity.records import Membership

MOST_MEMBERS = 1_000_000


async def leave(txn: Transaction, namespace: str, entity_id: str, group_id: str) -> None:
    """End a membership.  Nothing happens if there is none."""
    key = rows.memberships(namespace, entity_id) + group_id
    if await txn.read(key, Membership) is None:
        return
    txn.delete(key)
    txn.delete(rows.members(namespace, group_id) + entity_id)
    # A count that is wrong must not keep anybody in a group.
    txn.add(rows.size(namespace, group_id), -1, -MOST_MEMBERS, MOST_MEMBERS)


async def enter(txn: Transaction, namespace: str, entity_id: str, group_id: str, membership: Membership) -> None:
    """Make an entity a member of a group, or renew what it is a member by."""
    key = rows.memberships(namespace, entity_id) + group_id
    if await txn.read(key, Membership) is None:
        full = InvalidRequest(f"a group has at most {MOST_MEMBERS} entities")
        txn.add(rows.size(namespace, group_id), 1, -MOST_MEMBERS, MOST_MEMBERS, full)
    txn.write(key, membership)
    txn.write(rows.members(namespace, group_id) + entity_id, membership)


async def count(txn: Transaction, namespace: str, group_id: str) -> int:
    """How many entities a group has."""
    return max(0, await txn.counter(rows.size(namespace, group_id)))
