"""One subscriber: the events that it wants and may know, in their order, each with the place behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final, NamedTuple

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.outbox import Event
from strongroom.barrier.transaction import transact
from strongroom.lib.clock import Clock
from strongroom.services.events import wanting
from strongroom.services.events.judge import Judge
from strongroom.services.events.position import Position
from strongroom.services.events.reader import OutboxReader
from strongroom.services.events.selection import Selection

LOOK_S: Final = 5.0
"""How long a subscription may outlast its token, and how often a quiet one gets a sign of life at most."""

_JUDGED_S: Final = 1.0
"""How long what was judged at once may take to be sent."""


class Delivered(NamedTuple):
    """An event for a subscriber."""

    position: Position
    """The place behind it."""
    id: str
    event: Event
    namespace: str
    """The path of its namespace."""


async def subscribed(
    reader: OutboxReader,
    barrier: Barrier,
    clock: Clock,
    judge: Judge,
    selection: Selection,
    *,
    start: Position,
    owner: str,
) -> AsyncGenerator[Delivered | Position]:
    """The events behind a place; and, while there are none, a place every few seconds.

    It ends when the reader's token does.

    Args:
        owner: whose places among the subscribers of the process it takes one of.

    Raises: `CursorTooOld` as soon as something that wasn't told yet has been cleared.
    """
    with reader.following(owner):
        told_at = clock.now()
        async for found in reader.commits(start, LOOK_S):
            now = clock.now()
            if isinstance(found, Position):
                if now - told_at < LOOK_S:
                    continue
                if await judge.known((), now) is None:
                    return
                await transact(barrier, lambda txn: wanting.want(txn, clock.now()))
                told_at = now
                yield found
                continue
            waiting = [
                (commit, number)
                for commit in found
                for number in range(start.told if commit.revision == start.revision else 0, len(commit.events))
            ]
            while waiting:
                now = clock.now()
                known = await judge.known([commit.events[number] for commit, number in waiting], now)
                if known is None:
                    return
                behind = waiting
                waiting = []
                for place, event, namespace in known:
                    if clock.now() > now + _JUDGED_S:
                        waiting = behind[place:]  # the client is slow, and rules may be others by now
                        break
                    if selection.takes(event, namespace):
                        commit, number = behind[place]
                        told_at = now
                        yield Delivered(commit.after(number + 1), commit.id_of(number), event, namespace)
