"""`InmemStorage`: rows that end with their process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TypeVar

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.base import Add, Committer, Condition, Delta, Entry, Fence, Limits, Listing, Revision, Snapshot
from strongroom.storage.held import HeldCommitter
from strongroom.storage.inmem.rows import Rows
from strongroom.storage.keys import check_commit
from strongroom.storage.operations import Commit, GiveRole, Operation, TakeRole

T = TypeVar("T")


class _State(Rows):
    """The rows, with who holds which role."""

    def __init__(self, clock: Clock, feed_commits: int) -> None:
        super().__init__(feed_commits)
        self._clock = clock
        self._expiries: dict[str, float] = {}

    def expiry(self, role: str) -> float | None:
        return self._expiries.get(role)

    def set_expiry(self, role: str, expires_at: float | None) -> None:
        if expires_at is None:
            self._expiries.pop(role, None)
        else:
            self._expiries[role] = expires_at

    def now(self) -> float:
        return self._clock.now()


class InmemStorage:
    """A store that ends with its process.

    Args:
        clock: decides what has expired. random: makes the ids of commits. feed_commits: the number of commits in the
            change feed.
    """

    limits = Limits(keys=4096, bytes=32 << 20, value_bytes=16 << 20)
    reserve = None

    immediate = True

    def __init__(self, clock: Clock, random: Random, *, feed_commits: int = 65_536) -> None:
        self._clock = clock
        self._random = random
        self._rows = _State(clock, feed_commits)
        self._turn = asyncio.Lock()
        self._open = False

    async def start(self) -> None:
        """Begin to serve.  The rows from before an earlier `close` still exist."""
        self._open = True

    def condition(self) -> Condition:
        """Always the empty condition: a query finds all trouble."""
        return Condition()

    async def close(self) -> None:
        """Refuse all calls from now on."""
        async with self._turn:
            self._open = False

    def _check_open(self) -> None:
        if not self._open:
            raise StorageError("the store is closed")

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        self._check_open()
        return self._rows.entries.get(key)

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        self._check_open()
        return self._rows.get_many(keys)

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments below `prefix`; see `Storage.list`."""
        self._check_open()
        return self._rows.list(prefix, after, limit)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`; see `Storage.scan`."""
        self._check_open()
        return self._rows.scan(prefix, after, limit)

    async def synced(self) -> Revision:
        """The newest revision."""
        self._check_open()
        return self._rows.head

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`; raises `FeedTooOld`."""
        self._check_open()
        return self._rows.changed_since(revision)

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """The rows written after `since`; see `Storage.delta`."""
        self._check_open()
        return self._rows.delta(since, limit)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the commit with this id is in the feed."""
        self._check_open()
        return self._rows.committed(revision_id)

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once; see `Committer.commit`."""
        check_commit(self.limits, reads, writes, adds)
        return await self._in_turn(Commit(reads, writes, adds))

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Take or prolong `role`; see `Storage.lock`."""
        return await self._in_turn(TakeRole(role, holder, ttl_s))

    async def unlock(self, fence: Fence) -> None:
        """Release the role."""
        await self._in_turn(GiveRole(fence))

    async def now(self) -> float:
        """The clock's time."""
        return self._clock.now()

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """Block all other commits; see `Storage.exclusive`."""
        return self._exclusive(timeout_s)

    @asynccontextmanager
    async def _exclusive(self, timeout_s: float) -> AsyncIterator[Committer]:
        try:
            async with asyncio.timeout(timeout_s):
                await self._turn.acquire()
        except TimeoutError as error:
            raise StorageError("another transaction holds the store", detail=f"waited {timeout_s} s") from error
        try:
            yield HeldCommitter(partial(check_commit, self.limits), self._at_once)
        finally:
            self._turn.release()

    async def _in_turn(self, operation: Operation[T]) -> T:
        async with self._turn:
            return await self._at_once(operation)

    async def _at_once(self, operation: Operation[T]) -> T:
        self._check_open()
        changes = operation.settle(self._rows)
        if changes:
            self._rows.write(changes, Revision(self._rows.head.number + 1, self._random.bytes(16)))
        return operation.answer(self._rows.head)
