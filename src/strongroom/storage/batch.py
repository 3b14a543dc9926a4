"""Group commit: what waits, and how one batch is settled under the commit lock."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from strongroom.lib.errors import StrongroomError
from strongroom.lib.rand import Random
from strongroom.storage.base import Revision
from strongroom.storage.operations import Changes, Operation, State
from strongroom.storage.room import Room

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Pending(Generic[T_co]):
    """An operation that waits for its batch, and who waits for it."""

    __slots__ = ("_answer", "operation")

    def __init__(self, operation: Operation[T_co], answer: asyncio.Future[T_co]) -> None:
        self.operation = operation
        self._answer = answer

    @property
    def abandoned(self) -> bool:
        """Whether nobody waits any more."""
        return self._answer.done()

    def deliver(self, outcome: Revision | StrongroomError) -> None:
        """Answer who waits: the operation at this revision, or an error."""
        if self._answer.done():
            return
        if isinstance(outcome, Revision):
            self._answer.set_result(self.operation.answer(outcome))
        else:
            self._answer.set_exception(outcome)


Outcome = tuple[Pending[object], Revision | StrongroomError]


class WritableState(State, Protocol):
    """The store under the commit lock, as a batch changes it."""

    head: Revision

    def write(self, changes: Changes, revision: Revision) -> None:
        """Write rows and the feed's entry; `head` is `revision` afterwards."""
        ...


def settle_batch(
    batch: Iterable[Pending[object]], state: WritableState, random: Random, room: Room | None = None
) -> list[Outcome]:
    """Run each operation against the ones before it; one that is refused leaves the others alone.

    Args:
        room: what may be added on a disk that is full; None while it isn't.

    Returns: the outcomes, to be delivered once what was written is durable.
    """
    outcomes: list[Outcome] = []
    for pending in batch:
        try:
            changes = pending.operation.settle(state)
            if room is not None and not pending.operation.shrinks:
                room.take(changes, pending.operation.counters(), state)
        except StrongroomError as refused:
            # Its traceback would hold this frame, and with `outcomes` the whole batch, in a cycle: some megabytes each
            # time that two requests meet, until the collector comes by.
            outcomes.append((pending, refused.with_traceback(None)))
            continue
        if changes:
            state.write(changes, Revision(state.head.number + 1, random.bytes(16)))
        outcomes.append((pending, state.head))
    return outcomes


class Queue:
    """What waits for the next batch, in order of arrival.

    Args:
        most_rows: how many rows the operations of one batch may touch together.
    """

    def __init__(self, most_rows: int) -> None:
        self._most_rows = most_rows
        self._waiting: deque[Pending[object]] = deque()
        self._arrived = asyncio.Event()
        self._closed = False

    def put(self, operation: Operation[T]) -> asyncio.Future[T]:
        """Let an operation wait for its batch."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        pending: Pending[T] = Pending(operation, answer)
        self._waiting.append(pending)
        self._arrived.set()
        return answer

    def refuse(self, error: StrongroomError) -> None:
        """Answer everybody who waits with an error."""
        waiting, self._waiting = self._waiting, deque()
        for pending in waiting:
            pending.deliver(error)

    def close(self) -> None:
        """Nothing more will be put."""
        self._closed = True
        self._arrived.set()

    async def arrival(self) -> bool:
        """Return once something waits: True; or nothing does and nothing will: False."""
        while not self._waiting and not self._closed:
            self._arrived.clear()
            await self._arrived.wait()
        return bool(self._waiting)

    def take(self) -> list[Pending[object]]:
        """The next batch, at least one operation if any waits; what nobody waits for any more is dropped."""
        batch: list[Pending[object]] = []
        rows = 0
        while self._waiting:
            pending = self._waiting[0]
            if pending.abandoned:
                self._waiting.popleft()
                continue
            rows += pending.operation.size
            if batch and rows > self._most_rows:
                break
            batch.append(self._waiting.popleft())
        return batch
