"""`groups`: how many instances of a service may be at it at once."""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.turns import rows
from strongroom.engines.turns.records import MOST_HELD, TurnGroup
from strongroom.lib import limits
from strongroom.sdk import (
    Body,
    Doc,
    GivenDuration,
    InvalidRequest,
    NotFound,
    Page,
    Request,
    Response,
    check_segment_name,
    listed,
    path,
    replace,
)


class GroupSettings(Body, frozen=True):
    """How turns of a group are given.  An update keeps what it doesn't name."""

    size: Annotated[
        int | None,
        Doc(description=f"How many have a turn at once, at most {MOST_HELD}. Default: 1. With 0, nobody gets one."),
    ] = None
    ttl: Annotated[
        GivenDuration | None,
        Doc(description="How long a turn lasts unless it is renewed. Who dies blocks others so long. Default: 60s."),
    ] = None
    max_ttl: Annotated[
        GivenDuration | None,
        Doc(description="How long a turn lasts with all renewals. Default: 1h. 0 for what the mount allows."),
    ] = None
    description: Annotated[str | None, Doc(description="What the group is for.")] = None


class GroupRemoval(Body, frozen=True):
    """How a group is deleted."""

    force: Annotated[bool, Doc(description="Delete it although somebody has a turn, which ends.")] = False


class TurnGroupPaths:
    """`groups` and `groups/<name>`"""

    async def turn_group_exists(self, request: Request, name: str) -> bool:
        """Whether a write is an update."""
        return await rows.group_of(request.view, name) is not None

    @path.list_("groups", repeatable=True)
    async def list_groups(self, request: Request, body: Page) -> Response:
        """Lists the names of all groups."""
        return listed(await request.view.list(rows.GROUPS, after=body.after, limit=body.most))

    @path.read("groups/{name}", repeatable=True)
    async def read_group(self, request: Request, name: str) -> Response:
        """Reads the settings of a group."""
        group = await rows.group_of(request.view, name)
        if group is None:
            raise NotFound
        data = {"description": group.description, "max_ttl": group.max_ttl_s, "size": group.size, "ttl": group.ttl_s}
        return Response(data=data)

    @path.write("groups/{name}", exists="turn_group_exists")
    async def write_group(self, request: Request, name: str, body: GroupSettings) -> None:
        """Creates or updates a group. A turn that somebody has stays, and is renewed by the new times."""
        rows.keep(request.view, name, _merged(await rows.group_of(request.view, name) or TurnGroup(), body))

    @path.delete("groups/{name}")
    async def delete_group(self, request: Request, name: str, body: GroupRemoval) -> None:
        """Deletes a group. With `force`, turns that somebody has end."""
        check_segment_name(name)
        held = (await rows.line_of(request.view, name)).held
        if held and not body.force:
            raise InvalidRequest(f'"{held[0].holder}" has a turn of the group "{name}": force=true ends it')
        for turn in held:
            await request.end_lease(turn.id)
        await rows.remove(request.view, name)


def _merged(group: TurnGroup, body: GroupSettings) -> TurnGroup:
    """A group with what a request names.  Raises `InvalidRequest`."""
    changed = replace(
        group,
        size=group.size if body.size is None else body.size,
        ttl_s=group.ttl_s if body.ttl is None else body.ttl,
        max_ttl_s=group.max_ttl_s if body.max_ttl is None else body.max_ttl,
        description=group.description if body.description is None else body.description,
    )
    if not 0 <= changed.size <= MOST_HELD:
        raise InvalidRequest(f"size is between 0 and {MOST_HELD}")
    if changed.ttl_s < 1:
        raise InvalidRequest("ttl is 1 second or more: a turn without an end would block the others for ever")
    if 0 < changed.max_ttl_s < changed.ttl_s:
        raise InvalidRequest(f"max_ttl ({changed.max_ttl_s} seconds) is less than ttl ({changed.ttl_s} seconds)")
    limits.check_name("description", changed.description)
    if not changed.description.isprintable():
        raise InvalidRequest("description must be printable")
    return changed
