"""`identity/`: the entities behind logins."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.audit.entry import timestamp
from strongroom.barrier import keys
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import EntityRecord
from strongroom.sysapi.context import SystemView, system
from strongroom.sysapi.identity.mfa.mixins import MfaMethodPaths


async def _shown(view: SystemView, entity: EntityRecord) -> dict[str, Any]:
    aliases = []
    for alias in await view.services.identity.aliases(view.txn, view.namespace.id, entity):
        entry = view.router.by_accessor.get(alias.mount_accessor)
        aliases.append(
            {
                "canonical_id": entity.id,
                "creation_time": timestamp(alias.created_at),
                "custom_metadata": None,
                "id": alias.id,
                "last_update_time": timestamp(alias.updated_at),
                "local": False,
                "merged_from_canonical_ids": None,
                "metadata": alias.metadata or None,
                "mount_accessor": alias.mount_accessor,
                "mount_path": entry.record.full_path if entry is not None else "",
                "mount_type": entry.record.type if entry is not None else "",
                "name": alias.name,
            }
        )
    return {
        "aliases": aliases,
        "creation_time": timestamp(entity.created_at),
        "direct_group_ids": [],
        "disabled": entity.disabled,
        "group_ids": [],
        "id": entity.id,
        "inherited_group_ids": [],
        "last_update_time": timestamp(entity.updated_at),
        "merged_entity_ids": None,
        "metadata": entity.metadata or None,
        "name": entity.name,
        "namespace_id": view.namespace.id,
        "policies": list(entity.policies),
    }


async def _summary(view: SystemView, entity_id: str) -> dict[str, Any]:
    entity = await view.services.identity.entity(view.txn, view.namespace.id, entity_id)
    if entity is None:
        return {}
    shown = await _shown(view, entity)
    fields = ("id", "mount_accessor", "mount_path", "mount_type", "name")
    return {"aliases": [{field: alias[field] for field in fields} for alias in shown["aliases"]], "name": entity.name}


class LookupBody(Body, frozen=True):
    """The key of an entity: its id, its name or an alias."""

    id: Annotated[str, Doc(description="Its id.")] = ""
    name: Annotated[str, Doc(description="Its name.")] = ""
    alias_name: Annotated[str, Doc(description="The name of one of its aliases.")] = ""
    alias_mount_accessor: Annotated[str, Doc(description="The auth mount of that alias.")] = ""


class Identity(MfaMethodPaths):
    """The identity mount."""

    type = "identity"

    @path.read("entity/id/{id}")
    async def entity_by_id(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Reads an entity by its id."""
        view = system(request)
        entity = await view.services.identity.entity(view.txn, view.namespace.id, id)
        return Response(data=await _shown(view, entity)) if entity is not None else None

    @path.read("entity/name/{name}")
    async def entity_by_name(self, request: Request, name: str) -> Response | None:
        """Reads an entity by its name."""
        view = system(request)
        entity = await view.services.identity.by_name(view.txn, view.namespace.id, name)
        return Response(data=await _shown(view, entity)) if entity is not None else None

    @path.list_("entity/id")
    async def entity_ids(self, request: Request) -> Response | None:
        """Lists entities by id, with their names."""
        view = system(request)
        names = await view.txn.list(keys.identity(view.namespace.id) + "entity/")
        info = {name: await _summary(view, name) for name in names}
        return Response(data={"key_info": info, "keys": names}) if names else None

    @path.list_("entity/name")
    async def entity_names(self, request: Request) -> Response | None:
        """Lists entities by name."""
        view = system(request)
        names = await view.txn.list(keys.identity(view.namespace.id) + "entity-name/")
        return Response(data={"keys": names}) if names else None

    @path.write("lookup/entity")
    async def lookup_entity(self, request: Request, body: LookupBody) -> Response | None:
        """Finds an entity by its id, its name, or one of its aliases."""
        view = system(request)
        identity, txn = view.services.identity, view.txn
        if body.id:
            entity = await identity.entity(txn, view.namespace.id, body.id)
        elif body.name:
            entity = await identity.by_name(txn, view.namespace.id, body.name)
        elif body.alias_name or body.alias_mount_accessor:
            if not (body.alias_name and body.alias_mount_accessor):
                raise InvalidRequest("both 'alias_name' and 'alias_mount_accessor' needs to be set")
            entity = await identity.by_alias(txn, view.namespace.id, body.alias_mount_accessor, body.alias_name)
        else:
            raise InvalidRequest("query parameter not supplied")
        return Response(data=await _shown(view, entity)) if entity is not None else None
