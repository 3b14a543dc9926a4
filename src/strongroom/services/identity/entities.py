"""Creates, renames and deletes entities."""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.identity import members, rows
from strongroom.services.identity.names import check_name
from strongroom.services.identity.records import LEASES, AliasRecord, EntityRecord, Pointer, Remains

ALIASES = 100
"""The most aliases of one entity."""
_MERGES = 64
"""How often an entity may have been merged on for its first tokens to follow."""
_AT_ONCE = 16
"""Memberships that end in the commit that deletes an entity.  More are cleared later."""


async def read(txn: Transaction, namespace: str, entity_id: str) -> EntityRecord | None:
    """The entity, or None."""
    if not entity_id or "/" in entity_id:
        return None
    return await txn.read(rows.entity(namespace, entity_id), EntityRecord)


async def living(txn: Transaction, namespace: str, entity_id: str) -> EntityRecord | None:
    """The entity of that id, or what it was merged into; None if there is neither."""
    for _ in range(_MERGES):
        entity = await read(txn, namespace, entity_id)
        pointer = await txn.read(rows.merged(namespace, entity_id), Pointer) if entity is None and entity_id else None
        if entity is not None or pointer is None or pointer.powerless:
            return entity
        (entity_id,) = pointer.to
    return None


async def merged_into(txn: Transaction, namespace: str, entity_id: str) -> str:
    """The id of what an entity was merged into, or its own: for what concerns it, and not for what it may do.

    It is read from the merges alone, not from entities.
    """
    for _ in range(_MERGES):
        pointer = await txn.read(rows.merged(namespace, entity_id), Pointer) if entity_id else None
        if pointer is None:
            break
        (entity_id,) = pointer.to
    return entity_id


async def by_name(txn: Transaction, namespace: str, name: str) -> EntityRecord | None:
    """The entity of that name, or None."""
    pointer = await txn.read(rows.entity_name(namespace, name), Pointer) if name else None
    return await read(txn, namespace, pointer.to[0]) if pointer is not None else None


def write(txn: Transaction, namespace: str, entity: EntityRecord) -> None:
    """Store an entity that keeps its name."""
    if len(entity.aliases) > ALIASES:
        raise InvalidRequest(f"an entity has at most {ALIASES} aliases")
    txn.write(rows.entity(namespace, entity.id), entity)


async def keep(txn: Transaction, namespace: str, entity_id: str) -> None:
    """Note that an administrator has had to do with an entity, or that it has a secret.  It is never cleared then."""
    entity = await read(txn, namespace, entity_id)
    if entity is not None and entity.by_login:
        write(txn, namespace, kept(entity))


def kept(entity: EntityRecord) -> EntityRecord:
    """The entity as one that is never cleared."""
    return msgspec.structs.replace(entity, by_login=False, seen_at=0.0, tokens_until=0.0) if entity.by_login else entity


async def put(txn: Transaction, namespace: str, entity: EntityRecord, before: EntityRecord | None) -> None:
    """Store an entity under its name.

    Args:
        before: the entity as it is stored; None for a new one.

    Raises: `InvalidRequest` for a name that another entity has, or that is none.
    """
    check_name("name", entity.name)
    key = rows.entity_name(namespace, entity.name)
    if before is None or key != rows.entity_name(namespace, before.name):
        if await txn.read(key, Pointer) is not None:
            raise InvalidRequest("entity name is already in use")
        if before is not None:
            txn.delete(rows.entity_name(namespace, before.name))
        txn.write(key, Pointer(to=(entity.id,)))
    write(txn, namespace, entity)


async def delete(txn: Transaction, namespace: str, entity: EntityRecord) -> None:
    """Delete an entity, its aliases and its memberships.  Its tokens may do nothing from now on.

    The leases that it owns end, unless it was merged into another one.
    """
    txn.delete(rows.entity(namespace, entity.id))
    txn.delete(rows.entity_name(namespace, entity.name))
    for accessor, name in entity.aliases:
        key = rows.alias(namespace, accessor, name)
        alias = await txn.read(key, AliasRecord)
        if alias is not None and alias.entity_id == entity.id:
            txn.delete(key)
            txn.delete(rows.alias_ids(namespace) + alias.id)
    await settle_leases(txn, namespace, entity.id)
    prefix = rows.memberships(namespace, entity.id)
    groups = await txn.list(prefix, limit=_AT_ONCE + 1)
    if len(groups) > _AT_ONCE:
        remains = Remains(namespace=namespace, kind="entity", id=entity.id)
        txn.write(rows.remains(namespace, "entity", entity.id), remains)
        return
    for group_id in groups:
        await members.leave(txn, namespace, entity.id, group_id)


async def settle_leases(txn: Transaction, namespace: str, entity_id: str) -> None:
    """Have the leases of an entity looked through: they end with it, or pass to what it was merged into."""
    if await txn.scan(keys.leases_of_entity(entity_id), limit=1):
        remains = Remains(namespace=namespace, kind=LEASES, id=entity_id)
        txn.write(rows.remains(namespace, LEASES, entity_id), remains)


def with_alias(entity: EntityRecord, accessor: str, name: str) -> EntityRecord:
    """The entity with one alias more."""
    place = (accessor, name)
    return msgspec.structs.replace(entity, aliases=tuple(dict.fromkeys((*entity.aliases, place))))


def with_renamed_alias(entity: EntityRecord, before: tuple[str, str], after: tuple[str, str]) -> EntityRecord:
    """The entity with another mount or name of an alias, in the same place.

    Args:
        before: accessor and name. after: the same.
    """
    places = tuple(after if one == before else one for one in entity.aliases)
    return msgspec.structs.replace(entity, aliases=places)


def without_alias(entity: EntityRecord, accessor: str, name: str) -> EntityRecord:
    """The entity without an alias."""
    return msgspec.structs.replace(entity, aliases=tuple(one for one in entity.aliases if one != (accessor, name)))
