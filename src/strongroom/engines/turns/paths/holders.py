"""`groups/<name>/holders` and `groups/<name>/release`: who has a turn, and how an operator ends it."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.turns import logic, rows
from strongroom.engines.turns.records import HeldTurn
from strongroom.engines.turns.times import timestamp
from strongroom.sdk import Body, Doc, InvalidRequest, NotFound, Request, Response, path


class ReleaseFields(Body, frozen=True):
    """Which turns end."""

    turn: Annotated[str, Doc(description="The turn, as `holders` shows it.")] = ""
    all: Annotated[bool, Doc(description="End all turns of the group.")] = False


class HolderPaths:
    """`groups/<name>/holders` and `groups/<name>/release`"""

    @path.read("groups/{name}/holders")
    async def read_holders(self, request: Request, name: str) -> Response:
        """Reads who has a turn of a group, since when and until when, and who waits for one, longest first."""
        group = await rows.group_of(request.view, name)
        if group is None:
            raise NotFound
        line = await rows.line_of(request.view, name)
        waiting = [{"holder": each.holder, "since": timestamp(each.since)} for each in logic.alive(line, request.now)]
        holders = [await _shown(request, turn) for turn in line.held]
        return Response(data={"holders": holders, "size": group.size, "waiting": waiting})

    @path.write("groups/{name}/release")
    async def release(self, request: Request, name: str, body: ReleaseFields) -> Response:
        """Ends a turn, or all of a group, whoever has it. The holder isn't told before he renews it."""
        await rows.known(request.view, name)
        if bool(body.turn) == body.all:
            raise InvalidRequest('"turn" names the turn that ends, or all=true ends all of them')
        line = await rows.line_of(request.view, name)
        ended = [turn for turn in line.held if body.all or turn.id == body.turn]
        for turn in ended:
            await request.end_lease(turn.id)
        if ended:
            rows.keep_line(request.view, name, logic.without(line, *(turn.id for turn in ended)))
        return Response(data={"released": [{"holder": turn.holder, "turn": turn.id} for turn in ended]})


async def _shown(request: Request, turn: HeldTurn) -> dict[str, Any]:
    lease = await request.lease_of(turn.id)
    return {
        "holder": turn.holder,
        "number": turn.number,
        "since": timestamp(turn.since),
        "turn": turn.id,
        "until": timestamp(lease.ends_at if lease is not None else 0.0),
    }
