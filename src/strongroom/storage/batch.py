"""Group commit: the queue of waiting operations, and the settling of one batch under the commit lock."""

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
    """An operation that waits for its batch, and its caller's future."""

    __slots__ = ("_answer", "operation")

    def __init__(self, operation: Operation[T_co], answer: asyncio.Future[T_co]) -> None:
        self.operation = operation
        self._answer = answer

    @property
    def abandoned(self) -> bool:
        """Whether nobody waits any more."""
        return self._answer.done()

    def deliver(self, outcome: Revision | StrongroomError) -> None:
        """Give the caller the operation's result at this revision, or an error."""
        if self._answer.done():
            return
        if isinstance(outcome, Revision):
            self._answer.set_result(self.operation.answer(outcome))
        else:
            self._answer.set_exception(outcome)


Outcome = tuple[Pending[object], Revision | StrongroomError]


class WritableState(State, Protocol):
    """The store under the commit lock, as a batch changes it."""

    @property
    def head(self) -> Revision:
        """The newest commit, those of this batch included."""
        ...

    def write(self, changes: Changes, revision: Revision) -> None:
        """Write rows and the feed's entry; `head` is `revision` afterwards."""
        ...


def settle_batch(
    batch: Iterable[Pending[object]], state: WritableState, random: Random, room: Room | None = None
) -> list[Outcome]:
    """Run each operation after the ones before it.  A refused operation doesn't affect the others.

    Args:
        room: the space for additions on a full disk; None if the disk isn't full.

    Returns: the outcomes, to be delivered when the writes are durable.
    """
    outcomes: list[Outcome] = []
    for pending in batch:
        try:
            changes = pending.operation.settle(state)
            if room is not None and not pending.operation.shrinks:
                room.take(changes, pending.operation.counters(), state)
        except StrongroomError as refused:
            # Its traceback refers to this frame, and so, by `outcomes`, to the whole batch.  That cycle would keep some
            # megabytes for each conflict until the garbage collector runs.
            outcomes.append((pending, refused.with_traceback(None)))
            continue
        if changes:
            state.write(changes, Revision(state.head.number + 1, random.bytes(16)))
        outcomes.append((pending, state.head))
    return outcomes


class Queue:
    """Operations that wait for the next batch, in order of arrival.

    Args:
        most_rows: the most rows that all operations of one batch may touch.
    """

    def __init__(self, most_rows: int) -> None:
        self._most_rows = most_rows
        self._waiting: deque[Pending[object]] = deque()
        self._arrived = asyncio.Event()
        self._closed = False

    def put(self, operation: Operation[T]) -> asyncio.Future[T]:
        """Add an operation to the queue."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        pending: Pending[T] = Pending(operation, answer)
        self._waiting.append(pending)
        self._arrived.set()
        return answer

    def refuse(self, error: StrongroomError) -> None:
        """Give all waiting callers an error."""
        waiting, self._waiting = self._waiting, deque()
        for pending in waiting:
            pending.deliver(error)

    def close(self) -> None:
        """Accept no more operations."""
        self._closed = True
        self._arrived.set()

    async def arrival(self) -> bool:
        """Wait for an operation.  Returns False if the queue is closed and empty."""
        while not self._waiting and not self._closed:
            self._arrived.clear()
            await self._arrived.wait()
        return bool(self._waiting)

    def take(self) -> list[Pending[object]]:
        """The next batch: at least one operation, if any waits.  Operations whose callers have given up are dropped."""
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
