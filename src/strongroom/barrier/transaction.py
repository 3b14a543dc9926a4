"""Transactions: a request reads one state of the store, and writes all or nothing.

A transaction is pinned to a revision.  When the cache moves on beneath it, the transaction either isn't concerned
and moves with it, or is abandoned by `Restart` and run again.  Commits repeat that check inside the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.cache import Derived, prefixes_of
from strongroom.barrier.record import Record
from strongroom.lib.errors import CommitUnknown, Conflict, StorageError, StrongroomError, Unavailable
from strongroom.storage.base import Add, Committer, Fence

T = TypeVar("T")
R = TypeVar("R", bound=Record)

OPTIMISTIC_ATTEMPTS = 4
EXCLUSIVE_TIMEOUT_S = 10.0
_SETTLE_ATTEMPTS = 20
_SETTLE_PAUSE_S = 0.25

_MISSING: Any = object()


class Restart(Exception):  # not an error: the run begins again
    """Something that this run had read has changed."""


class Once:
    """Values that stay the same over all attempts of a request: random bytes, times, answers of other systems."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def __call__(self, name: str, produce: Callable[[], T]) -> T:
        """What `produce` returned when it was first asked for under `name`."""
        value = self._values.get(name, _MISSING)
        if value is _MISSING:
            value = self._values[name] = produce()
        return value  # type: ignore[no-any-return]

    async def wait(self, name: str, produce: Callable[[], Awaitable[T]]) -> T:
        """The same for what has to be awaited."""
        value = self._values.get(name, _MISSING)
        if value is _MISSING:
            value = self._values[name] = await produce()
        return value  # type: ignore[no-any-return]


class Transaction:
    """One run of a request over the barrier.  Reads its own writes, listings included."""

    def __init__(self, barrier: Barrier, once: Once, committer: Committer | None = None) -> None:
        self.barrier = barrier
        self.once = once
        self.revision = barrier.revision
        self._committer: Committer = committer if committer is not None else barrier.storage
        self._reads: dict[str, int] = {}
        self._prefixes: set[str] = set()
        self._derived: list[Derived] = []
        self._writes: dict[str, Record | bytes | None] = {}
        self._adds: dict[str, Add] = {}

    async def read(self, key: str, type_: type[R]) -> R | None:
        """The record at `key`, or None."""
        if self._writes:
            own: Any = self._writes.get(key, _MISSING)
            if own is not _MISSING:
                return own  # type: ignore[no-any-return]
        row = self.barrier.cache.row(key) if self.barrier.revision == self.revision else None
        if row is None:
            row = await self.barrier.row(key)
            if self.barrier.revision != self.revision:
                self._advance()
        self._reads[key] = row.revision
        record = await self.barrier.record(key, row, type_)
        if self.barrier.revision != self.revision:
            self._advance()
        return record

    async def read_plain(self, key: str) -> bytes | None:
        """The row at `key` as it is stored, for the few rows that the barrier doesn't encrypt."""
        row = await self.barrier.row(key)
        if self.barrier.revision != self.revision:
            self._advance()
        self._reads[key] = row.revision
        return row.raw

    async def counter(self, key: str) -> int:
        """A counter's value, 0 when it was never moved; uncommitted `add`s aren't in it."""
        raw = await self.read_plain(key)
        return int(raw) if raw is not None else 0

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> list[str]:
        """The distinct next segments below `prefix`, sorted; a name that ends in `/` stands for what lies below it."""
        return await self._listing(prefix, after, limit, deep=False)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> list_[str]:
        """Every key below `prefix`, as its remainder, sorted."""
        return await self._listing(prefix, after, limit, deep=True)

    async def _listing(self, prefix: str, after: str, limit: int | None, *, deep: bool) -> list_[str]:
        ask = self.barrier.storage.scan if deep else self.barrier.storage.list
        own = {key[len(prefix) :]: value for key, value in self._writes.items() if key.startswith(prefix)}
        # With own writes below it, a page can't be cut by the store: removals would leave it short.
        listing = await ask(prefix, after, None if own else limit)
        self._prefixes.add(prefix)
        if listing.revision != self.revision or self.barrier.revision != self.revision:
            if listing.revision > self.barrier.revision:
                await self.barrier.sync()
            if listing.revision < self.barrier.revision:
                changed = self.barrier.cache.changes_since(listing.revision)
                if changed is None or any(key.startswith(prefix) for key in changed):
                    raise Restart
            self._advance()
        if not own:
            return listing.names
        names = set(listing.names)
        for rest, value in own.items():
            name = rest if deep or "/" not in rest else rest[: rest.index("/") + 1]
            if value is not None:
                names.add(name)
            elif name == rest or await self._emptied(prefix + name):
                names.discard(name)
        found = sorted(name for name in names if name > after)
        return found[:limit] if limit is not None else found

    async def _emptied(self, folder: str) -> bool:
        """Whether this transaction removes everything below `folder` and puts nothing there."""
        kept = [key for key, value in self._writes.items() if value is not None and key.startswith(folder)]
        stored = (await self.barrier.storage.scan(folder)).names
        return not kept and all(self._writes.get(folder + name, _MISSING) is None for name in stored)

    async def derived(self, name: object, build: Callable[[Transaction], Awaitable[T]]) -> T:
        """A value made from rows by `build`, kept until one of those rows changes.

        It shows the committed state, without this transaction's own writes; so does everything `build` reads.
        """
        if self.barrier.revision != self.revision:
            self._advance()
        derived = self.barrier.cache.derived(name)
        if derived is None:
            inner = Transaction(self.barrier, self.once)
            value = await build(inner)
            if self.barrier.revision != inner.revision:
                inner._advance()
            derived = Derived(value, inner._all_reads(), frozenset(inner._all_prefixes()))
            self.barrier.cache.keep_derived(name, derived)
            if self.barrier.revision != self.revision:
                self._advance()
        self._derived.append(derived)
        return derived.value  # type: ignore[no-any-return]

    def write(self, key: str, record: Record) -> None:
        """Store `record` at `key` when this transaction commits."""
        self._writes[key] = record

    def write_plain(self, key: str, value: bytes) -> None:
        """Store bytes that the barrier doesn't encrypt."""
        self._writes[key] = value

    def delete(self, key: str) -> None:
        """Remove the row at `key` when this transaction commits."""
        self._writes[key] = None

    def add(self, key: str, delta: int, minimum: int, maximum: int) -> None:
        """Move a counter when this transaction commits."""
        self._adds[key] = Add(delta, minimum, maximum)

    async def charge(self, name: str, adds: Mapping[str, Add]) -> None:
        """Commit these counters now and once per request, whatever becomes of it.

        Raises: `OutOfRange` when a counter is used up; nothing was moved then.
        """

        async def commit() -> bool:
            try:
                await self._committer.commit(self._commit_reads(), {}, adds)
            except Conflict as error:
                raise Restart from error
            return True

        await self.once.wait(f"charge {name}", commit)

    def guard(self, fence: Fence) -> None:
        """Commit only while the fence's holder has its role; what a former holder still does is dropped."""
        self._reads[fence.key] = fence.revision

    async def apart(self, name: str, body: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `body` in a transaction of its own that commits now: once per request, whatever becomes of this one.

        For work that is too large for one commit.  It must not change what this transaction has read: that would
        make this one run again, and find its own work.
        """
        return await self.once.wait(f"apart {name}", lambda: self._apart(body))

    async def _apart(self, body: Callable[[Transaction], Awaitable[T]]) -> T:
        if self._committer is self.barrier.storage:
            return await transact(self.barrier, body)
        while True:  # exclusive: nobody else commits, so that at most what this process has yet to hear of disturbs
            await self.barrier.sync()
            try:
                return await _attempt(Transaction(self.barrier, Once(), self._committer), body)
            except Restart:
                continue

    def has_effects(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self._writes or self._adds)

    async def commit(self) -> None:
        """Commit what was written, or, with nothing written, check that what was read still holds.

        Raises: `Restart` when something that was read has changed; `StorageError`, `OutOfRange` as the store does.
        """
        if not self._writes and not self._adds:
            if self.barrier.revision != self.revision:
                self._advance()
            return
        rows = {
            key: value if value is None or isinstance(value, bytes) else self.barrier.seal(key, value)
            for key, value in self._writes.items()
        }
        try:
            await self._committer.commit(self._commit_reads(), rows, self._adds)
        except Conflict as error:
            raise Restart from error
        except CommitUnknown as unknown:
            await self._settle(unknown)

    async def _settle(self, unknown: CommitUnknown) -> None:
        """Find out what became of a commit whose answer was lost."""
        for _ in range(_SETTLE_ATTEMPTS):
            try:
                # While nobody else can commit, no late arrival of that commit is under way either.
                async with self.barrier.storage.exclusive(EXCLUSIVE_TIMEOUT_S):
                    if await self.barrier.storage.committed(unknown.revision_id):
                        return
                    raise Restart from unknown
            except StorageError:
                await asyncio.sleep(_SETTLE_PAUSE_S)
        raise Unavailable("the store does not answer; whether the request took effect is unknown") from unknown

    def revalidate(self) -> None:
        """Raise `Restart` if something that was read has changed as far as this process has heard."""
        if self.barrier.revision != self.revision:
            self._advance()

    def _advance(self) -> None:
        changed = self.barrier.cache.changes_since(self.revision)
        if changed is None:
            raise Restart
        for key in changed:
            if key in self._reads or any(key in derived.keys for derived in self._derived):
                raise Restart
            if self._prefixes or self._derived:
                for prefix in prefixes_of(key):
                    if prefix in self._prefixes or any(prefix in derived.prefixes for derived in self._derived):
                        raise Restart
        self.revision = self.barrier.revision

    def _all_reads(self) -> dict[str, int]:
        reads: dict[str, int] = {}
        for derived in self._derived:
            reads.update(derived.keys)
        reads.update(self._reads)
        return reads

    def _all_prefixes(self) -> set[str]:
        return self._prefixes.union(*(derived.prefixes for derived in self._derived))

    def _commit_reads(self) -> dict[str, int]:
        reads = self._all_reads()
        prefixes = self._all_prefixes()
        for key in list(reads) if prefixes else ():
            if any(prefix in prefixes for prefix in prefixes_of(key)):
                del reads[key]  # the prefix covers it
        reads.update(dict.fromkeys(prefixes, self.revision))
        return reads


list_ = list


async def transact(barrier: Barrier, body: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `body` in a transaction and commit it; again when what it read has changed meanwhile.

    After four conflicts it runs while every other commit waits.  An error that `body` raises drops its effects; it
    is believed only if what led to it still holds.
    """
    once = Once()
    for _ in range(OPTIMISTIC_ATTEMPTS):
        await barrier.sync()
        try:
            return await _attempt(Transaction(barrier, once), body)
        except Restart:
            continue
    async with AsyncExitStack() as stack:
        committer = await stack.enter_async_context(barrier.storage.exclusive(EXCLUSIVE_TIMEOUT_S))
        await barrier.sync()
        try:
            return await _attempt(Transaction(barrier, once, committer), body)
        except Restart as error:
            raise Unavailable("the store changed during an exclusive transaction") from error


async def _attempt(txn: Transaction, body: Callable[[Transaction], Awaitable[T]]) -> T:
    try:
        result = await body(txn)
    except StrongroomError:
        txn.revalidate()
        raise
    await txn.commit()
    return result
