"""By what chain a token comes to each of its policies: its own, its entity's, or a group's."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.services.identity import entities, rows
from strongroom.services.identity.inherit import groups_in
from strongroom.services.identity.records import EntityRecord, GroupRecord
from strongroom.services.namespaces import Namespace
from strongroom.services.tokens.records import TokenRecord
from strongroom.services.tokens.rights import places_of

TOKEN, ENTITY, GROUP = "token", "entity", "group"


class Origin(msgspec.Struct, frozen=True):
    """One way to a policy."""

    by: str
    """`token`, `entity` or `group`."""
    names: tuple[str, ...] = ()
    """The entity's name; or the groups' names, from the one that the entity is in to the one that has the policy."""


class Named(msgspec.Struct, frozen=True):
    """A policy by its name, and all ways to it."""

    namespace: str
    """The id of its namespace."""
    name: str
    origins: tuple[Origin, ...]


async def policies_of(txn: Transaction, record: TokenRecord, namespace: Namespace, now: float) -> list[Named]:
    """The policies that a token has in a namespace, in the order in which its rights list them.

    Args:
        now: seconds since the epoch.
    """
    ways: dict[tuple[str, str], list[Origin]] = {}

    def has(place: str, names: tuple[str, ...], origin: Origin) -> None:
        for name in names:
            known = ways.setdefault((place, name), [])
            if origin not in known:
                known.append(origin)

    has(record.namespace, record.policies, Origin(TOKEN))
    entity = await entities.living(txn, record.home_of_entity, record.entity_id) if record.entity_id else None
    if entity is not None:
        places = places_of(record, namespace)
        if record.home_of_entity in places:
            has(record.home_of_entity, entity.policies, Origin(ENTITY, (entity.name,)))
        for place in places:
            for chain in await _chains(txn, place, entity, now):
                has(place, chain[-1].policies, Origin(GROUP, tuple(group.name for group in chain)))
    order = {place: number for number, place in enumerate(places_of(record, namespace))}
    ordered = sorted(ways.items(), key=lambda item: (order.get(item[0][0], 0), item[0][1]))
    return [Named(place, name, tuple(origins)) for (place, name), origins in ordered]


async def _chains(txn: Transaction, place: str, entity: EntityRecord, now: float) -> list[tuple[GroupRecord, ...]]:
    """For each group of a namespace that an entity is in, a shortest way to it."""
    groups = await groups_in(txn, place, entity.id, now)
    known = {group.id: group for group in groups.all}
    chains: dict[str, tuple[GroupRecord, ...]] = {group.id: (group,) for group in groups.direct}
    layer = list(chains)
    while layer:
        below, layer = layer, []
        for id_ in below:
            for above in await txn.list(rows.parents(place, id_)):
                if above in known and above not in chains:
                    chains[above] = (*chains[id_], known[above])
                    layer.append(above)
    return list(chains.values())
