"""`take` and `give`: a client takes a turn of a group, and gives it back."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.turns import logic, refusal, rows
from strongroom.engines.turns.clients import asker_of, owner_of
from strongroom.engines.turns.records import HOLDER_CHARACTERS, HeldTurn, TurnGroup
from strongroom.sdk import (
    Body,
    Doc,
    InvalidRequest,
    Lease,
    PermissionDenied,
    Random,
    Request,
    Response,
    base62,
    check_segment_name,
    path,
)

_ID_CHARACTERS = 20


class TakeFields(Body, frozen=True):
    """Who takes a turn."""

    holder: Annotated[
        str,
        Doc(
            description="Who takes the turn, as it is shown to others, such as the name of the host. Each instance has "
            f"another one. At most {HOLDER_CHARACTERS} characters."
        ),
    ] = ""


class GiveFields(Body, frozen=True):
    """Which turn is given back."""

    turn: Annotated[str, Doc(description="The turn, as `take` has told it.")] = ""


class TurnPaths:
    """`take/<name>` and `give/<name>`"""

    random: Random

    @path.write("take/{name}")
    async def take_turn(self, request: Request, name: str, body: TakeFields) -> Response:
        """Takes a turn of a group, with a lease.

        If none is free, the error says who has one, and when to ask again. Who has asked first gets the next one, as
        long as he goes on asking. Who has a turn already is told of it again.
        """
        group = await rows.known(request.view, name)
        asker = asker_of(request.client, body.holder)
        line = before = await rows.line_of(request.view, name)
        own = logic.turn_of(line, asker)
        if own is not None:
            lease = await request.lease_of(own.id)
            left_s = int(lease.ends_at - request.now) if lease is not None else 0
            if lease is not None and left_s > 0:
                shown = _shown(name, own)
                return Response(data=shown, lease_id=lease.id, hint_ttl_s=left_s, renewable=lease.renewable)
            await request.end_lease(own.id)  # it has ended, and nobody has undone it yet
            line = logic.without(line, own.id)
        id_ = request.once("turn", lambda: base62(self.random, _ID_CHARACTERS))
        outcome = logic.ask(line, group.size, asker, id_, request.now)
        if outcome.line != before:
            rows.keep_line(request.view, name, outcome.line)
        if outcome.turn is None:
            return await refusal.waiting(request, name, group, outcome)
        return Response(data=_shown(name, outcome.turn), lease=_lease(name, group, outcome.turn))

    @path.write("give/{name}")
    async def give_turn(self, request: Request, name: str, body: GiveFields) -> None:
        """Gives a turn back, which ends its lease. One that has ended already is no mistake."""
        check_segment_name(name)
        if not body.turn:
            raise InvalidRequest('"turn" is required: it is what take has answered')
        line = await rows.line_of(request.view, name)
        turn = next((each for each in line.held if each.id == body.turn), None)
        if turn is None:
            return
        if turn.owner != owner_of(request.client):
            raise PermissionDenied(
                f"the turn is another token's: whoever may write to groups/{name}/release ends it there"
            )
        await request.end_lease(turn.id)
        rows.keep_line(request.view, name, logic.without(line, turn.id))

    async def renew(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """The time that is asked for, at most that of the group.  Raises `InvalidRequest` if the turn has ended."""
        group = await rows.known(request.view, lease["group"])
        if all(turn.id != lease["turn"] for turn in (await rows.line_of(request.view, lease["group"])).held):
            raise InvalidRequest("the turn has ended")
        return min(increment_s or group.ttl_s, group.ttl_s)

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Free the place of a turn, unless that was done."""
        line = await rows.line_of(request.view, lease["group"])
        if any(turn.id == lease["turn"] for turn in line.held):
            rows.keep_line(request.view, lease["group"], logic.without(line, lease["turn"]))


def _lease(name: str, group: TurnGroup, turn: HeldTurn) -> Lease:
    return Lease(
        ttl_s=group.ttl_s,
        max_ttl_s=group.max_ttl_s,
        internal={"group": name, "turn": turn.id},
        group=f"group/{name}"[: Lease.GROUP_CHARACTERS],
        account=turn.id,
    )


def _shown(name: str, turn: HeldTurn) -> dict[str, Any]:
    return {"group": name, "holder": turn.holder, "number": turn.number, "turn": turn.id}
