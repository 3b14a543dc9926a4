"""What is cleared later: rows that nothing counts any more, of which there may be too many for one commit."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.services.identity import aliases, groups, members, rows
from strongroom.services.identity.inherit import counts_until
from strongroom.services.identity.records import AliasRecord, GroupAliasRecord, GroupRecord, Membership, Remains

_MEMBERS = 16
"""Memberships that one commit clears.  Each needs four keys."""
_ALIASES = 8


def leave_behind(txn: Transaction, namespace: str, kind: str, id_: str) -> None:
    """Have something cleared.

    Args:
        kind, id_: as in `Remains`.
    """
    txn.write(rows.remains(namespace, kind, id_), Remains(namespace=namespace, kind=kind, id=id_))


async def clear(txn: Transaction, key: str) -> int:
    """Clear one bounded part of what the row at `key` names.  Returns the number of rows handled; 0 for none.

    Leases are cleared by `core/identity_clearing.py`.
    """
    remains = await txn.read(key, Remains)
    if remains is None:
        return 0
    match remains.kind:
        case "entity":
            done = await _entity(txn, remains)
        case "group":
            done = await _group(txn, remains)
        case "mount":
            done = await _mount(txn, remains)
        case "answers":
            return await _answers(txn, key, remains)
        case _:
            return 0  # a kind that only a newer node knows and clears
    if not done:
        txn.delete(key)
    return max(done, 1)


async def _entity(txn: Transaction, remains: Remains) -> int:
    ids = await txn.list(rows.memberships(remains.namespace, remains.id), limit=_MEMBERS)
    for group_id in ids:
        await members.leave(txn, remains.namespace, remains.id, group_id)
    return len(ids)


async def _group(txn: Transaction, remains: Remains) -> int:
    namespace, group_id = remains.namespace, remains.id
    entity_ids = await txn.list(rows.members(namespace, group_id), limit=_MEMBERS)
    for entity_id in entity_ids:
        await members.leave(txn, namespace, entity_id, group_id)
        txn.delete(rows.members(namespace, group_id) + entity_id)
    below = await txn.list(rows.children(namespace, group_id), limit=_MEMBERS)
    above = await txn.list(rows.parents(namespace, group_id), limit=_MEMBERS)
    for child in below:
        groups.part(txn, namespace, group_id, child)
    for parent in above:
        groups.part(txn, namespace, parent, group_id)
    done = len(entity_ids) + len(below) + len(above)
    if not done:
        txn.delete(rows.size(namespace, group_id))
    return done


async def _mount(txn: Transaction, remains: Remains) -> int:
    """Aliases of a mount that is gone.  Entities and groups stay."""
    namespace = remains.namespace
    prefix = rows.aliases_of(namespace, remains.id)
    names = await txn.list(prefix, limit=_ALIASES)
    for name in names:
        alias = await txn.read(prefix + name, AliasRecord)
        if alias is not None:
            await aliases.delete(txn, namespace, alias)
    if names:
        return len(names)
    prefix = rows.group_aliases_of(namespace, remains.id)
    names = await txn.list(prefix, limit=_ALIASES)
    for name in names:
        alias_of_group = await txn.read(prefix + name, GroupAliasRecord)
        group = await groups.read(txn, namespace, alias_of_group.group_id) if alias_of_group is not None else None
        if alias_of_group is not None:
            txn.delete(prefix + name)
            txn.delete(rows.group_alias_ids(namespace) + alias_of_group.id)
        if group is not None:
            txn.write(rows.group(namespace, group.id), msgspec.structs.replace(group, alias=None))
            leave_behind(txn, namespace, "answers", group.id)
    return len(names)


async def _answers(txn: Transaction, key: str, remains: Remains) -> int:
    """Memberships by an alias that the group no longer has."""
    namespace, prefix = remains.namespace, rows.members(remains.namespace, remains.id)
    group = await txn.read(rows.group(namespace, remains.id), GroupRecord)
    ids = await txn.list(prefix, remains.after, _MEMBERS) if group is not None else []
    for entity_id in ids:
        membership = await txn.read(prefix + entity_id, Membership)
        if group is not None and membership is not None and not counts_until(group, membership):
            await members.leave(txn, namespace, entity_id, group.id)
    if ids:
        txn.write(key, msgspec.structs.replace(remains, after=ids[-1]))
    else:
        txn.delete(key)
    return max(len(ids), 1)
