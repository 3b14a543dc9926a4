"""`entity`: who logs in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import msgspec

from strongroom.barrier.transaction import Transaction, apart
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc, Duration, Normal, StringMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import EntityRecord, entities, rows
from strongroom.services.identity.names import check_metadata, clean_policies
from strongroom.services.mfa import methods
from strongroom.services.namespaces import Namespace
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.identity import shown
from strongroom.sysapi.identity.listing import Page, ids, names

_MOST_DELETED = 100
_PAGE = 12
_REFUSED = "*+/,"
"""Characters that the values of templates may not contain."""


def policy_names(values: list[str]) -> list[str]:
    """The form of a list of policies, which rules compare."""
    return list(clean_policies(values))


class EntityPage(Page, frozen=True):
    """Which entities are wanted."""

    unseen_for: Annotated[
        Duration, Doc(description="Show only entities without a login for this time. Pages are cut before.")
    ] = Duration(0)


class EntityBody(Body, frozen=True):
    """The settings of an entity; None for those that the request doesn't name."""

    metadata: Annotated[StringMap | None, Doc(description="Metadata of the entity. It replaces what was there.")] = None
    policies: Annotated[
        CommaList | None, Doc(description="Policies of every token of the entity."), Normal(policy_names)
    ] = None
    disabled: Annotated[
        bool | None, Doc(description="Whether tokens of the entity may do nothing. They aren't revoked.")
    ] = None


class NamedEntityBody(EntityBody, frozen=True):
    """The same with a name."""

    name: Annotated[str, Doc(description="Name of the entity. Upper and lower case are the same.")] = ""


class EntityOfNameBody(EntityBody, frozen=True):
    """The same with an id."""

    id: Annotated[str, Doc(description="Id of the entity of this name, to change no later one.")] = ""


class NewEntityBody(NamedEntityBody, frozen=True):
    """The same with both."""

    id: Annotated[str, Doc(description="Id of an existing entity, which is changed.")] = ""


class BatchDeleteBody(Body, frozen=True):
    """Entities to delete."""

    entity_ids: Annotated[CommaList | None, Doc(description="Ids of the entities to delete.")] = None


class EntityPaths(SystemEngine):
    """Entities."""

    @path.write("entity", event="identity/entity-write")
    async def write_entity(self, request: Request, body: NewEntityBody) -> Response | None:
        """Creates an entity, or changes the given settings of the one with this id or name."""
        return await _write(request, body, body.id, body.name)

    @path.list_("entity/id")
    async def list_entity_ids(self, request: Request, body: EntityPage) -> Response:
        """Lists the ids of entities, with name and aliases."""
        view, since = system(request), request.now - body.unseen_for
        place = rows.entities(view.namespace.id)

        def unseen(entity: EntityRecord) -> bool:
            return max(entity.last_login_at, entity.created_at) <= since

        return await ids(
            view, place, body, entities.read, summary=shown.entity_summary, wanted=unseen if body.unseen_for else None
        )

    @path.read("entity/id/{id}", repeatable=True)
    async def read_entity(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Reads an entity by its id."""
        return await _read(request, await entities.read(system(request).txn, system(request).namespace.id, id))

    @path.write("entity/id/{id}", event="identity/entity-write")
    async def write_entity_by_id(
        self,
        request: Request,
        id: str,  # noqa: A002
        body: NamedEntityBody,
    ) -> Response | None:
        """Changes the given settings of an entity."""
        return await _write(request, body, id, body.name)

    @path.delete("entity/id/{id}", event="identity/entity-delete")
    async def delete_entity(self, request: Request, id: str) -> Response | None:  # noqa: A002
        """Deletes an entity with its aliases and memberships. Its tokens may do nothing any more."""
        await _delete(request, await entities.read(system(request).txn, system(request).namespace.id, id))
        return None

    @path.list_("entity/name")
    async def list_entity_names(self, request: Request, body: Page) -> Response:
        """Lists the names of entities."""
        view = system(request)
        return await names(view, rows.entity_names(view.namespace.id), body, entities.read, lambda one: one.name)

    @path.read("entity/name/{name*}", repeatable=True)
    async def read_entity_by_name(self, request: Request, name: str) -> Response | None:
        """Reads an entity by its name."""
        return await _read(request, await entities.by_name(system(request).txn, system(request).namespace.id, name))

    @path.write("entity/name/{name*}", event="identity/entity-write")
    async def write_entity_by_name(self, request: Request, name: str, body: EntityOfNameBody) -> Response | None:
        """Creates an entity of this name, or changes the given settings of the one that has it."""
        view = system(request)
        known = await entities.by_name(view.txn, view.namespace.id, name) if body.id else None
        if body.id and (known is None or known.id != body.id):
            # A policy for this path grants nothing of other entities.
            raise InvalidRequest("the entity of this id has another name: it can be renamed by its id")
        return await _write(request, body, body.id, name)

    @path.delete("entity/name/{name*}", event="identity/entity-delete")
    async def delete_entity_by_name(self, request: Request, name: str) -> Response | None:
        """Deletes the entity of this name. Its tokens may do nothing any more."""
        await _delete(request, await entities.by_name(system(request).txn, system(request).namespace.id, name))
        return None

    @path.write("entity/batch-delete", event="identity/entity-delete")
    async def delete_entities(self, request: Request, body: BatchDeleteBody) -> Response | None:
        """Deletes several entities. Ids of entities that don't exist are ignored."""
        view, wanted = system(request), list(dict.fromkeys(body.entity_ids or []))
        if not wanted:
            raise InvalidRequest("missing entity ids to delete")
        if len(wanted) > _MOST_DELETED:
            raise InvalidRequest(f"at most {_MOST_DELETED} entities can be deleted at a time")
        for start in range(0, len(wanted), _PAGE):
            # Commits of their own: each entity may be in many groups, and a commit has room for few keys.
            page = partial(_delete_page, view.namespace, wanted[start : start + _PAGE])
            await apart(view.txn, f"delete entities {start}", page)
        return None


async def _read(request: Request, entity: EntityRecord | None) -> Response | None:
    return (
        Response(data=await shown.entity(system(request), entity, request.received_at)) if entity is not None else None
    )


async def _delete(request: Request, entity: EntityRecord | None) -> None:
    if entity is not None:
        view = system(request)
        await _delete_page(view.namespace, [entity.id], view.txn)


async def _delete_page(namespace: Namespace, ids: Sequence[str], txn: Transaction) -> None:
    """Delete entities, with what MFA methods know of them."""
    for id_ in ids:
        entity = await entities.read(txn, namespace.id, id_)
        if entity is not None:
            await methods.forget_entity(txn, namespace.lineage, entity.id)
            await entities.delete(txn, namespace.id, entity)


async def _write(request: Request, body: EntityBody, id_: str, name: str) -> Response | None:
    view = system(request)
    txn, namespace = view.txn, view.namespace.id
    before = await (entities.read(txn, namespace, id_) if id_ else entities.by_name(txn, namespace, name))
    if id_ and before is None:
        raise InvalidRequest("entity not found from id")
    identity = view.services.identity
    entity = before or EntityRecord(
        id=identity.new_id(txn, namespace, "entity"),
        name=name or identity.new_name(txn, namespace, "entity"),
        created_at=request.now,
        updated_at=request.now,
    )
    changed = _changed(entity, body, name, request.now)
    await entities.put(txn, namespace, changed, before)
    if changed.disabled and not entity.disabled:
        await entities.settle_leases(txn, namespace, entity.id)
    warnings = _warnings(name)
    if before is not None:
        return Response(warnings=warnings) if warnings else None
    return Response(data={"aliases": None, "id": entity.id, "name": entity.name}, warnings=warnings)


def _warnings(name: str) -> list[str]:
    """A warning for a name that a template refuses.  The policy `default` has such a template."""
    found = next((character for character in _REFUSED if character in name), "")
    if not found:
        return []
    template = "{{identity.entity.name}}"
    return [f'the name contains "{found}": a token is refused everything if a policy has {template}, as default has']


def _changed(entity: EntityRecord, body: EntityBody, name: str, now: float) -> EntityRecord:
    given: dict[str, object] = {"updated_at": now, "by_login": False}
    if name:
        given["name"] = name
    if body.policies is not None:
        given["policies"] = clean_policies(body.policies)
    if body.metadata is not None:
        check_metadata("metadata", body.metadata)
        given["metadata"] = dict(body.metadata)
    if body.disabled is not None:
        given["disabled"] = body.disabled
    return msgspec.structs.replace(entity, **given)
