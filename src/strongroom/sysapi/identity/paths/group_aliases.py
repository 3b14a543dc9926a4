"""`group-alias`: the names of external groups in auth methods."""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import GroupRecord, groups, rows
from strongroom.services.identity.names import folded
from strongroom.services.identity.records import EXTERNAL, GroupAliasRecord
from strongroom.services.identity.remains import leave_behind
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.identity import shown
from strongroom.sysapi.identity.listing import Page, ids

_REPLACED = "a group has one alias: its former one was deleted, and whoever was a member by it is no longer"


class GroupAliasBody(Body, frozen=True):
    """The settings of a group's alias."""

    name: Annotated[str, Doc(description="The group's name in the auth method. Upper and lower case are the same.")] = (
        ""
    )
    mount_accessor: Annotated[str, Doc(description="Accessor of the auth mount.")] = ""
    canonical_id: Annotated[str, Doc(description="Id of the external group. Without it, a new one is made.")] = ""


class NewGroupAliasBody(GroupAliasBody, frozen=True):
    """The same with an id."""

    id: Annotated[str, Doc(description="Id of an existing alias, which is changed.")] = ""


class GroupAliasPaths(SystemEngine):
    """Aliases of groups."""

    @path.write("group-alias", event="identity/group-alias-write")
    async def write_group_alias(self, request: Request, body: NewGroupAliasBody) -> Response | None:
        """Creates an alias of an external group, or changes the one with this id. A group has one alias."""
        return await _write(request, body, body.id)

    @path.list_("group-alias/id")
    async def list_group_aliases(self, request: Request, body: Page) -> Response:
        """Lists the ids of the aliases of groups, with name, mount and group."""
        view = system(request)

        async def summary(view: SystemView, _: object, alias: GroupAliasRecord) -> dict[str, object]:
            return shown.group_alias_summary(view, alias)

        return await ids(view, rows.group_alias_ids(view.namespace.id), body, groups.alias_by_id, summary=summary)

    @path.read("group-alias/id/{id}", repeatable=True)
    async def read_group_alias(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Reads the alias of a group by its id."""
        view = system(request)
        alias = await groups.alias_by_id(view.txn, view.namespace.id, id)
        return Response(data=shown.group_alias_alone(view, alias)) if alias is not None else None

    @path.write("group-alias/id/{id}", event="identity/group-alias-write")
    async def write_group_alias_by_id(
        self,
        request: Request,
        id: str,  # noqa: A002
        body: GroupAliasBody,
    ) -> Response | None:
        """Changes the alias of a group. Who was in the group by its earlier name is no longer."""
        return await _write(request, body, id)

    @path.delete("group-alias/id/{id}", event="identity/group-alias-delete")
    async def delete_group_alias(self, request: Request, id: str) -> Response | None:  # noqa: A002
        """Deletes the alias of a group. Nobody is in the group then."""
        view = system(request)
        alias = await groups.alias_by_id(view.txn, view.namespace.id, id)
        group = await groups.read(view.txn, view.namespace.id, alias.group_id) if alias is not None else None
        if group is not None:
            await groups.delete_alias_of(view.txn, view.namespace.id, group)
            _store(view, group, None, request.now)
        return None


def _store(view: SystemView, group: GroupRecord, alias: tuple[str, str] | None, now: float) -> None:
    namespace = view.namespace.id
    index = group.modify_index + 1
    changed = msgspec.structs.replace(group, alias=alias, alias_index=index, updated_at=now, modify_index=index)
    view.txn.write(rows.group(namespace, group.id), changed)
    if group.alias is not None and alias != group.alias:
        leave_behind(view.txn, namespace, "answers", group.id)


async def _write(request: Request, body: GroupAliasBody, id_: str) -> Response | None:
    view = system(request)
    txn, namespace = view.txn, view.namespace.id
    before = await groups.alias_by_id(txn, namespace, id_) if id_ else None
    if id_ and before is None:
        raise InvalidRequest("invalid group alias ID")
    if not body.name:
        raise InvalidRequest("missing alias name")
    if not body.mount_accessor:
        raise InvalidRequest("missing mount_accessor")
    if body.mount_accessor not in view.router.by_accessor:
        raise InvalidRequest(f'invalid mount accessor "{body.mount_accessor}"')
    group = await _group(request, body.canonical_id or (before.group_id if before is not None else ""))
    taken = await groups.alias_by_name(txn, namespace, body.mount_accessor, body.name)
    if taken is not None and (before is None or taken.id != before.id):
        raise InvalidRequest("combination of mount and group alias name is already in use")
    if _same(before, body, group):
        return None
    if before is not None:
        await _release(view, before, group, request.now)
    former = await groups.alias_of(txn, namespace, group)
    await groups.delete_alias_of(txn, namespace, group)
    alias = GroupAliasRecord(
        id=before.id if before is not None else view.services.identity.new_id(txn, namespace, "group alias"),
        group_id=group.id,
        name=body.name,
        mount_accessor=body.mount_accessor,
        created_at=before.created_at if before is not None else request.now,
        updated_at=request.now,
    )
    _store(view, group, groups.put_alias(txn, namespace, alias), request.now)
    lost = former is not None and former.id != alias.id
    warnings = _warnings(body.name) + ([_REPLACED] if lost else [])
    return Response(data={"canonical_id": group.id, "id": alias.id}, warnings=warnings)


def _warnings(name: str) -> list[str]:
    """A warning for a name that stands for others too.  Vault compares the exact characters."""
    form = folded(name)
    if form == name:
        return []
    return [f'the alias is compared as "{form}": upper and lower case of the letters A to Z are the same']


def _same(before: GroupAliasRecord | None, body: GroupAliasBody, group: GroupRecord) -> bool:
    wanted = (body.name, body.mount_accessor, group.id)
    return before is not None and wanted == (before.name, before.mount_accessor, before.group_id)


async def _release(view: SystemView, alias: GroupAliasRecord, group: GroupRecord, now: float) -> None:
    """Take an alias from the group that has it, if that is another one."""
    if alias.group_id == group.id:
        return
    other = await groups.read(view.txn, view.namespace.id, alias.group_id)
    if other is not None and other.alias == (alias.mount_accessor, folded(alias.name)):
        await groups.delete_alias_of(view.txn, view.namespace.id, other)
        _store(view, other, None, now)


async def _group(request: Request, group_id: str) -> GroupRecord:
    view = system(request)
    txn, namespace, identity = view.txn, view.namespace.id, view.services.identity
    if not group_id:
        group = GroupRecord(
            id=identity.new_id(txn, namespace, "group"),
            name=identity.new_name(txn, namespace, "group"),
            created_at=request.now,
            updated_at=request.now,
            type=EXTERNAL,
        )
        await groups.put(txn, namespace, group, None)
        return group
    found = await groups.read(txn, namespace, group_id)
    if found is None:
        raise InvalidRequest("invalid group ID given in 'canonical_id'")
    if found.type != EXTERNAL:
        raise InvalidRequest("alias can't be set on an internal group")
    return found
