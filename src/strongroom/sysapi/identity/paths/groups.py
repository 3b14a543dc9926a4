"""`group`: entities and groups that share policies."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc, Duration, Normal, OneOf, StringMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import GroupRecord, groups, member_sets, rows
from strongroom.services.identity.names import check_metadata, clean_policies
from strongroom.services.identity.records import EXTERNAL, INTERNAL
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.identity import shown
from strongroom.sysapi.identity.listing import Page, ids, names
from strongroom.sysapi.identity.paths.entities import policy_names


class GroupBody(Body, frozen=True):
    """The settings of a group; None for those that the request doesn't name."""

    type: Annotated[
        str, Doc(description="`internal`, or `external` for one that auth methods fill."), OneOf("internal", "external")
    ] = ""
    metadata: Annotated[StringMap | None, Doc(description="Metadata of the group. It replaces what was there.")] = None
    policies: Annotated[
        CommaList | None, Doc(description="Policies of every token of the group's entities."), Normal(policy_names)
    ] = None
    member_entity_ids: Annotated[
        CommaList | None, Doc(description="Ids of the entities in the group. They replace those that were there.")
    ] = None
    member_group_ids: Annotated[
        CommaList | None, Doc(description="Ids of the groups in the group. They replace those that were there.")
    ] = None
    membership_ttl: Annotated[
        Duration | None,
        Doc(description="How long a login keeps an entity in an external group. 0 keeps it without end."),
    ] = None


class NamedGroupBody(GroupBody, frozen=True):
    """The same with a name."""

    name: Annotated[str, Doc(description="Name of the group. Upper and lower case are the same.")] = ""


class GroupOfNameBody(GroupBody, frozen=True):
    """The same with an id."""

    id: Annotated[str, Doc(description="Accepted for compatibility and ignored.")] = ""


class NewGroupBody(NamedGroupBody, frozen=True):
    """The same with both."""

    id: Annotated[str, Doc(description="Id of an existing group, which is changed.")] = ""


class GroupPaths(SystemEngine):
    """Groups."""

    @path.write("group", event="identity/group-write")
    async def write_group(self, request: Request, body: NewGroupBody) -> Response | None:
        """Creates a group, or changes the given settings of the one with this id or name."""
        return await _write(request, body, body.id, body.name)

    @path.list_("group/id")
    async def list_group_ids(self, request: Request, body: Page) -> Response:
        """Lists the ids of groups, with name and size."""
        view = system(request)
        return await ids(view, rows.groups(view.namespace.id), body, groups.read, summary=shown.group_summary)

    @path.read("group/id/{id}")
    async def read_group(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Reads a group by its id."""
        return await _read(request, await groups.read(system(request).txn, system(request).namespace.id, id))

    @path.write("group/id/{id}", event="identity/group-write")
    async def write_group_by_id(self, request: Request, id: str, body: NamedGroupBody) -> Response | None:  # noqa: A002
        """Changes the given settings of a group."""
        return await _write(request, body, id, body.name)

    @path.delete("group/id/{id}", event="identity/group-delete")
    async def delete_group(self, request: Request, id: str) -> Response | None:  # noqa: A002
        """Deletes a group. Its entities lose its policies with their next request."""
        await _delete(request, await groups.read(system(request).txn, system(request).namespace.id, id))
        return None

    @path.list_("group/name")
    async def list_group_names(self, request: Request, body: Page) -> Response:
        """Lists the names of groups."""
        view = system(request)
        return await names(view, rows.group_names(view.namespace.id), body, groups.read, lambda one: one.name)

    @path.read("group/name/{name*}")
    async def read_group_by_name(self, request: Request, name: str) -> Response | None:
        """Reads a group by its name."""
        return await _read(request, await groups.by_name(system(request).txn, system(request).namespace.id, name))

    @path.write("group/name/{name*}", event="identity/group-write")
    async def write_group_by_name(self, request: Request, name: str, body: GroupOfNameBody) -> Response | None:
        """Creates a group of this name, or changes the given settings of the one that has it."""
        return await _write(request, body, "", name)

    @path.delete("group/name/{name*}", event="identity/group-delete")
    async def delete_group_by_name(self, request: Request, name: str) -> Response | None:
        """Deletes the group of this name. Its entities lose its policies with their next request."""
        await _delete(request, await groups.by_name(system(request).txn, system(request).namespace.id, name))
        return None


async def _read(request: Request, group: GroupRecord | None) -> Response | None:
    return await shown.group(system(request), group, request.now) if group is not None else None


async def _delete(request: Request, group: GroupRecord | None) -> None:
    if group is not None:
        await groups.delete(system(request).txn, system(request).namespace.id, group)


async def _write(request: Request, body: GroupBody, id_: str, name: str) -> Response | None:
    view = system(request)
    txn, namespace = view.txn, view.namespace.id
    before = await (groups.read(txn, namespace, id_) if id_ else groups.by_name(txn, namespace, name))
    if id_ and before is None:
        raise InvalidRequest("invalid group ID")
    identity = view.services.identity
    group = before or GroupRecord(
        id=identity.new_id(txn, namespace, "group"),
        name=name or identity.new_name(txn, namespace, "group"),
        created_at=request.now,
        updated_at=request.now,
        modify_index=0,
    )
    changed = _changed(group, body, name, request.now, is_new=before is None)
    await groups.put(txn, namespace, changed, before)
    if body.member_group_ids is not None and (body.member_group_ids or before is not None):
        await groups.set_children(txn, namespace, changed, body.member_group_ids)
    if body.member_entity_ids is not None and changed.type == INTERNAL:
        lineage, entity_ids = view.namespace.lineage, body.member_entity_ids
        await member_sets.replace(txn, lineage, group, entity_ids, changed.policies, is_new=before is None)
    return Response(data={"id": changed.id, "name": changed.name}) if before is None else None


def _changed(group: GroupRecord, body: GroupBody, name: str, now: float, *, is_new: bool) -> GroupRecord:
    """The group after a request's changes.  Raises `InvalidRequest` for what a group of its type can't have."""
    type_ = body.type or group.type
    if type_ not in {INTERNAL, EXTERNAL}:
        raise InvalidRequest(f'invalid group type "{type_}"')
    if type_ != group.type and not is_new:
        raise InvalidRequest("group type cannot be changed")
    if type_ == EXTERNAL and body.member_group_ids:
        raise InvalidRequest("member groups can't be set for external groups")
    if type_ == EXTERNAL and body.member_entity_ids:
        raise InvalidRequest("member entities can't be set manually for external groups")
    if type_ == INTERNAL and body.membership_ttl:
        raise InvalidRequest("membership_ttl can't be set for internal groups")
    given: dict[str, Any] = {"type": type_, "updated_at": now, "modify_index": group.modify_index + 1}
    if name:
        given["name"] = name
    if body.policies is not None:
        given["policies"] = clean_policies(body.policies)
    if body.metadata is not None:
        check_metadata("metadata", body.metadata)
        given["metadata"] = dict(body.metadata)
    if body.membership_ttl is not None:
        given["membership_ttl_s"] = body.membership_ttl
    return msgspec.structs.replace(group, **given)
