"""Group commit on S3: one object of the journal has all waiting commits of this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError, StrongroomError
from strongroom.lib.fault import where
from strongroom.lib.rand import Random
from strongroom.storage.base import Revision
from strongroom.storage.batch import Outcome, Pending, settle_batch
from strongroom.storage.operations import Operation
from strongroom.storage.remote.commits import Commits, run_alone, unknown
from strongroom.storage.room import Room
from strongroom.storage.s3.appending import Appending, UnclearError
from strongroom.storage.s3.journal import Journal
from strongroom.storage.s3.layout import Hold
from strongroom.storage.s3.state import Draft

T = TypeVar("T")

BATCH_ROWS: Final = 2048
BATCH_BYTES: Final = 8 << 20
"""A turn takes no further commit when it has so many bytes."""
HOLD_S: Final = 4.0
"""How long a process that has died keeps all others from committing."""
_LOOK_S: Final = 0.1
"""How often a process looks whether another's hold has ended."""


class Writer:
    """Commits batches, one at a time.

    Args:
        on_due: called when a turn has made a checkpoint due.
        most_bytes: the size of the rows above which only commits that free space are accepted.
    """

    def __init__(
        self, journal: Journal, clock: Clock, random: Random, *, on_due: Callable[[], None], most_bytes: int
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._random = random
        self._most_bytes = most_bytes
        self._patience_s = journal.objects.patience_s
        self._appending = Appending(journal, clock, on_due)
        self._turn = asyncio.Lock()
        """Whose process commits: its queue's, or a hold's."""
        self._one = asyncio.Lock()
        """One object at a time, also of a hold, which is prolonged beside its commits."""
        self._commits = Commits(BATCH_ROWS, self._commit_all)

    async def run(self, operation: Operation[T]) -> T:
        """Run an operation in the next batch."""
        return await self._commits.run(operation)

    async def close(self) -> None:
        """Commit the waiting operations."""
        await self._commits.close()

    @asynccontextmanager
    async def hold(self, timeout_s: float) -> AsyncIterator[bytes]:
        """Block the commits of all processes.  Yields the hold's id.

        Raises: `StorageError` on time-out.
        """
        until = self._clock.monotonic() + timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                await self._turn.acquire()
        except TimeoutError as error:
            raise _held(timeout_s) from error
        try:
            hold_id = self._random.bytes(16)
            await self._finished(self._set_hold(hold_id, until))
            keeping = asyncio.create_task(self._keep(hold_id), name="strongroom-hold")
            try:
                yield hold_id
            finally:
                keeping.cancel()
                await asyncio.wait({keeping})
                # It ends by itself, if the service doesn't answer.
                with contextlib.suppress(StorageError):
                    await self._finished(self._settle([], until, hold_id, lets_go=True))
        finally:
            self._turn.release()

    async def run_held(self, hold_id: bytes, operation: Operation[T]) -> T:
        """Run an operation at once, in a hold.  Raises `StorageError` if the hold was lost."""
        return await run_alone(operation, lambda batch: self._commit(batch, hold_id))

    async def _finished(self, work: Coroutine[None, None, object]) -> None:
        """Wait for work that mustn't be cut off: its object may be on its way."""
        task = asyncio.create_task(work)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            raise

    async def _commit_all(self, batch: Sequence[Pending[object]]) -> None:
        """Commit a batch, in as many turns as it takes."""
        while batch:
            async with self._turn:
                batch = await self._commit(batch, None)

    async def _commit(self, batch: Sequence[Pending[object]], hold_id: bytes | None) -> Sequence[Pending[object]]:
        """Commit the first ones of a batch, and deliver their results.  Returns the others.  Never raises."""
        until = self._clock.monotonic() + self._patience_s
        try:
            outcomes, rest = await self._settle(batch, until, hold_id)
        except UnclearError as error:
            for pending, outcome in error.outcomes:
                pending.deliver(_unclear(outcome, error.detail))
            return batch[len(error.outcomes) :]
        except Exception as error:  # after any error, no caller may wait for ever
            failure = error if isinstance(error, StorageError) else _failed(error)
            for pending in batch:
                pending.deliver(failure)
            return []
        for pending, outcome in outcomes:
            pending.deliver(outcome)
        return rest

    async def _settle(
        self, batch: Sequence[Pending[object]], until: float, hold_id: bytes | None, *, lets_go: bool = False
    ) -> tuple[list[Outcome], Sequence[Pending[object]]]:
        """Write a turn with a batch's first operations.  Returns their outcomes, and the others.

        What it refuses is refused by the newest state: either its object followed that, or the journal was followed.
        """
        async with self._one:
            while True:
                draft = await self._draft(until, hold_id, lets_go=lets_go)
                outcomes, rest = self._filled(draft, batch)
                if await self._appending.written(draft, outcomes, until):
                    return outcomes, rest

    async def _draft(self, until: float, hold_id: bytes | None, *, lets_go: bool) -> Draft:
        """A new turn, when no other process holds the store."""
        while True:
            await self._appending.fresh()
            state, now = self._journal.state, self._journal.objects.service_clock.now()
            held = state.hold is not None and now < state.hold.until <= now + 2 * HOLD_S
            if hold_id is not None:
                if state.hold is None or state.hold.id != hold_id:
                    raise StorageError("the store failed", detail="the hold of the store was lost: it took too long")
                return Draft(state, now, None if lets_go else Hold(hold_id, now + HOLD_S))
            if not held:
                return Draft(state, now, None)
            await self._wait_for_hold(until)

    async def _wait_for_hold(self, until: float) -> None:
        if self._clock.monotonic() > until:
            raise _held(self._patience_s)
        await asyncio.sleep(_LOOK_S)
        await self._journal.follow()

    def _filled(
        self, draft: Draft, batch: Sequence[Pending[object]]
    ) -> tuple[list[Outcome], Sequence[Pending[object]]]:
        """Run operations until the turn is large enough.  A turn that is new may be too large by one of them."""
        outcomes: list[Outcome] = []
        room = Room(0) if self._journal.state.rows.size_bytes >= self._most_bytes else None
        for pending in batch:
            if outcomes and draft.size_bytes >= BATCH_BYTES:
                break
            outcomes += settle_batch([pending], draft, self._random, room)
        return outcomes, batch[len(outcomes) :]

    async def _set_hold(self, hold_id: bytes, until: float) -> None:
        async with self._one:
            while True:
                draft = await self._draft(until, None, lets_go=False)
                draft.hold = Hold(hold_id, draft.now() + HOLD_S)
                if await self._appending.written(draft, [], until):
                    return

    async def _keep(self, hold_id: bytes) -> None:
        """Prolong a hold until it is cancelled.  One that can't be prolonged ends, and its next commit learns it."""
        while True:
            await asyncio.sleep(HOLD_S / 3)
            with contextlib.suppress(StorageError):
                await self._finished(self._settle([], self._clock.monotonic() + HOLD_S / 3, hold_id))


def _held(waited_s: float) -> StorageError:
    return StorageError("another transaction holds the store", detail=f"waited {waited_s:g} s")


def _failed(error: Exception) -> StorageError:
    return StorageError("the store failed", detail=where(error))


def _unclear(outcome: Revision | StrongroomError, detail: str) -> StrongroomError:
    if isinstance(outcome, Revision):
        return unknown(outcome, detail)
    # Without the turn it isn't sure that the state was the newest one by which this was refused.
    return StorageError("the store failed", detail=detail)
