"""`entity/merge`: several entities become one."""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import EntityRecord, entities
from strongroom.services.identity.merge import merge
from strongroom.services.mfa import methods
from strongroom.sysapi.context import SystemEngine, system


class MergeBody(Body, frozen=True):
    """The entities to merge."""

    from_entity_ids: Annotated[
        CommaList | None, Doc(description="Ids of the entities that are merged and deleted.")
    ] = None
    to_entity_id: Annotated[str, Doc(description="Id of the entity that they are merged into.")] = ""
    force: Annotated[
        bool, Doc(description="Whether the remaining entity keeps its own MFA secrets where both have some.")
    ] = False
    conflicting_alias_ids_to_keep: Annotated[
        CommaList | None,
        Doc(description="Ids of the aliases that stay where both entities have one in the same mount."),
    ] = None


class MergePaths(SystemEngine):
    """Merging."""

    @path.write("entity/merge", event="identity/entity-merge")
    async def merge_entities(self, request: Request, body: MergeBody) -> Response | None:
        """Merges entities into one, with their aliases and memberships. Their policies and metadata are dropped."""
        view, wanted = system(request), list(dict.fromkeys(body.from_entity_ids or []))
        txn, namespace = view.txn, view.namespace.id
        if not body.to_entity_id:
            raise InvalidRequest("missing entity id to merge to")
        if not wanted:
            raise InvalidRequest("missing entity ids to merge from")
        to = await entities.read(txn, namespace, body.to_entity_id)
        if to is None:
            raise InvalidRequest("entity id to merge to is invalid")
        if body.to_entity_id in wanted:
            raise InvalidRequest("to_entity_id should not be present in from_entity_ids")
        sources: list[EntityRecord] = []
        for id_ in wanted:
            source = await entities.read(txn, namespace, id_)
            if source is None:
                raise InvalidRequest("entity id to merge from is invalid")
            sources.append(source)
        ids, lineage = [source.id for source in sources], view.namespace.lineage
        await methods.move_secrets(txn, lineage, ids, to.id, keep_own=body.force)
        for id_ in ids:
            await methods.forget_entity(txn, lineage, id_)
        await merge(txn, namespace, to, sources, keep=body.conflicting_alias_ids_to_keep or [], now=request.now)
        return None
