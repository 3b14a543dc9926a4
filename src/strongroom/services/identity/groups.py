"""Creates, changes and deletes groups, and the groups in them."""

from __future__ import annotations

from collections.abc import Collection

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.identity import rows
from strongroom.services.identity.inherit import ancestors
from strongroom.services.identity.names import check_name, folded
from strongroom.services.identity.pages import glance
from strongroom.services.identity.records import Edge, GroupAliasRecord, GroupRecord, Pointer, Remains

CHILDREN = 1000
"""The most groups in one group."""
PARENTS = 100
"""The most groups that one group is directly in."""
ANCESTORS = 256
"""The most groups that a group may be in, however far above.  Each request of its entities may have to read them."""
_AT_ONCE = 16
"""Edges that go in the commit that deletes a group.  More are cleared later."""
_KEYS_EACH = 4
"""Keys of one change of a member group: two rows, the group's, and the groups that it is in."""
_SPARE = 24


async def read(txn: Transaction, namespace: str, group_id: str) -> GroupRecord | None:
    """The group, or None."""
    if not group_id or "/" in group_id:
        return None
    return await txn.read(rows.group(namespace, group_id), GroupRecord)


async def by_name(txn: Transaction, namespace: str, name: str) -> GroupRecord | None:
    """The group of that name, or None."""
    pointer = await txn.read(rows.group_name(namespace, name), Pointer) if name else None
    return await read(txn, namespace, pointer.to[0]) if pointer is not None else None


async def put(txn: Transaction, namespace: str, group: GroupRecord, before: GroupRecord | None) -> None:
    """Store a group under its name.

    Args:
        before: the group as it is stored; None for a new one.

    Raises: `InvalidRequest` for a name that another group has, or that is none.
    """
    check_name("name", group.name)
    key = rows.group_name(namespace, group.name)
    if before is None or key != rows.group_name(namespace, before.name):
        if await txn.read(key, Pointer) is not None:
            raise InvalidRequest("group name is already in use")
        if before is not None:
            txn.delete(rows.group_name(namespace, before.name))
        txn.write(key, Pointer(to=(group.id,)))
    txn.write(rows.group(namespace, group.id), group)


async def delete(txn: Transaction, namespace: str, group: GroupRecord) -> None:
    """Delete a group.  Its policies stop counting at once; rows of its members are cleared later."""
    txn.delete(rows.group(namespace, group.id))
    txn.delete(rows.group_name(namespace, group.name))
    if group.alias is not None:
        await delete_alias_of(txn, namespace, group)
    below = await txn.list(rows.children(namespace, group.id), limit=_AT_ONCE + 1)
    above = await txn.list(rows.parents(namespace, group.id), limit=_AT_ONCE + 1)
    if max(len(below), len(above)) > _AT_ONCE or await txn.list(rows.members(namespace, group.id), limit=1):
        txn.write(rows.remains(namespace, "group", group.id), Remains(namespace=namespace, kind="group", id=group.id))
        return
    for child in below:
        part(txn, namespace, group.id, child)
    for parent in above:
        part(txn, namespace, parent, group.id)
    txn.delete(rows.size(namespace, group.id))


async def set_children(txn: Transaction, namespace: str, group: GroupRecord, wanted: Collection[str]) -> None:
    """Replace the groups in a group.

    Everything above the group is in the read set: of two changes that make a cycle together, one runs again.

    Raises: `InvalidRequest` for a group that doesn't exist, that is this one or above it, and for too many.
    """
    chosen = dict.fromkeys(wanted)
    present = set(await txn.list(rows.children(namespace, group.id)))
    above = {one.id for one in await ancestors(txn, namespace, (group.id,))}
    for child in chosen:
        if child == group.id:
            raise InvalidRequest(f'member group ID "{child}" is same as the ID of the group')
        if child in above:
            raise InvalidRequest(f'cyclic relationship detected for member group ID "{child}"')
        # Rows of a deleted group may wait to be cleared.  Those that stay needn't be in the read set.
        find = read if child not in present else _glance
        if await find(txn, namespace, child) is None:
            raise InvalidRequest(f'invalid member group ID "{child}"')
    if len(chosen) > CHILDREN:
        raise InvalidRequest(f"a group has at most {CHILDREN} member groups")
    most = (txn.barrier.storage.limits.keys - _SPARE - 2 * len(above)) // _KEYS_EACH
    if len(present ^ chosen.keys()) > most:
        raise InvalidRequest(f"at most {most} member groups can be changed at a time")
    for child in present - chosen.keys():
        part(txn, namespace, group.id, child)
    for child in chosen:
        if child not in present:
            await _join(txn, namespace, group.id, child, len(above))


async def living(txn: Transaction, namespace: str, prefix: str) -> list[str]:
    """The groups that rows below a prefix name, without those that were deleted and wait to be cleared."""
    ids = await txn.list(prefix)
    return [id_ for id_ in ids if await _glance(txn, namespace, id_) is not None]


async def _glance(txn: Transaction, namespace: str, group_id: str) -> GroupRecord | None:
    return await glance(txn, rows.group(namespace, group_id), GroupRecord)


async def _join(txn: Transaction, namespace: str, parent: str, child: str, above: int) -> None:
    if len(await txn.list(rows.parents(namespace, child))) >= PARENTS:
        raise InvalidRequest(f"a group is a member of at most {PARENTS} groups")
    if above >= ANCESTORS:
        raise InvalidRequest(f"a group has at most {ANCESTORS} groups above it")
    txn.write(rows.children(namespace, parent) + child, Edge())
    txn.write(rows.parents(namespace, child) + parent, Edge())


def part(txn: Transaction, namespace: str, parent: str, child: str) -> None:
    """Take a group out of another one."""
    txn.delete(rows.children(namespace, parent) + child)
    txn.delete(rows.parents(namespace, child) + parent)


async def alias_of(txn: Transaction, namespace: str, group: GroupRecord) -> GroupAliasRecord | None:
    """The alias of an external group, or None."""
    if group.alias is None:
        return None
    return await txn.read(rows.group_alias(namespace, *group.alias), GroupAliasRecord)


async def alias_by_id(txn: Transaction, namespace: str, alias_id: str) -> GroupAliasRecord | None:
    """The alias of that id, or None."""
    if not alias_id or "/" in alias_id:
        return None
    pointer = await txn.read(rows.group_alias_ids(namespace) + alias_id, Pointer)
    alias = await alias_by_name(txn, namespace, *pointer.to) if pointer is not None else None
    return alias if alias is not None and alias.id == alias_id else None


async def alias_by_name(txn: Transaction, namespace: str, mount_accessor: str, name: str) -> GroupAliasRecord | None:
    """The alias that a mount knows by that name, or None."""
    if not mount_accessor or not name or "/" in mount_accessor:
        return None
    return await txn.read(rows.group_alias(namespace, mount_accessor, name), GroupAliasRecord)


def put_alias(txn: Transaction, namespace: str, alias: GroupAliasRecord) -> tuple[str, str]:
    """Store an alias.  Returns what its group keeps of it."""
    check_name("alias", alias.name)
    name = folded(alias.name)
    txn.write(rows.group_alias(namespace, alias.mount_accessor, name), alias)
    txn.write(rows.group_alias_ids(namespace) + alias.id, Pointer(to=(alias.mount_accessor, name)))
    return alias.mount_accessor, name


async def delete_alias_of(txn: Transaction, namespace: str, group: GroupRecord) -> None:
    """Delete the rows of a group's alias, but for the group's own."""
    alias = await alias_of(txn, namespace, group)
    if alias is not None:
        txn.delete(rows.group_alias(namespace, alias.mount_accessor, alias.name))
        txn.delete(rows.group_alias_ids(namespace) + alias.id)
