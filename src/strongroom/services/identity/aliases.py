"""Creates, changes and deletes the aliases of entities."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.services.identity import entities, rows
from strongroom.services.identity.names import check_custom_metadata, check_name, folded
from strongroom.services.identity.records import AliasRecord, EntityRecord, Pointer


async def read(txn: Transaction, namespace: str, alias_id: str) -> AliasRecord | None:
    """The alias of that id, or None."""
    if not alias_id or "/" in alias_id:
        return None
    pointer = await txn.read(rows.alias_ids(namespace) + alias_id, Pointer)
    alias = await by_name(txn, namespace, *pointer.to) if pointer is not None else None
    return alias if alias is not None and alias.id == alias_id else None


async def by_name(txn: Transaction, namespace: str, mount_accessor: str, name: str) -> AliasRecord | None:
    """The alias that a mount knows by that name, or None."""
    if not mount_accessor or not name or "/" in mount_accessor:
        return None
    return await txn.read(rows.alias(namespace, mount_accessor, name), AliasRecord)


def create(txn: Transaction, namespace: str, alias: AliasRecord, entity: EntityRecord) -> EntityRecord:
    """Store a new alias.  Returns its entity, which the caller stores.

    Raises: `InvalidRequest` for a name or metadata beyond the limits.
    """
    check_name("alias", alias.name)
    check_custom_metadata(alias.custom_metadata)
    name = folded(alias.name)
    txn.write(rows.alias(namespace, alias.mount_accessor, name), alias)
    txn.write(rows.alias_ids(namespace) + alias.id, Pointer(to=(alias.mount_accessor, name)))
    return entities.with_alias(entity, alias.mount_accessor, name)


async def move(
    txn: Transaction, namespace: str, alias: AliasRecord, entity: EntityRecord, now: float, *, merge: bool = False
) -> EntityRecord:
    """Give an alias to another entity.  Returns that entity, which the caller stores."""
    before = await entities.read(txn, namespace, alias.entity_id)
    name = folded(alias.name)
    if before is not None and before.id != entity.id:
        entities.write(txn, namespace, entities.without_alias(before, alias.mount_accessor, name))
    merged = tuple(dict.fromkeys((*alias.merged_from, alias.entity_id)))[-_MERGES:] if merge else alias.merged_from
    changed = msgspec.structs.replace(alias, entity_id=entity.id, merged_from=merged)
    if not merge:
        changed = msgspec.structs.replace(changed, updated_at=now)
    txn.write(rows.alias(namespace, alias.mount_accessor, name), changed)
    return entities.with_alias(entity, alias.mount_accessor, name)


_MERGES = 100


async def delete(txn: Transaction, namespace: str, alias: AliasRecord) -> None:
    """Delete an alias.  Its entity stays."""
    remove(txn, namespace, alias)
    entity = await entities.read(txn, namespace, alias.entity_id)
    if entity is not None:
        changed = entities.without_alias(entity, alias.mount_accessor, folded(alias.name))
        entities.write(txn, namespace, changed)


def remove(txn: Transaction, namespace: str, alias: AliasRecord) -> None:
    """Delete the rows of an alias, but for its entity's."""
    txn.delete(rows.alias(namespace, alias.mount_accessor, alias.name))
    txn.delete(rows.alias_ids(namespace) + alias.id)
