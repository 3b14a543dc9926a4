"""The groups of an entity: those that it is in, and those that these are in."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.services.identity import rows
from strongroom.services.identity.records import EXTERNAL, GroupRecord, Membership, Remains


class Groups(msgspec.Struct, frozen=True):
    """The groups of an entity in one namespace, at one time."""

    direct: tuple[GroupRecord, ...] = ()
    inherited: tuple[GroupRecord, ...] = ()
    """Without the direct ones."""
    until: float = math.inf
    """When the first membership stops counting, in seconds since the epoch."""

    @property
    def all(self) -> tuple[GroupRecord, ...]:
        """Both kinds."""
        return self.direct + self.inherited


def counts_until(group: GroupRecord, membership: Membership) -> float:
    """Until when a membership counts, in seconds since the epoch.  0 if it doesn't.

    What a login answered about a group counts only while that group has the alias that the answer named.
    """
    if group.type != EXTERNAL:
        return math.inf if not membership.source else 0.0
    by = (membership.source, membership.alias)
    if group.alias != by or group.alias_index != membership.alias_index:
        return 0.0
    return membership.refreshed_at + group.membership_ttl_s if group.membership_ttl_s else math.inf


async def source_is_gone(txn: Transaction, namespace: str, membership: Membership) -> bool:
    """Whether the auth mount that answered is disabled.  Its aliases may wait to be cleared."""
    source = membership.source
    return bool(source) and await txn.read(rows.remains(namespace, "mount", source), Remains) is not None


async def groups_in(txn: Transaction, namespace: str, entity_id: str, now: float) -> Groups:
    """The groups of a namespace that an entity is in.

    Args:
        now: seconds since the epoch.
    """
    prefix, direct, until = rows.memberships(namespace, entity_id), {}, math.inf
    for group_id in await txn.list(prefix):
        group = await txn.read(rows.group(namespace, group_id), GroupRecord)
        membership = await txn.read(prefix + group_id, Membership)
        if group is None or membership is None:
            continue  # the group was deleted, and its rows are being cleared
        ends_at = counts_until(group, membership)
        if ends_at > now and not await source_is_gone(txn, namespace, membership):
            direct[group_id] = group
            until = min(until, ends_at)
    inherited = [group for group in await ancestors(txn, namespace, direct) if group.id not in direct]
    return Groups(tuple(direct.values()), tuple(inherited), until)


async def ancestors(txn: Transaction, namespace: str, group_ids: Iterable[str]) -> list[GroupRecord]:
    """The groups that contain these, however far above, nearest first.

    A cycle can't be written.  If there is one nevertheless, the walk ends.  It doesn't pass through a deleted group,
    whose rows may wait to be cleared.
    """
    found: list[GroupRecord] = []
    known, layer = set[str](), list(group_ids)
    while layer:
        above = [id_ for below in layer for id_ in await txn.list(rows.parents(namespace, below))]
        new = [id_ for id_ in dict.fromkeys(above) if id_ not in known]
        known.update(new)
        groups = [await txn.read(rows.group(namespace, id_), GroupRecord) for id_ in new]
        present = [group for group in groups if group is not None]
        found += present
        layer = [group.id for group in present]
    return found
