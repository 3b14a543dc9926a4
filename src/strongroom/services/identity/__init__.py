"""Identity: the person or machine behind a login, whichever method it used."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.rand import Random, uuid4
from strongroom.services.identity.records import AliasRecord, EntityRecord
from strongroom.services.policy.paths import Alias, Subject

__all__ = ["AliasRecord", "EntityRecord", "IdentityService"]


class IdentityService:
    """Entities, and the names that auth methods know them by."""

    def __init__(self, random: Random) -> None:
        self._random = random

    async def entity_of(
        self, txn: Transaction, mount_accessor: str, alias: str, metadata: dict[str, str], now: float
    ) -> str:
        """The id of the entity that logs in as `alias`.  The first login creates the entity."""
        key = alias_key(mount_accessor, alias)
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
            keys.ENTITY + entity_id,
            EntityRecord(id=entity_id, name=name, created_at=now, updated_at=now, aliases=((mount_accessor, alias),)),
        )
        txn.write(keys.ENTITY_NAME + name, AliasRecord(id="", entity_id=entity_id, name=name, mount_accessor=""))
        return entity_id

    async def entity(self, txn: Transaction, entity_id: str) -> EntityRecord | None:
        """The entity, or None."""
        return await txn.read(keys.ENTITY + entity_id, EntityRecord)

    async def by_name(self, txn: Transaction, name: str) -> EntityRecord | None:
        """The entity of that name, or None."""
        index = await txn.read(keys.ENTITY_NAME + name, AliasRecord)
        return await self.entity(txn, index.entity_id) if index is not None else None

    async def by_alias(self, txn: Transaction, mount_accessor: str, alias: str) -> EntityRecord | None:
        """The entity that an auth mount knows by that name, or None."""
        known = await txn.read(alias_key(mount_accessor, alias), AliasRecord)
        return await self.entity(txn, known.entity_id) if known is not None else None

    async def aliases(self, txn: Transaction, entity: EntityRecord) -> list[AliasRecord]:
        """The names that an entity is known by."""
        found = [await txn.read(alias_key(*alias), AliasRecord) for alias in entity.aliases]
        return [alias for alias in found if alias is not None]

    async def subject(self, txn: Transaction, entity_id: str) -> Subject | None:
        """The entity as policy templates see it; None without one."""
        entity = await self.entity(txn, entity_id) if entity_id else None
        if entity is None:
            return None
        aliases = {
            alias.mount_accessor: Alias(id=alias.id, name=alias.name, metadata=alias.metadata)
            for alias in await self.aliases(txn, entity)
        }
        return Subject(id=entity.id, name=entity.name, metadata=entity.metadata, aliases=aliases)


def alias_key(mount_accessor: str, alias: str) -> str:
    """The key of an alias's row.  A name may contain any character, so it is encoded as one segment."""
    return f"{keys.ALIAS}{mount_accessor}/{alias.encode().hex()}"
