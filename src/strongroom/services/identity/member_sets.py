"""Replaces the entities of a group, or adds and removes some, however many there are.

A change of a few is part of the request's own commit.  A larger one is made in many commits before it, each of which
leaves a valid group, and none gives anybody a policy that they have neither before nor after it.  If the request ends
in between, some of the change has happened, and repeating it does the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import msgspec

from strongroom.barrier.transaction import Transaction, apart
from strongroom.lib.errors import InvalidRequest
from strongroom.services.identity import entities, members, rows
from strongroom.services.identity.pages import MOST
from strongroom.services.identity.records import EntityRecord, GroupRecord, Membership
from strongroom.storage.keys import is_key

_KEYS_EACH = 5
"""Keys of one change: two rows, the entity's, the group's and the count."""
_SPARE = 24
_PAGE = 1000


async def replace(
    txn: Transaction,
    lineage: Sequence[str],
    group: GroupRecord,
    wanted: Collection[str],
    policies: Collection[str],
    *,
    is_new: bool,
) -> None:
    """Make these entities the members of an internal group of the last namespace in `lineage`.

    Args:
        lineage: the namespaces that the entities may be in, root first.
        policies: those that the group has after the request.

    Raises: `InvalidRequest` for an entity that doesn't exist, and for too many.
    """
    namespace, chosen = lineage[-1], dict.fromkeys(wanted)
    if len(chosen) > members.MOST_MEMBERS:
        raise InvalidRequest(f"a group has at most {members.MOST_MEMBERS} entities")
    # The group's row is in the read set.  Whoever comes second compares anew with what the first one has left.
    stage = f"{group.id} {group.modify_index}"
    present = set() if is_new else await txn.once.wait(f"members {stage}", partial(_present, txn, namespace, group.id))
    left, joined = sorted(present - chosen.keys()), [id_ for id_ in chosen if id_ not in present]
    if chosen and left and len(present) > MOST:
        # The client may have read the first ones only, and would remove the others without knowing them.
        raise InvalidRequest(
            f"the group has more than {MOST} entities, which no answer shows at once: "
            f"add and remove entities by identity/group/id/{group.id}/members"
        )
    change = _Change(group, tuple(left), tuple(joined), frozenset(policies), is_new)
    await _apply(txn, lineage, change)


async def adjust(
    txn: Transaction, lineage: Sequence[str], group: GroupRecord, add: Collection[str], remove: Collection[str]
) -> None:
    """Add entities to an internal group and remove others, whatever else is in it.

    The group's own row stays as it is, so that its other entities notice nothing.

    Args:
        lineage: as in `replace`.

    Raises: `InvalidRequest` for an entity to add that doesn't exist, and for one in both lists.
    """
    joined, left = dict.fromkeys(add), dict.fromkeys(remove)
    if both := joined.keys() & left.keys():
        raise InvalidRequest(f'entity ID "{min(both)}" is to be added and removed')
    for id_ in left:
        _check_id(id_)
    await _apply(txn, lineage, _Change(group, tuple(left), tuple(joined), frozenset(group.policies)))


class _Change(msgspec.Struct, frozen=True):
    """A change of a group's entities."""

    group: GroupRecord
    left: tuple[str, ...]
    """Ids of those that leave."""
    joined: tuple[str, ...]
    policies: frozenset[str]
    """Those that the group has after the request."""
    is_new: bool = False


async def _apply(txn: Transaction, lineage: Sequence[str], change: _Change) -> None:
    group, is_new = change.group, change.is_new
    namespace, stage = lineage[-1], f"{group.id} {group.modify_index}"
    places = await txn.once.wait(f"places {stage}", partial(_places, txn, lineage, change.joined))
    changes = [*((id_, "") for id_ in change.left), *places.items()]
    most = min((txn.barrier.storage.limits.keys - _SPARE) // _KEYS_EACH, _PAGE) // 2
    if len(changes) <= most:
        await _change(txn, namespace, group.id, changes)
        return
    if not is_new and not change.policies.issuperset(group.policies):
        # Otherwise those who join would have the policies that the request takes away, until its own commit.
        await apart(txn, f"policies {stage}", partial(_narrow, namespace, group.id, change.policies))
    for start in range(0, len(changes), most):  # those that leave come first
        page = partial(_page, namespace, group.id, changes[start : start + most], is_new)
        await apart(txn, f"members {stage} {start}", page)


async def _present(txn: Transaction, namespace: str, group_id: str) -> set[str]:
    return set((await txn.barrier.storage.list(rows.members(namespace, group_id))).names)


async def _places(txn: Transaction, lineage: Sequence[str], entity_ids: Sequence[str]) -> dict[str, str]:
    """The namespace of each entity.  Raises `InvalidRequest` for the first entity that is in none of these."""
    found: dict[str, str] = {}
    for start in range(0, len(entity_ids), _PAGE):
        asked = entity_ids[start : start + _PAGE]
        for id_ in asked:
            _check_id(id_)
        keys = {rows.entity(place, id_): (id_, place) for place in lineage for id_ in asked}
        stored = (await txn.barrier.storage.get_many(keys)).entries
        found.update(keys[key] for key in stored)
        for id_ in asked:
            if id_ not in found:
                raise InvalidRequest(f'invalid entity ID "{id_}"')
    return found


def _check_id(id_: str) -> None:
    if not is_key(id_) or "/" in id_:
        raise InvalidRequest(f'invalid entity ID "{id_}"')


async def _narrow(namespace: str, group_id: str, policies: Collection[str], txn: Transaction) -> None:
    """Take the policies from a group that it won't have any more."""
    group = await txn.read(rows.group(namespace, group_id), GroupRecord)
    if group is None:
        raise InvalidRequest("invalid group ID")
    kept = tuple(policy for policy in group.policies if policy in policies)
    txn.write(rows.group(namespace, group_id), msgspec.structs.replace(group, policies=kept))


async def _page(
    namespace: str, group_id: str, changes: Sequence[tuple[str, str]], is_new: bool, txn: Transaction
) -> None:
    if not is_new and await txn.read(rows.group(namespace, group_id), GroupRecord) is None:
        raise InvalidRequest("invalid group ID")
    await _change(txn, namespace, group_id, changes)


async def _change(txn: Transaction, namespace: str, group_id: str, changes: Sequence[tuple[str, str]]) -> None:
    """Make the changes: an entity joins if it has a place, and leaves otherwise."""
    for entity_id, place in changes:
        if not place:
            await members.leave(txn, namespace, entity_id, group_id)
        elif await txn.read(rows.entity(place, entity_id), EntityRecord) is None:
            raise InvalidRequest(f'invalid entity ID "{entity_id}"')
        else:
            await entities.keep(txn, place, entity_id)
            await members.enter(txn, namespace, entity_id, group_id, Membership())
