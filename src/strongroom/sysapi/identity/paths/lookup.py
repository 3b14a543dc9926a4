"""`lookup`: an entity or a group by any of its keys."""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import aliases, entities, groups
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.identity import shown


class EntityKeyBody(Body, frozen=True):
    """One key of an entity."""

    id: Annotated[str, Doc(description="Id of the entity.")] = ""
    name: Annotated[str, Doc(description="Name of the entity.")] = ""
    alias_id: Annotated[str, Doc(description="Id of one of its aliases.")] = ""
    alias_name: Annotated[str, Doc(description="Name of one of its aliases; with `alias_mount_accessor`.")] = ""
    alias_mount_accessor: Annotated[str, Doc(description="Accessor of the alias's mount; with `alias_name`.")] = ""


class GroupKeyBody(Body, frozen=True):
    """One key of a group."""

    id: Annotated[str, Doc(description="Id of the group.")] = ""
    name: Annotated[str, Doc(description="Name of the group.")] = ""
    alias_id: Annotated[str, Doc(description="Id of its alias.")] = ""
    alias_name: Annotated[str, Doc(description="Name of its alias; with `alias_mount_accessor`.")] = ""
    alias_mount_accessor: Annotated[str, Doc(description="Accessor of the alias's mount; with `alias_name`.")] = ""


class LookupPaths(SystemEngine):
    """Lookups."""

    @path.write("lookup/entity", computes=True, repeatable=True)
    async def lookup_entity(self, request: Request, body: EntityKeyBody) -> Response | None:
        """Finds an entity by its id, its name, or one of its aliases."""
        _check(body)
        view = system(request)
        txn, namespace = view.txn, view.namespace.id
        if body.id or body.name:
            entity = await (
                entities.read(txn, namespace, body.id) if body.id else entities.by_name(txn, namespace, body.name)
            )
        elif body.alias_id:
            alias = await aliases.read(txn, namespace, body.alias_id)
            entity = await entities.read(txn, namespace, alias.entity_id) if alias is not None else None
        else:
            identity = view.services.identity
            entity = await identity.by_alias(txn, namespace, body.alias_mount_accessor, body.alias_name)
        return Response(data=await shown.entity(view, entity, request.received_at)) if entity is not None else None

    @path.write("lookup/group", computes=True)
    async def lookup_group(self, request: Request, body: GroupKeyBody) -> Response | None:
        """Finds a group by its id, its name, or its alias."""
        _check(body)
        view = system(request)
        txn, namespace = view.txn, view.namespace.id
        if body.id or body.name:
            group = await (
                groups.read(txn, namespace, body.id) if body.id else groups.by_name(txn, namespace, body.name)
            )
        else:
            alias = await (
                groups.alias_by_id(txn, namespace, body.alias_id)
                if body.alias_id
                else groups.alias_by_name(txn, namespace, body.alias_mount_accessor, body.alias_name)
            )
            group = await groups.read(txn, namespace, alias.group_id) if alias is not None else None
        return await shown.group(view, group, request.now) if group is not None else None


def _check(body: EntityKeyBody | GroupKeyBody) -> None:
    """Raise `InvalidRequest` unless the body has exactly one key."""
    named = sum(map(bool, (body.id, body.name, body.alias_id, body.alias_name or body.alias_mount_accessor)))
    if not named:
        raise InvalidRequest("query parameter not supplied")
    if named > 1:
        raise InvalidRequest("query parameter conflict; please supply distinct set of query parameters")
    if bool(body.alias_name) is not bool(body.alias_mount_accessor):
        raise InvalidRequest("both 'alias_name' and 'alias_mount_accessor' needs to be set")
