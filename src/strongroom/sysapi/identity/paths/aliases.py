"""`entity-alias`, and its older form `alias`: the names of entities in auth methods."""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, OldNameOf, StringMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import AliasRecord, EntityRecord, aliases, entities, rows
from strongroom.services.identity.names import check_custom_metadata, folded
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.identity import shown
from strongroom.sysapi.identity.listing import Page, ids

_MISSING = "'id' or 'mount_accessor' and 'name' must be provided"


class AliasBody(Body, frozen=True):
    """The settings of an alias; None for those that the request doesn't name."""

    name: Annotated[str, Doc(description="The name in the auth method.")] = ""
    mount_accessor: Annotated[str, Doc(description="Accessor of the auth mount.")] = ""
    canonical_id: Annotated[str, Doc(description="Id of the entity. Without it, a new entity is made.")] = ""
    entity_id: Annotated[str, Doc(description="Old name of `canonical_id`."), OldNameOf("canonical_id")] = ""
    custom_metadata: Annotated[
        StringMap | None, Doc(description="Metadata that logins don't change. It replaces what was there.")
    ] = None


class NewAliasBody(AliasBody, frozen=True):
    """The same with an id."""

    id: Annotated[str, Doc(description="Id of an existing alias, which is changed.")] = ""


class AliasPaths(SystemEngine):
    """Aliases of entities."""

    @path.write("entity-alias", event="identity/entity-alias-write")
    @path.write("alias", event="identity/entity-alias-write")
    async def write_alias(self, request: Request, body: NewAliasBody) -> Response | None:
        """Creates an alias, or changes the one with this id, or with this name in the mount."""
        if body.id:
            return await change(request, body.id, body)
        return await put(request, body)

    @path.list_("entity-alias/id")
    @path.list_("alias/id")
    async def list_aliases(self, request: Request, body: Page) -> Response:
        """Lists the ids of aliases, with name, mount and entity."""
        return await list_all(request, body)

    @path.read("entity-alias/id/{id}", repeatable=True)
    @path.read("alias/id/{id}", repeatable=True)
    async def read_alias(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Reads an alias by its id."""
        return await show(request, id)

    @path.write("entity-alias/id/{id}", event="identity/entity-alias-write")
    @path.write("alias/id/{id}", event="identity/entity-alias-write")
    async def write_alias_by_id(self, request: Request, id: str, body: AliasBody) -> Response | None:  # noqa: A002
        """Changes the given settings of an alias."""
        return await change(request, id, body)

    @path.delete("entity-alias/id/{id}", event="identity/entity-alias-delete")
    @path.delete("alias/id/{id}", event="identity/entity-alias-delete")
    async def delete_alias(self, request: Request, id: str) -> Response | None:  # noqa: A002
        """Deletes an alias. Its entity stays."""
        await remove(request, id)
        return None


async def list_all(request: Request, body: Page) -> Response:
    """A page of all aliases."""
    view = system(request)

    async def summary(view: SystemView, _: object, alias: AliasRecord) -> dict[str, object]:
        return shown.alias_summary(view, alias)

    return await ids(view, rows.alias_ids(view.namespace.id), body, aliases.read, summary=summary)


async def show(request: Request, id_: str) -> Response | None:
    """One alias."""
    view = system(request)
    alias = await aliases.read(view.txn, view.namespace.id, id_)
    return Response(data=shown.alias_alone(view, alias)) if alias is not None else None


async def remove(request: Request, id_: str) -> None:
    """Delete an alias, whether its mount still exists or not."""
    view = system(request)
    alias = await aliases.read(view.txn, view.namespace.id, id_)
    if alias is not None:
        await aliases.delete(view.txn, view.namespace.id, alias)


async def put(request: Request, body: AliasBody) -> Response | None:
    """Create an alias, or change the one that has the name."""
    view, entity_id = system(request), body.canonical_id or body.entity_id
    if not (body.name and body.mount_accessor):
        raise InvalidRequest(_MISSING)
    if body.mount_accessor not in view.router.by_accessor:
        raise InvalidRequest(f'invalid mount accessor "{body.mount_accessor}"')
    alias = await aliases.by_name(view.txn, view.namespace.id, body.mount_accessor, body.name)
    if alias is not None:
        return await _change(request, alias, body)
    entity = await _entity(request, entity_id)
    if any(accessor == body.mount_accessor for accessor, _ in entity.aliases):
        raise InvalidRequest("Alias already exists for requested entity and mount accessor")
    alias = AliasRecord(
        id=view.services.identity.new_id(view.txn, view.namespace.id, "alias"),
        entity_id=entity.id,
        name=body.name,
        mount_accessor=body.mount_accessor,
        custom_metadata=dict(body.custom_metadata or {}),
        created_at=request.now,
        updated_at=request.now,
    )
    entities.write(view.txn, view.namespace.id, aliases.create(view.txn, view.namespace.id, alias, entity))
    return _answer(alias)


async def change(request: Request, id_: str, body: AliasBody) -> Response | None:
    """Change the alias of that id."""
    alias = await aliases.read(system(request).txn, system(request).namespace.id, id_)
    if alias is None:
        raise InvalidRequest("invalid alias ID provided")
    return await _change(request, alias, body)


async def _change(request: Request, alias: AliasRecord, body: AliasBody) -> Response | None:
    view, entity_id = system(request), body.canonical_id or body.entity_id
    txn, namespace = view.txn, view.namespace.id
    renamed = bool(body.name) and body.name != alias.name
    moved = bool(entity_id) and entity_id != alias.entity_id
    if not (renamed or entity_id or body.custom_metadata is not None or body.mount_accessor):
        return None
    accessor = body.mount_accessor or alias.mount_accessor
    if accessor != alias.mount_accessor and accessor not in view.router.by_accessor:
        raise InvalidRequest(f'invalid mount accessor "{accessor}"')
    entity = await _entity(request, entity_id or alias.entity_id)
    changed = msgspec.structs.replace(
        alias,
        name=body.name or alias.name,
        mount_accessor=accessor,
        updated_at=request.now,
        custom_metadata=_metadata(alias, body),
    )
    old, new = _place(alias), _place(changed)
    if new != old and await aliases.by_name(txn, namespace, *new) is not None:
        raise InvalidRequest("combination of mount and alias name is already in use")
    if (moved or accessor != alias.mount_accessor) and any(one[0] == accessor for one in entity.aliases):
        raise InvalidRequest("Alias cannot be updated as the given entity already has an alias for this mount ")
    if new != old:
        aliases.remove(txn, namespace, alias)
        before = entity if not moved else await entities.read(txn, namespace, alias.entity_id)
        if before is not None:
            before = entities.with_renamed_alias(before, old, new)
            entities.write(txn, namespace, before)
            entity = before if not moved else entity
    entity = aliases.create(txn, namespace, changed, entity)
    if moved:
        entity = await aliases.move(txn, namespace, changed, entity, request.now)
    entities.write(txn, namespace, entity)
    told = renamed or entity_id or accessor != alias.mount_accessor or body.custom_metadata is not None
    return _answer(msgspec.structs.replace(changed, entity_id=entity.id)) if told else None


def _place(alias: AliasRecord) -> tuple[str, str]:
    return alias.mount_accessor, folded(alias.name)


def _metadata(alias: AliasRecord, body: AliasBody) -> dict[str, str]:
    if body.custom_metadata is None:
        return alias.custom_metadata
    check_custom_metadata(body.custom_metadata)
    return dict(body.custom_metadata)


async def _entity(request: Request, entity_id: str) -> EntityRecord:
    view = system(request)
    if not entity_id:
        return await view.services.identity.new_entity(view.txn, view.namespace.id, now=request.now)
    entity = await entities.read(view.txn, view.namespace.id, entity_id)
    if entity is None:
        raise InvalidRequest("invalid canonical ID")
    return entities.kept(entity)


def _answer(alias: AliasRecord) -> Response:
    return Response(data={"canonical_id": alias.entity_id, "id": alias.id})
