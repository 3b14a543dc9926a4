"""`group/id/ID/members`: the entities of a group, however many there are."""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import GroupRecord, groups, member_sets
from strongroom.services.identity.pages import MOST
from strongroom.services.identity.records import INTERNAL
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.identity import shown
from strongroom.sysapi.identity.listing import Page, cut_warnings


class MembersBody(Body, frozen=True):
    """A change of a group's entities."""

    add: Annotated[CommaList | None, Doc(description="Ids of entities that join the group.")] = None
    remove: Annotated[CommaList | None, Doc(description="Ids of entities that leave the group.")] = None


class GroupMemberPaths(SystemEngine):
    """Entities of groups."""

    @path.list_("group/id/{id}/members")
    async def list_group_members(self, request: Request, id: str, body: Page) -> Response:  # noqa: A002 - the API's name
        """Lists the ids of the entities in a group; of an external group, with source and age of memberships."""
        view = system(request)
        group = await _group(request, id)
        found, cut = await shown.member_page(view, group, body.after, body.limit, request.now)
        if not found and not cut:
            raise NotFound
        info = {name: shown.membership(view, group, one) for name, one in found.items() if one is not None}
        data = {"keys": list(found), **({"key_info": info} if info else {})}
        return Response(data=data, warnings=cut_warnings(cut=cut))

    @path.write("group/id/{id}/members", event="identity/group-write")
    async def write_group_members(self, request: Request, id: str, body: MembersBody) -> Response | None:  # noqa: A002
        """Adds entities to a group and removes others. All others stay."""
        view, group = system(request), await _group(request, id)
        add: list[str] = body.add or []
        remove: list[str] = body.remove or []
        if not (add or remove):
            raise InvalidRequest("'add' or 'remove' must be provided")
        if len(add) + len(remove) > MOST:
            raise InvalidRequest(f"at most {MOST} entities can be added and removed at a time")
        if group.type != INTERNAL:
            raise InvalidRequest("member entities can't be set manually for external groups")
        await member_sets.adjust(view.txn, view.namespace.lineage, group, add, remove)
        return None


async def _group(request: Request, id_: str) -> GroupRecord:
    view = system(request)
    group = await groups.read(view.txn, view.namespace.id, id_)
    if group is None:
        raise NotFound
    return group
