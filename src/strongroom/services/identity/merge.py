"""Merges entities into one.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/entity#merge-entities
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.identity import aliases, entities, members, rows
from strongroom.services.identity.inherit import counts_until
from strongroom.services.identity.names import folded
from strongroom.services.identity.records import AliasRecord, EntityRecord, GroupRecord, Membership, Pointer

_MERGES = 256
"""Ids of merged entities that an entity keeps."""
_SOURCES = 16
"""The most entities that one request merges.  It is one commit."""
_KEYS_EACH = 7
"""Keys of one membership that moves: four rows, two counts, and the listing."""


async def merge(
    txn: Transaction,
    namespace: str,
    to: EntityRecord,
    sources: Sequence[EntityRecord],
    *,
    keep: Sequence[str],
    now: float,
) -> None:
    """Move aliases and memberships of entities to another one, and delete them.

    Their policies and metadata aren't merged: an administrator decides about these.  Tokens act for the remaining
    entity, but for those of a disabled one.

    Args:
        keep: ids of the aliases that stay where both have one in the same mount.  The others are deleted.

    Raises: `InvalidRequest` for aliases in the same mount when it isn't clear which one stays, and for too many.
    """
    if len(sources) > _SOURCES:
        raise InvalidRequest(f"at most {_SOURCES} entities can be merged at a time")
    theirs = [(source, await aliases_of(txn, namespace, source)) for source in sources]
    _check_sources(theirs)
    own = {alias.mount_accessor: alias for alias in await aliases_of(txn, namespace, to)}
    pairs = [
        (own[alias.mount_accessor], alias) for _, found in theirs for alias in found if alias.mount_accessor in own
    ]
    dropped = _dropped(pairs, keep, to, sources)
    merged = entities.kept(to)
    for alias in (one for pair in pairs for one in pair if one.id in dropped):
        aliases.remove(txn, namespace, alias)
        merged = entities.without_alias(merged, alias.mount_accessor, folded(alias.name))
    for source, found in theirs:
        for alias in found:
            if alias.id not in dropped:
                merged = await aliases.move(txn, namespace, alias, merged, now, merge=True)
        await _move_memberships(txn, namespace, source.id, to.id)
        await entities.delete(txn, namespace, msgspec.structs.replace(source, aliases=()))
        # The tokens and approvals of a disabled entity may be somebody else's.
        txn.write(rows.merged(namespace, source.id), Pointer(to=(to.id,), powerless=source.disabled))
    ids = (*to.merged_from, *(source.id for source in sources))
    entities.write(txn, namespace, msgspec.structs.replace(merged, merged_from=ids[-_MERGES:]))


async def aliases_of(txn: Transaction, namespace: str, entity: EntityRecord) -> list[AliasRecord]:
    """The aliases of an entity."""
    found = [await txn.read(rows.alias(namespace, *place), AliasRecord) for place in entity.aliases]
    return [alias for alias in found if alias is not None and alias.entity_id == entity.id]


def _check_sources(theirs: Sequence[tuple[EntityRecord, Sequence[AliasRecord]]]) -> None:
    seen: set[str] = set()
    for _, found in theirs:
        accessors = {alias.mount_accessor for alias in found}
        if both := sorted(accessors & seen):
            raise InvalidRequest(
                f"mount accessor {both[0]} found in multiple fromEntities, merge should be done with one fromEntity "
                "at a time"
            )
        seen |= accessors


def _dropped(
    pairs: Sequence[tuple[AliasRecord, AliasRecord]],
    keep: Sequence[str],
    to: EntityRecord,
    sources: Sequence[EntityRecord],
) -> set[str]:
    """The ids of the aliases that go, of each pair in the same mount one."""
    if not pairs:
        return set()
    if not keep or len(sources) > 1:
        clashes = "".join(
            f"\n\t* mountAccessor: {own.mount_accessor}, toEntity ID: {to.id}, fromEntity ID: {other.entity_id}, "
            f"conflicting toEntity alias ID: {own.id}, conflicting fromEntity alias ID: {other.id}"
            for own, other in pairs
        )
        raise InvalidRequest(
            f"{len(pairs) + 1} errors occurred:\n\t* toEntity and at least one fromEntity have aliases with the same "
            f"mount accessor, repeat the merge request specifying exactly one fromEntity, clashes: {clashes}\n\n"
        )
    dropped: set[str] = set()
    for own, other in pairs:
        if (own.id in keep) == (other.id in keep):
            which = "both were" if own.id in keep else "neither were"
            raise InvalidRequest(
                f"conflicting mount accessors in following alias IDs and {which} present in "
                f"conflicting_alias_ids_to_keep: {other.id}, {own.id}"
            )
        dropped.add(other.id if own.id in keep else own.id)
    return dropped


async def _move_memberships(txn: Transaction, namespace: str, source: str, to: str) -> None:
    prefix = rows.memberships(namespace, source)
    most = txn.barrier.storage.limits.keys // (2 * _KEYS_EACH)
    groups = await txn.list(prefix, limit=most + 1)
    if len(groups) > most:
        raise InvalidRequest(f"an entity that is in more than {most} groups can't be merged")
    for group_id in groups:
        membership = await txn.read(prefix + group_id, Membership)
        if membership is not None and await _counts_longer(txn, namespace, group_id, membership, to):
            await members.enter(txn, namespace, to, group_id, membership)
        await members.leave(txn, namespace, source, group_id)


async def _counts_longer(txn: Transaction, namespace: str, group_id: str, membership: Membership, to: str) -> bool:
    """Whether a membership counts for longer than that of the remaining entity, which may be left of earlier logins."""
    present = await txn.read(rows.memberships(namespace, to) + group_id, Membership)
    if present is None:
        return True
    group = await txn.read(rows.group(namespace, group_id), GroupRecord)
    return group is not None and counts_until(group, membership) > counts_until(group, present)
