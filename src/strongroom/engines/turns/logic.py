"""Who gets a turn (p).

A turn is given when there is a free place for everybody who has waited longer, and one more.  Somebody who hasn't asked
for `PATIENCE_S` is taken for dead, and nobody waits for him.  The order is that of the row and doesn't depend on
clocks, which differ from node to node; a clock that was set back or forth only makes waiting clients look dead, until
they ask again.
"""

from __future__ import annotations

import msgspec

from strongroom.engines.turns.records import MOST_WAITING, HeldTurn, TurnLine, Waiter
from strongroom.sdk import replace

PATIENCE_S = 20.0
"""How long a waiting client may be silent before it is forgotten."""
LATEST_S = 5
"""When a waiting client is told to ask again, if many are before it."""
_FRESH_S = 1.0
"""A client that asks again sooner than this isn't written down again."""


class Asker(msgspec.Struct, frozen=True):
    """Who asks for a turn."""

    owner: str
    holder: str


class Outcome(msgspec.Struct, frozen=True):
    """What came of asking."""

    line: TurnLine
    """As it is from now on."""
    turn: HeldTurn | None
    """None if there is none yet."""
    ahead: int
    """How many wait who have asked earlier."""


def turn_of(line: TurnLine, asker: Asker) -> HeldTurn | None:
    """The turn that somebody has already."""
    return next((turn for turn in line.held if _same(turn, asker)), None)


def ask(line: TurnLine, size: int, asker: Asker, id_: str, now: float) -> Outcome:
    """Give somebody a turn who has none, or let him wait.

    Args:
        size: of the group.  More than so many may have a turn, if it was made smaller.
        id_: of the turn, should there be one.
        now: seconds since the epoch.
    """
    waiting = [each for each in line.waiting if _same(each, asker) or _is_alive(each, now)]
    at = next((i for i, each in enumerate(waiting) if _same(each, asker)), None)
    ahead = len(waiting) if at is None else at
    if size - len(line.held) > ahead:
        turn = HeldTurn(id=id_, owner=asker.owner, holder=asker.holder, number=line.number + 1, since=now)
        if at is not None:
            del waiting[at]
        held = (*line.held, turn)
        return Outcome(replace(line, number=turn.number, held=held, waiting=tuple(waiting)), turn, ahead)
    if at is not None:
        if abs(now - waiting[at].asked_at) >= _FRESH_S:
            waiting[at] = replace(waiting[at], asked_at=now)
    elif len(waiting) < MOST_WAITING:
        waiting.append(Waiter(owner=asker.owner, holder=asker.holder, since=now, asked_at=now))
    return Outcome(replace(line, waiting=tuple(waiting)), None, ahead)


def without(line: TurnLine, *ids: str) -> TurnLine:
    """The line when these turns have ended."""
    return replace(line, held=tuple(turn for turn in line.held if turn.id not in ids))


def alive(line: TurnLine, now: float) -> list[Waiter]:
    """Who waits, longest first."""
    return [each for each in line.waiting if _is_alive(each, now)]


def retry_after_s(ahead: int, size: int) -> int:
    """When somebody is told to ask again, in seconds: one, and one more for each time that all places change hands."""
    return min(1 + ahead // max(size, 1), LATEST_S)


def _same(one: HeldTurn | Waiter, asker: Asker) -> bool:
    return one.owner == asker.owner and one.holder == asker.holder


def _is_alive(waiter: Waiter, now: float) -> bool:
    return abs(now - waiter.asked_at) <= PATIENCE_S
