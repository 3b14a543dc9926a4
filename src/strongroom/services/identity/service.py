"""Entities, the names that auth methods know them by, and the groups that they are in."""

from __future__ import annotations

from strongroom.barrier.transaction import Transaction
from strongroom.lib.rand import Random, uuid4
from strongroom.services.identity import rows
from strongroom.services.identity.records import AliasRecord, EntityRecord, GroupRecord
from strongroom.services.policy.paths import Alias, PathGroup, Subject


class IdentityService:
    """The identities of all namespaces.  `namespace` is always the id of the one that an entity or group is in."""

    def __init__(self, random: Random) -> None:
        self._random = random

    async def entity_of(
        self, txn: Transaction, namespace: str, mount_accessor: str, alias: str, *, metadata: dict[str, str], now: float
    ) -> str:
        """The id of the entity that logs in as `alias`.  The first login creates the entity."""
        key = rows.alias(namespace, mount_accessor, alias)
        known = await txn.read(key, AliasRecord)
        if known is not None:
            return known.entity_id
        entity_id = txn.once("entity id", lambda: uuid4(self._random))
        alias_id = txn.once("alias id", lambda: uuid4(self._random))
        name = "entity_" + txn.once("entity name", lambda: self._random.bytes(4).hex())
        txn.write(
            key,
            AliasRecord(
                id=alias_id,
                entity_id=entity_id,
                name=alias,
                mount_accessor=mount_accessor,
                metadata=metadata,
                created_at=now,
                updated_at=now,
            ),
        )
        txn.write(
            rows.entity(namespace, entity_id),
            EntityRecord(id=entity_id, name=name, created_at=now, updated_at=now, aliases=((mount_accessor, alias),)),
        )
        txn.write(
            rows.entity_name(namespace, name), AliasRecord(id="", entity_id=entity_id, name=name, mount_accessor="")
        )
        return entity_id

    async def entity(self, txn: Transaction, namespace: str, entity_id: str) -> EntityRecord | None:
        """The entity, or None."""
        return await txn.read(rows.entity(namespace, entity_id), EntityRecord)

    async def by_name(self, txn: Transaction, namespace: str, name: str) -> EntityRecord | None:
        """The entity of that name, or None."""
        index = await txn.read(rows.entity_name(namespace, name), AliasRecord)
        return await self.entity(txn, namespace, index.entity_id) if index is not None else None

    async def by_alias(self, txn: Transaction, namespace: str, mount_accessor: str, alias: str) -> EntityRecord | None:
        """The entity that an auth mount knows by that name, or None."""
        known = await txn.read(rows.alias(namespace, mount_accessor, alias), AliasRecord)
        return await self.entity(txn, namespace, known.entity_id) if known is not None else None

    async def aliases(self, txn: Transaction, namespace: str, entity: EntityRecord) -> list[AliasRecord]:
        """The names that an entity is known by."""
        found = [await txn.read(rows.alias(namespace, *alias), AliasRecord) for alias in entity.aliases]
        return [alias for alias in found if alias is not None]

    async def groups_of(self, txn: Transaction, namespace: str, entity_id: str) -> tuple[GroupRecord, ...]:
        """The groups of a namespace that an entity is in, directly or through other groups.

        Args:
            namespace: the groups' namespace.  It may be below the entity's.
        """
        ids = await txn.list(rows.memberships(namespace, entity_id))
        found = [await txn.read(rows.group(namespace, id_), GroupRecord) for id_ in ids]
        return tuple(group for group in found if group is not None)

    async def subject(self, txn: Transaction, namespace: str, entity_id: str) -> Subject | None:
        """The entity as policy templates see it; None without one."""
        entity = await self.entity(txn, namespace, entity_id) if entity_id else None
        if entity is None:
            return None
        aliases = {
            alias.mount_accessor: Alias(id=alias.id, name=alias.name, metadata=alias.metadata)
            for alias in await self.aliases(txn, namespace, entity)
        }
        groups = tuple(
            PathGroup(id=group.id, name=group.name, metadata=group.metadata)
            for group in await self.groups_of(txn, namespace, entity_id)
        )
        return Subject(id=entity.id, name=entity.name, metadata=entity.metadata, aliases=aliases, groups=groups)
