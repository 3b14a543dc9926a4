"""Entities, the names that auth methods know them by, and the groups that they are in."""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random, uuid4
from strongroom.services.identity import aliases, entities, external, groups, merge, rows
from strongroom.services.identity.inherit import ancestors, groups_in
from strongroom.services.identity.records import AliasRecord, EntityRecord, GroupRecord
from strongroom.services.identity.standing import Standing, standing_of
from strongroom.services.policy.paths import Alias, PathGroup, Subject

_DAY_S = 86_400


class IdentityService:
    """The identities of all namespaces.  `namespace` is always the id of the one that an entity or group is in."""

    def __init__(self, random: Random, clock: Clock) -> None:
        self._random = random
        self._clock = clock

    def new_id(self, txn: Transaction, namespace: str, what: str) -> str:
        """A new id of an entity, alias or group, the same in all attempts.  It ends in its namespace."""
        return txn.once(f"{what} id", lambda: uuid4(self._random)) + keys.suffix(namespace)

    def new_name(self, txn: Transaction, namespace: str, what: str) -> str:
        """A name for an entity or group that was given none."""
        return f"{what}_" + txn.once(f"{what} name", lambda: self._random.bytes(4).hex()) + keys.suffix(namespace)

    async def new_entity(self, txn: Transaction, namespace: str, *, now: float, by_login: bool = False) -> EntityRecord:
        """A new entity with a name of its own.  Its name is taken, and the caller stores it."""
        entity = EntityRecord(
            id=self.new_id(txn, namespace, "entity"),
            name=self.new_name(txn, namespace, "entity"),
            created_at=now,
            updated_at=now,
            by_login=by_login,
        )
        await entities.put(txn, namespace, entity, None)
        return entity

    async def entity_of(
        self, txn: Transaction, namespace: str, mount_accessor: str, alias: str, *, metadata: dict[str, str], now: float
    ) -> str:
        """The id of the entity that logs in as `alias`.  The first login creates the entity.

        The alias gets the metadata of this login.  An entity is never merged here, whatever its names are.
        """
        known = await aliases.by_name(txn, namespace, mount_accessor, alias)
        entity = await entities.read(txn, namespace, known.entity_id) if known is not None else None
        if known is not None and entity is not None:
            if known.metadata != metadata:
                changed = msgspec.structs.replace(known, metadata=metadata, updated_at=now)
                txn.write(rows.alias(namespace, mount_accessor, alias), changed)
            if now - entity.last_login_at >= _DAY_S:
                entities.write(txn, namespace, msgspec.structs.replace(entity, last_login_at=now))
            return entity.id
        entity = await self.new_entity(txn, namespace, now=now, by_login=True)
        new = AliasRecord(
            id=self.new_id(txn, namespace, "alias"),
            entity_id=entity.id,
            name=alias,
            mount_accessor=mount_accessor,
            metadata=metadata,
            created_at=now,
            updated_at=now,
        )
        entity = aliases.create(txn, namespace, new, entity)
        entities.write(txn, namespace, msgspec.structs.replace(entity, last_login_at=now))
        return entity.id

    async def has_token(self, txn: Transaction, entity_id: str, expires_at: float, now: float) -> None:
        """Note that a token of an entity was made or renewed.  The row is written once a day, or for a longer token.

        Args:
            entity_id: empty for a token without one. expires_at: seconds since the epoch; 0 for never. now: likewise.
        """
        namespace = keys.namespace_of(entity_id)
        entity = await entities.living(txn, namespace, entity_id) if entity_id else None
        if entity is None or not entity.by_login:
            return
        if not expires_at:
            entities.write(txn, namespace, entities.kept(entity))
        elif expires_at > entity.tokens_until or now - entity.seen_at >= _DAY_S:
            until = max(entity.tokens_until, expires_at + _DAY_S)
            entities.write(txn, namespace, msgspec.structs.replace(entity, seen_at=now, tokens_until=until))

    async def keep(self, txn: Transaction, entity_id: str) -> None:
        """Note that an entity is more than what a login made.  It is never cleared then."""
        await entities.keep(txn, keys.namespace_of(entity_id), entity_id)

    async def answered(self, txn: Transaction, namespace: str, entity_id: str, answer: external.Answer) -> None:
        """Set the external groups of an entity by the answer of an auth method.

        Args:
            namespace: of the auth mount. entity_id: also one that was merged into another since the token's login.
        """
        entity = await entities.living(txn, keys.namespace_of(entity_id), entity_id)
        if entity is not None:
            await external.apply(txn, namespace, entity.id, answer)

    async def named_groups(self, txn: Transaction, namespace: str, answer: external.Answer) -> list[GroupRecord]:
        """The external groups that an answer names, and those that these are in, whoever is a member."""
        ids = [*await external.named(txn, namespace, answer)]
        direct = [await groups.read(txn, namespace, id_) for id_ in ids]
        return [*(group for group in direct if group is not None), *await ancestors(txn, namespace, ids)]

    async def entity(self, txn: Transaction, namespace: str, entity_id: str) -> EntityRecord | None:
        """The entity, or None."""
        return await entities.read(txn, namespace, entity_id)

    async def by_name(self, txn: Transaction, namespace: str, name: str) -> EntityRecord | None:
        """The entity of that name, or None."""
        return await entities.by_name(txn, namespace, name)

    async def by_alias(self, txn: Transaction, namespace: str, mount_accessor: str, alias: str) -> EntityRecord | None:
        """The entity that an auth mount knows by that name, or None."""
        known = await aliases.by_name(txn, namespace, mount_accessor, alias)
        return await entities.read(txn, namespace, known.entity_id) if known is not None else None

    async def aliases(self, txn: Transaction, namespace: str, entity: EntityRecord) -> list[AliasRecord]:
        """The names that an entity is known by."""
        return await merge.aliases_of(txn, namespace, entity)

    async def groups_of(self, txn: Transaction, namespace: str, entity_id: str) -> tuple[GroupRecord, ...]:
        """The groups of a namespace that an entity is in, directly or through other groups.

        Args:
            namespace: the groups' namespace.  It may be below the entity's.
        """
        return (await groups_in(txn, namespace, entity_id, self._clock.now())).all

    async def group(self, txn: Transaction, namespace: str, group_id: str) -> GroupRecord | None:
        """The group, or None."""
        return await groups.read(txn, namespace, group_id)

    async def standing(
        self, txn: Transaction, entity_namespace: str, entity_id: str, lineage: tuple[str, ...]
    ) -> Standing | None:
        """Whether an entity is disabled, and its policies in each namespace of `lineage`.  None if there is none.

        It is derived from committed rows; `standing_of` also sees what the transaction has written.
        """
        now = self._clock.now()
        standing = await txn.derived(
            ("standing", entity_namespace, entity_id, lineage),
            lambda inner: standing_of(inner, entity_namespace, entity_id, lineage, now),
        )
        if standing is not None and standing.until <= now:
            return await standing_of(txn, entity_namespace, entity_id, lineage, now)
        return standing

    async def standing_now(
        self, txn: Transaction, entity_namespace: str, entity_id: str, lineage: tuple[str, ...]
    ) -> Standing | None:
        """The same with what this transaction has written itself."""
        return await standing_of(txn, entity_namespace, entity_id, lineage, self._clock.now())

    async def policies_of(self, txn: Transaction, namespace: str, entity_id: str) -> tuple[str, ...]:
        """The policies of an entity and its groups in its own namespace, with what this transaction has written."""
        if not entity_id:
            return ()
        # Most logins find everything as it was, so what is kept of the entity holds.
        ask = self.standing_now if txn.has_written_below(keys.identity(namespace), rows.REMAINS) else self.standing
        standing = await ask(txn, namespace, entity_id, (namespace,))
        if standing is None:
            return ()
        txn.lasts(standing.until)
        return standing.policies[namespace]

    async def subject(self, txn: Transaction, namespace: str, entity_id: str, *, groups_of: str = "") -> Subject | None:
        """The entity as policy templates see it; None without one.

        Args:
            groups_of: the namespace whose groups count; without it, the entity's.
        """
        entity = await entities.living(txn, namespace, entity_id)
        if entity is None:
            return None
        names = {
            alias.mount_accessor: Alias(
                id=alias.id, name=alias.name, metadata=alias.metadata, custom_metadata=alias.custom_metadata
            )
            for alias in await self.aliases(txn, namespace, entity)
        }
        found = await groups_in(txn, groups_of or namespace, entity.id, self._clock.now())
        return Subject(
            id=entity.id,
            name=entity.name,
            metadata=entity.metadata,
            aliases=names,
            groups=tuple(PathGroup(id=group.id, name=group.name, metadata=group.metadata) for group in found.all),
            until=found.until,
        )
