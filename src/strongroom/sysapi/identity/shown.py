"""Entities, aliases and groups in responses."""

from __future__ import annotations

import math
from typing import Any

from strongroom.audit.entry import timestamp
from strongroom.barrier.transaction import Transaction
from strongroom.sdk.response import Response
from strongroom.services.identity import AliasRecord, EntityRecord, GroupRecord, groups, members, rows
from strongroom.services.identity.inherit import counts_until, groups_in, source_is_gone
from strongroom.services.identity.pages import MOST, glance, page
from strongroom.services.identity.records import EXTERNAL, GroupAliasRecord, Membership
from strongroom.sysapi.context import SystemView


def place_of(view: SystemView, accessor: str) -> dict[str, Any]:
    """The mount of an alias.  Path and type of a mount that is gone are empty."""
    entry = view.router.by_accessor.get(accessor)
    return {
        "mount_accessor": accessor,
        "mount_path": entry.record.full_path if entry is not None else "",
        "mount_type": entry.record.type if entry is not None else "",
    }


def alias_summary(view: SystemView, alias: AliasRecord) -> dict[str, Any]:
    """An alias in a listing."""
    return {
        "canonical_id": alias.entity_id,
        "custom_metadata": alias.custom_metadata or None,
        "local": False,
        "metadata": alias.metadata or None,
        "name": alias.name,
        **place_of(view, alias.mount_accessor),
    }


def alias_in_entity(view: SystemView, alias: AliasRecord) -> dict[str, Any]:
    """An alias among those of its entity."""
    return {
        **alias_summary(view, alias),
        "creation_time": timestamp(alias.created_at),
        "id": alias.id,
        "last_update_time": timestamp(alias.updated_at),
        "merged_from_canonical_ids": list(alias.merged_from) or None,
    }


def alias_alone(view: SystemView, alias: AliasRecord) -> dict[str, Any]:
    """An alias as its own path shows it."""
    return {**alias_in_entity(view, alias), "namespace_id": view.namespace.id}


async def entity(view: SystemView, record: EntityRecord, now: float) -> dict[str, Any]:
    """An entity with its aliases and groups."""
    found = await groups_in(view.txn, view.namespace.id, record.id, now)
    view.lasts(found.until)
    data: dict[str, Any] = {
        "aliases": [alias_in_entity(view, alias) for alias in await _aliases(view, view.txn, record)],
        "creation_time": timestamp(record.created_at),
        "direct_group_ids": [group.id for group in found.direct],
        "disabled": record.disabled,
        "group_ids": [group.id for group in found.all],
        "id": record.id,
        "inherited_group_ids": [group.id for group in found.inherited],
        "last_update_time": timestamp(record.updated_at),
        "merged_entity_ids": list(record.merged_from) or None,
        "metadata": record.metadata or None,
        "name": record.name,
        "namespace_id": view.namespace.id,
        "policies": list(record.policies),
    }
    if record.last_login_at:
        data["last_login_time"] = timestamp(record.last_login_at)
    if external := await _external(view, record, found.direct):
        data["external_memberships"] = external
    return data


async def _external(view: SystemView, record: EntityRecord, direct: tuple[GroupRecord, ...]) -> list[dict[str, Any]]:
    """The external groups of an entity, and which auth mount said so when."""
    prefix, found = rows.memberships(view.namespace.id, record.id), []
    for each in (one for one in direct if one.type == EXTERNAL):
        row = await view.txn.read(prefix + each.id, Membership)
        if row is not None:
            found.append({"group_id": each.id, **membership(view, each, row)})
    return found


async def entity_summary(view: SystemView, txn: Transaction, record: EntityRecord) -> dict[str, Any]:
    """An entity in a listing."""
    aliases = [
        {"id": alias.id, "name": alias.name, **place_of(view, alias.mount_accessor)}
        for alias in await _aliases(view, txn, record)
    ]
    return {"name": record.name, **({"aliases": aliases} if aliases else {})}


async def _aliases(view: SystemView, txn: Transaction, record: EntityRecord) -> list[AliasRecord]:
    return await view.services.identity.aliases(txn, view.namespace.id, record)


async def group(view: SystemView, record: GroupRecord, now: float) -> Response:
    """A group with its members, at most `MOST` entities of them and a warning if there are more."""
    namespace, txn = view.namespace.id, view.txn
    alias = await groups.alias_of(txn, namespace, record)
    entity_ids, cut = await member_page(view, record, "", 0, now)
    data: dict[str, Any] = {
        "alias": group_alias_in_group(view, alias) if alias is not None else {},
        "creation_time": timestamp(record.created_at),
        "id": record.id,
        "last_update_time": timestamp(record.updated_at),
        "member_entity_ids": list(entity_ids) or None,
        "member_group_ids": await groups.living(txn, namespace, rows.children(namespace, record.id)) or None,
        "metadata": record.metadata or None,
        "modify_index": record.modify_index,
        "name": record.name,
        "namespace_id": namespace,
        "parent_group_ids": await groups.living(txn, namespace, rows.parents(namespace, record.id)) or None,
        "policies": list(record.policies) or None,
        "type": record.type,
    }
    if record.membership_ttl_s:
        data["membership_ttl"] = record.membership_ttl_s
    warning = f"member_entity_ids shows {MOST} only: LIST identity/group/id/{record.id}/members shows all, in pages"
    return Response(data=data, warnings=[warning] if cut else [])


async def member_page(
    view: SystemView, record: GroupRecord, after: str, limit: int, now: float
) -> tuple[dict[str, Membership | None], bool]:
    """The entities of a group in order, and whether the server's limit left some out.

    For an external group, with the memberships that count.  It is read outside the transaction: logins change it, and
    the answer decides nothing.
    """
    prefix = rows.members(view.namespace.id, record.id)
    names, cut = await page(view.txn, prefix, after, limit)
    if record.type != EXTERNAL:
        return dict.fromkeys(names), cut
    found = [(name, await glance(view.txn, prefix + name, Membership)) for name in names]
    counting = {name: one for name, one in found if one is not None and counts_until(record, one) > now}
    if counting and await source_is_gone(view.txn, view.namespace.id, next(iter(counting.values()))):
        return {}, cut
    return dict(counting), cut


def membership(view: SystemView, group: GroupRecord, record: Membership) -> dict[str, Any]:
    """Which auth mount put an entity into an external group, and when it last said so."""
    until = counts_until(group, record)
    ends = {"expire_time": timestamp(until)} if 0 < until < math.inf else {}
    return {
        "group_alias": record.alias,
        **place_of(view, record.source),
        "refreshed_at": timestamp(record.refreshed_at),
        **ends,
    }


async def group_summary(view: SystemView, txn: Transaction, record: GroupRecord) -> dict[str, Any]:
    """A group in a listing."""
    namespace = view.namespace.id
    return {
        "name": record.name,
        "num_member_entities": await members.count(txn, namespace, record.id),
        "num_parent_groups": len(await txn.list(rows.parents(namespace, record.id))),
    }


def group_alias_in_group(view: SystemView, alias: GroupAliasRecord) -> dict[str, Any]:
    """An alias as its group shows it."""
    return {
        "canonical_id": alias.group_id,
        "creation_time": timestamp(alias.created_at),
        "id": alias.id,
        "last_update_time": timestamp(alias.updated_at),
        "merged_from_canonical_ids": None,
        "metadata": None,
        "name": alias.name,
        **place_of(view, alias.mount_accessor),
    }


def group_alias_alone(view: SystemView, alias: GroupAliasRecord) -> dict[str, Any]:
    """A group's alias as its own path shows it."""
    return {
        **group_alias_in_group(view, alias),
        "custom_metadata": None,
        "local": False,
        "namespace_id": view.namespace.id,
    }


def group_alias_summary(view: SystemView, alias: GroupAliasRecord) -> dict[str, Any]:
    """A group's alias in a listing."""
    return {
        "canonical_id": alias.group_id,
        "custom_metadata": None,
        "local": False,
        "metadata": None,
        "name": alias.name,
        **place_of(view, alias.mount_accessor),
    }
