"""`InmemStorage`: rows in a dictionary, keys in a sorted list."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple, TypeVar

from strongroom.lib.clock import Clock
from strongroom.lib.errors import FeedTooOld, StorageError
from strongroom.lib.rand import Random
from strongroom.storage.base import Add, Committer, Condition, Delta, Entry, Fence, Limits, Listing, Revision, Snapshot
from strongroom.storage.keys import below, check_commit, check_page, list_start, name_below
from strongroom.storage.operations import Changes, Commit, GiveRole, Operation, TakeRole

T = TypeVar("T")


class _Past(NamedTuple):
    """One commit of the feed."""

    id: bytes
    keys: tuple[str, ...]


class _Rows:
    """The state itself.  Nothing here awaits, so each call is atomic."""

    def __init__(self, clock: Clock, feed_commits: int) -> None:
        self._clock = clock
        self._expiries: dict[str, float] = {}
        self.entries: dict[str, Entry] = {}
        self.keys: list[str] = []
        self.feed: deque[_Past] = deque(maxlen=feed_commits)
        self.head = Revision(0, b"")

    def revision(self, key: str) -> int:
        entry = self.entries.get(key)
        return entry.revision if entry else 0

    def value(self, key: str) -> bytes | None:
        entry = self.entries.get(key)
        return entry.value if entry else None

    def changed_below(self, prefix: str, since: int) -> bool:
        if not self.head.number - len(self.feed) <= since <= self.head.number:
            return True
        return any(key.startswith(prefix) for past in self.after(since) for key in past.keys)

    def expiry(self, role: str) -> float | None:
        return self._expiries.get(role)

    def set_expiry(self, role: str, expires_at: float | None) -> None:
        if expires_at is None:
            self._expiries.pop(role, None)
        else:
            self._expiries[role] = expires_at

    def now(self) -> float:
        return self._clock.now()

    def after(self, number: int) -> list[_Past]:
        """The commits after `number`, which the feed must reach back to."""
        count = self.head.number - number
        return [self.feed[index] for index in range(len(self.feed) - count, len(self.feed))]

    def known_after(self, revision: Revision) -> list[_Past]:
        """The commits after `revision`; raises `FeedTooOld`."""
        behind = self.head.number - revision.number
        if revision.number == 0:
            known = behind <= len(self.feed) and revision.id == b""
        else:
            known = 0 <= behind < len(self.feed) and self.feed[-1 - behind].id == revision.id
        if not known:
            raise FeedTooOld(detail=f"revision {revision.number}")
        return self.after(revision.number)

    def write(self, changes: Changes, revision: Revision) -> None:
        """Apply one commit."""
        for key, value in changes.items():
            if value is None:
                if self.entries.pop(key, None) is not None:
                    del self.keys[bisect_left(self.keys, key)]
            else:
                if key not in self.entries:
                    insort(self.keys, key)
                self.entries[key] = Entry(bytes(value), revision.number)
        self.feed.append(_Past(revision.id, tuple(changes)))
        self.head = revision


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
        self._rows = _Rows(clock, feed_commits)
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
        entries = self._rows.entries
        return Snapshot(self._rows.head.number, {key: entries[key] for key in keys if key in entries})

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments below `prefix`; see `Storage.list`."""
        self._check_open()
        check_page(prefix, after, limit)
        keys = self._rows.keys
        names: list[str] = []
        index = bisect_left(keys, list_start(prefix, after))
        while index < len(keys) and keys[index].startswith(prefix) and (limit is None or len(names) < limit):
            name = name_below(prefix, keys[index])
            names.append(name)
            index = bisect_left(keys, below(prefix + name)) if name.endswith("/") else index + 1
        return Listing(self._rows.head.number, names)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`; see `Storage.scan`."""
        self._check_open()
        check_page(prefix, after, limit)
        keys = self._rows.keys
        first = bisect_left(keys, prefix + after + "\0" if after else prefix)
        last = bisect_left(keys, below(prefix)) if prefix else len(keys)
        if limit is not None:
            last = min(last, first + limit)
        return Listing(self._rows.head.number, [key[len(prefix) :] for key in keys[first:last]])

    async def synced(self) -> Revision:
        """The newest revision."""
        self._check_open()
        return self._rows.head

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`; raises `FeedTooOld`."""
        self._check_open()
        return list(dict.fromkeys(key for past in self._rows.known_after(revision) for key in past.keys))

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """The rows written after `since`; see `Storage.delta`."""
        self._check_open()
        rows = self._rows
        through = since
        entries: dict[str, Entry | None] = {}
        for past in rows.known_after(since):
            entries.update((key, rows.entries.get(key)) for key in past.keys)
            through = Revision(through.number + 1, past.id)
            if limit is not None and len(entries) >= limit:
                break
        return Delta(rows.head, through, entries)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the commit with this id is in the feed."""
        self._check_open()
        return any(past.id == revision_id for past in self._rows.feed)

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
            yield _Exclusive(self)
        finally:
            self._turn.release()

    async def _in_turn(self, operation: Operation[T]) -> T:
        async with self._turn:
            return self._apply(operation)

    def _apply(self, operation: Operation[T]) -> T:
        self._check_open()
        changes = operation.settle(self._rows)
        if changes:
            self._rows.write(changes, Revision(self._rows.head.number + 1, self._random.bytes(16)))
        return operation.answer(self._rows.head)


class _Exclusive:
    """The committer inside `exclusive`."""

    def __init__(self, storage: InmemStorage) -> None:
        self._storage = storage

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once."""
        check_commit(InmemStorage.limits, reads, writes, adds)
        return self._storage._apply(Commit(reads, writes, adds))
