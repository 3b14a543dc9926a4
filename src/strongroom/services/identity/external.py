"""The external groups of an entity, as an auth method answers at a login or a renewal."""

from __future__ import annotations

from functools import partial

import msgspec

from strongroom.barrier.transaction import Transaction, apart
from strongroom.lib.errors import InvalidRequest
from strongroom.services.identity import members, rows
from strongroom.services.identity.names import check_name, folded
from strongroom.services.identity.pages import glance
from strongroom.services.identity.records import GroupAliasRecord, GroupRecord, Membership

NAMES = 10_000
"""The most group names in one answer of an auth method."""
_AT_ONCE = 16
"""Memberships that change in the login's own commit."""
_DAY_S = 86_400


class Answer(msgspec.Struct, frozen=True):
    """What an auth method said of the groups of somebody."""

    accessor: str
    """Of the auth mount."""
    names: tuple[str, ...]
    """The groups' names there; empty for none."""
    at: float
    """Seconds since the epoch."""


async def apply(txn: Transaction, namespace: str, entity_id: str, answer: Answer) -> None:
    """Make the entity a member of exactly the groups that the answer names, of all groups of that mount.

    Raises: `InvalidRequest` for more names than anybody has.
    """
    wanted = await named(txn, namespace, answer)
    # Looked at from outside first: a large change is made in commits of its own, which must not change what this
    # transaction has read.
    for turn in range(NAMES // _AT_ONCE + 2):
        changes = await txn.once.wait(
            f"groups {entity_id} {turn}", partial(_changes_now, txn, namespace, entity_id, wanted, answer)
        )
        if len(changes) <= _AT_ONCE:
            break
        page = dict(list(changes.items())[:_AT_ONCE])
        await apart(txn, f"groups {entity_id} {turn}", partial(_change, namespace, entity_id, page))
    rest = await _changes(txn, namespace, entity_id, wanted, answer)
    await _change(namespace, entity_id, rest, txn)


async def named(txn: Transaction, namespace: str, answer: Answer) -> dict[str, Membership]:
    """The memberships in the groups with one of the names, by the group's id.

    Raises: `InvalidRequest` for more names than anybody has.
    """
    if len(answer.names) > NAMES:
        raise InvalidRequest(f"a login has at most {NAMES} groups")
    found: dict[str, Membership] = {}
    for name in dict.fromkeys(folded(name) for name in answer.names):
        if not name:
            continue
        check_name("a group's name", name)
        # Not in the read set: a membership counts only while its group has this alias.
        alias = await glance(txn, rows.group_alias(namespace, answer.accessor, name), GroupAliasRecord)
        group = await glance(txn, rows.group(namespace, alias.group_id), GroupRecord) if alias is not None else None
        if group is not None:
            found[group.id] = Membership(
                source=answer.accessor, alias=name, alias_index=group.alias_index, refreshed_at=answer.at
            )
    return found


async def _changes_now(
    txn: Transaction, namespace: str, entity_id: str, wanted: dict[str, Membership], answer: Answer
) -> dict[str, Membership | None]:
    return await _changes(Transaction(txn.barrier, txn.once), namespace, entity_id, wanted, answer)


async def _changes(
    txn: Transaction, namespace: str, entity_id: str, wanted: dict[str, Membership], answer: Answer
) -> dict[str, Membership | None]:
    """The new memberships by group, None for one that ends.  Those that end come first."""
    prefix = rows.memberships(namespace, entity_id)
    ended: dict[str, Membership | None] = {}
    kept: set[str] = set()
    for group_id in await txn.list(prefix):
        membership = await txn.read(prefix + group_id, Membership)
        if membership is None or membership.source != answer.accessor:
            continue
        asked = wanted.get(group_id)
        if asked is None:
            ended[group_id] = None
        elif (asked.alias, asked.alias_index) == (membership.alias, membership.alias_index) and not await _is_stale(
            txn, namespace, group_id, membership, answer.at
        ):
            kept.add(group_id)
    joined = {group_id: asked for group_id, asked in wanted.items() if group_id not in kept}
    return ended | joined


async def _is_stale(txn: Transaction, namespace: str, group_id: str, membership: Membership, now: float) -> bool:
    """Whether it has to be written anew.  Where nothing depends on the time, once a day is enough."""
    group = await txn.read(rows.group(namespace, group_id), GroupRecord)
    age_s = now - membership.refreshed_at
    return age_s >= _DAY_S or bool(group is not None and group.membership_ttl_s and age_s > 0)


async def _change(namespace: str, entity_id: str, changes: dict[str, Membership | None], txn: Transaction) -> None:
    for group_id, membership in changes.items():
        if membership is None:
            await members.leave(txn, namespace, entity_id, group_id)
        elif await txn.read(rows.group(namespace, group_id), GroupRecord) is not None:
            await members.enter(txn, namespace, entity_id, group_id, membership)
