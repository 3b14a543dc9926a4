"""What somebody is told who has to wait for a turn."""

from __future__ import annotations

from typing import Any

from strongroom.engines.turns import logic
from strongroom.engines.turns.records import HeldTurn, TurnGroup
from strongroom.engines.turns.times import timestamp
from strongroom.sdk import Request, Response

_NAMED = 3
"""Holders that a refusal names."""


async def waiting(request: Request, name: str, group: TurnGroup, outcome: logic.Outcome) -> Response:
    """The answer to somebody who waits.

    It is an answer and no error, because an error would also drop that he waits.  It has the errors of one, so that
    clients take it for one.
    """
    after_s = logic.retry_after_s(outcome.ahead, group.size)
    text = f"{await _why(request, name, group, outcome)}; ask again in {after_s} s"
    data: dict[str, Any] = {"group": name, "ahead": outcome.ahead, "retry_after": after_s}
    return Response(
        data={"errors": [text], "data": data}, flat=True, status=429, headers=(("Retry-After", str(after_s)),)
    )


async def _why(request: Request, name: str, group: TurnGroup, outcome: logic.Outcome) -> str:
    held, ahead = outcome.line.held, outcome.ahead
    wait = {0: "", 1: "; 1 has waited longer"}.get(ahead, f"; {ahead} have waited longer")
    if not group.size:
        return f'the group "{name}" gives no turns, because its size is 0{wait}'
    if len(held) < group.size:
        return f'the free turns of the group "{name}" are for those who have waited longer, {ahead} in all'
    named = [await _named(request, turn) for turn in held[:_NAMED]]
    if len(held) > _NAMED:
        named.append(f"and {len(held) - _NAMED} more")
    return f'no turn of the group "{name}" is free: {", ".join(named)}{wait}'


async def _named(request: Request, turn: HeldTurn) -> str:
    lease = await request.lease_of(turn.id)
    until = lease.ends_at if lease is not None else 0.0
    end = f"until {timestamp(until)} unless it is renewed" if until else "ending now"
    return f'"{turn.holder}" has one since {timestamp(turn.since)}, {end}'
