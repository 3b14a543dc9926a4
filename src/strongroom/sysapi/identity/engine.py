"""`identity/`: the entities behind logins."""

from __future__ import annotations

from typing import Any

from strongroom.audit.entry import timestamp
from strongroom.barrier import keys
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import EntityRecord
from strongroom.sysapi.context import SystemEngine, SystemView, system


async def _shown(view: SystemView, entity: EntityRecord) -> dict[str, Any]:
    aliases = []
    for alias in await view.parts.identity.aliases(view.txn, entity):
        entry = view.router.by_accessor.get(alias.mount_accessor)
        aliases.append(
            {
                "canonical_id": entity.id,
                "creation_time": timestamp(alias.created_at),
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
        "namespace_id": "root",
        "policies": list(entity.policies),
    }


class Identity(SystemEngine):
    """The identity mount."""

    type = "identity"

    @path.read("entity/id/{id}")
    async def entity_by_id(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Read an entity by its id."""
        view = system(request)
        entity = await view.parts.identity.entity(view.txn, id)
        return Response(data=await _shown(view, entity)) if entity is not None else None

    @path.read("entity/name/{name}")
    async def entity_by_name(self, request: Request, name: str) -> Response | None:
        """Read an entity by its name."""
        view = system(request)
        entity = await view.parts.identity.by_name(view.txn, name)
        return Response(data=await _shown(view, entity)) if entity is not None else None

    @path.list_("entity/id")
    async def entity_ids(self, request: Request) -> Response | None:
        """List entities by id."""
        names = await system(request).txn.list(keys.ENTITY)
        return Response(data={"keys": names}) if names else None

    @path.list_("entity/name")
    async def entity_names(self, request: Request) -> Response | None:
        """List entities by name."""
        names = await system(request).txn.list(keys.ENTITY_NAME)
        return Response(data={"keys": names}) if names else None
