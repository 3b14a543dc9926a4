"""`S3Storage`: a journal of objects, of which each process holds the whole state in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from strongroom.lib.aws import Credentials
from strongroom.lib.aws.s3 import Bucket
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.base import (
    Add,
    Committer,
    Condition,
    Delta,
    Entry,
    Fence,
    Limits,
    Listing,
    Revision,
    Snapshot,
)
from strongroom.storage.inmem.rows import Rows
from strongroom.storage.keys import check_commit, check_page
from strongroom.storage.operations import Commit, GiveRole, TakeRole
from strongroom.storage.patience import PATIENCE_S
from strongroom.storage.s3.clock import GOOD_S
from strongroom.storage.s3.journal import Journal
from strongroom.storage.s3.objects import Objects
from strongroom.storage.s3.probe import probe
from strongroom.storage.s3.state import CHECKPOINT_TURNS, Draft
from strongroom.storage.s3.upkeep import Upkeep
from strongroom.storage.s3.writer import Writer
from strongroom.storage.shared_question import SharedQuestion

_TICKS = 16
"""Questions about the time within a second, to find where the service's seconds begin."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is, and who may use it."""

    bucket: Bucket
    path: str
    """Before all names; empty, or ending in `/`."""
    credentials: Callable[[], Awaitable[Credentials]]
    """Called for each request."""


class S3Storage:
    """A store in a bucket of S3.

    Args:
        place: where it is.
        clock: this machine's; only time that passes is measured by it.
        random: makes the ids of commits.
        max_parallel: how many requests are made at once.
        patience_s: the time limit for a response.
        most_bytes: the size of all rows above which only commits that free space are accepted.
        feed_commits: the number of commits in the change feed.
        checkpoint_turns: after so many objects of the journal a checkpoint is made, while the store is small.
    """

    limits = Limits(keys=4096, bytes=32 << 20, value_bytes=16 << 20)
    reserve = None
    immediate = False

    def __init__(
        self,
        place: Place,
        clock: Clock,
        random: Random,
        *,
        max_parallel: int = 32,
        patience_s: float = PATIENCE_S,
        most_bytes: int = 1 << 30,
        feed_commits: int = 16_384,
        checkpoint_turns: int = CHECKPOINT_TURNS,
    ) -> None:
        self._place = place
        self._clock = clock
        self._random = random
        self._most_bytes = most_bytes
        self._objects = Objects(
            place.bucket, place.path, place.credentials, clock, parallel=max_parallel, patience_s=patience_s
        )
        self._journal = Journal(
            self._objects, clock, feed_commits=feed_commits, most_bytes=most_bytes, checkpoint_turns=checkpoint_turns
        )
        self._newest = SharedQuestion(self._journal.follow)
        self._upkeep = Upkeep(self._journal)
        self._writer: Writer | None = None
        self._timing: asyncio.Task[None] | None = None
        self._one_asks = asyncio.Lock()

    async def start(self) -> None:
        """Prove that the service is fit for it, and read the state.

        Raises: `StorageError` if it isn't, can't be reached or refuses, or if the store is damaged or too large.
        """
        try:
            await probe(self._objects.client, self._place.path, self._random)
            await self._journal.load()
        except BaseException:
            await self._objects.close()
            raise
        self._writer = Writer(
            self._journal, self._clock, self._random, on_due=self._upkeep.due, most_bytes=self._most_bytes
        )
        self._timing = asyncio.create_task(self._learn_time(), name="strongroom-time")

    def condition(self) -> Condition:
        """Whether it is full: all else is found by a query."""
        full = self._journal.state.rows.size_bytes >= self._most_bytes
        return Condition(full=full, throttled=self.throttled)

    @property
    def throttled(self) -> int:
        """How often the service wanted fewer requests."""
        return self._objects.throttled

    async def checkpoint_made(self) -> None:
        """Wait for the checkpoint that this process is making, if there is one."""
        await self._upkeep.finished()

    async def close(self) -> None:
        """Commit the accepted operations, and close all connections."""
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.close()
            if self._timing is not None:
                self._timing.cancel()
                await asyncio.wait({self._timing})
            await self._newest.close()
            await self._upkeep.close()
            await self._objects.close()

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        return (await self._rows()).entries.get(key)

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        return (await self._rows()).get_many(keys)

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments below `prefix`; see `Storage.list`."""
        check_page(prefix, after, limit)
        return (await self._rows()).list(prefix, after, limit)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`; see `Storage.scan`."""
        check_page(prefix, after, limit)
        return (await self._rows()).scan(prefix, after, limit)

    async def synced(self) -> Revision:
        """The newest revision.  All waiting callers share one request."""
        return (await self._rows()).head

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`; raises `FeedTooOld`."""
        return (await self._rows()).changed_since(revision)

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """The rows written after `since`; see `Storage.delta`."""
        return (await self._rows()).delta(since, limit)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the commit with this id is in the feed.

        Call it inside `exclusive` to rule out that the commit still arrives.
        """
        return (await self._rows()).committed(revision_id)

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once; see `Committer.commit`."""
        check_commit(self.limits, reads, writes, adds)
        operation = Commit(reads, writes, adds)
        if operation.only_checks:
            await self._rows()
            state = self._journal.state
            operation.settle(Draft(state, 0.0, state.hold))
            return state.rows.head
        return await self._writing().run(operation)

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Take or prolong `role`; its row is `role/` and the role's name.  See `Storage.lock`."""
        await self._know_time()
        return await self._writing().run(TakeRole(role, holder, ttl_s))

    async def unlock(self, fence: Fence) -> None:
        """Release the role."""
        await self._writing().run(GiveRole(fence))

    async def now(self) -> float:
        """The service's clock, to a quarter of a second."""
        self._writing()
        await self._know_time()
        return self._objects.service_clock.now()

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """Block all other commits; see `Storage.exclusive`."""
        return self._exclusive(timeout_s)

    @asynccontextmanager
    async def _exclusive(self, timeout_s: float) -> AsyncIterator[Committer]:
        writer = self._writing()
        async with writer.hold(timeout_s) as hold_id:
            yield _Exclusive(writer, hold_id, self.limits)

    async def _rows(self) -> Rows:
        """The rows, with everything that was written before the call."""
        self._writing()
        await self._newest.answer()
        return self._journal.state.rows

    async def _learn_time(self) -> None:
        """Know the time before somebody needs it.  Who needs it meets the error again."""
        with contextlib.suppress(StorageError):
            await self._know_time()

    async def _know_time(self) -> None:
        """Ask around the end of a second, until the service's clock is known well."""
        clock = self._objects.service_clock
        async with self._one_asks:
            for _ in range(_TICKS):
                if clock.width_s < GOOD_S:
                    return
                await asyncio.sleep(1 / (_TICKS - 4))
                await self._newest.answer()

    def _writing(self) -> Writer:
        if self._writer is None:
            raise StorageError("the store is closed")
        return self._writer


class _Exclusive:
    """The committer inside `exclusive`."""

    def __init__(self, writer: Writer, hold_id: bytes, limits: Limits) -> None:
        self._writer = writer
        self._hold_id = hold_id
        self._limits = limits

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once."""
        check_commit(self._limits, reads, writes, adds)
        return await self._writer.run_held(self._hold_id, Commit(reads, writes, adds))
