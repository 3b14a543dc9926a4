"""Transactions: a request reads one state of the store, and writes all or nothing.

A transaction is pinned to a revision.  When the cache moves on beneath it, the transaction either isn't concerned
and moves with it, or is abandoned by `Restart` and run again.  Commits repeat that check inside the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.cache import Derived, prefixes_of
from strongroom.barrier.record import Record
from strongroom.lib.errors import (
    CommitUnknown,
    Conflict,
    Internal,
    OutOfRange,
    StorageError,
    StrongroomError,
    Unavailable,
)
from strongroom.storage.base import Add, Committer, Fence, Storage

T = TypeVar("T")
R = TypeVar("R", bound=Record)

OPTIMISTIC_ATTEMPTS = 4
EXCLUSIVE_TIMEOUT_S = 10.0
_SETTLE_ATTEMPTS = 20
_SETTLE_S = 10.0
"""For how long the store is asked what became of a commit.  The request that waits for it has waited before."""
_SETTLE_PAUSE_S = 0.25

_MISSING: Any = object()


class Restart(Exception):  # not an error: the run begins again
    """Something that this run had read has changed."""


class StableValues:
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

    def __init__(self, barrier: Barrier, once: StableValues, committer: Committer | None = None) -> None:
        self.barrier = barrier
        self.once = once
        self.revision = barrier.revision
        self._seen = barrier.seen
        self._history = barrier.history
        self._committer: Committer = committer if committer is not None else barrier.storage
        self._reads: dict[str, int] = {}
        self._prefixes: set[str] = set()
        self._derived: list[Derived] = []
        self._writes: dict[str, Record | bytes | None] = {}
        self._adds: dict[str, Add] = {}
        self._refusals: dict[str, StrongroomError] = {}

    async def read(self, key: str, type_: type[R]) -> R | None:
        """The record at `key`, or None."""
        if self._writes:
            own: Any = self._writes.get(key, _MISSING)
            if own is not _MISSING:
                if own is not None and type(own) is not type_:
                    raise Internal(detail=f"{key!r} was written as {type(own).__name__}, not as {type_.__name__}")
                return own
        row = self.barrier.cache.row(key) if self.barrier.seen is self._seen else None
        if row is None:
            row = await self.barrier.row(key)
            if self.barrier.seen is not self._seen:
                self._advance()
        self._reads[key] = row.revision
        if type(row.record) is type_:
            return row.record  # what most reads of mounts, tokens and policies come to
        record = await self.barrier.record(key, row, type_)
        if self.barrier.seen is not self._seen:
            self._advance()
        return record

    async def read_plain(self, key: str) -> bytes | None:
        """The row at `key` as it is stored, for the few rows that the barrier doesn't encrypt."""
        own = self._writes.get(key, _MISSING)
        if own is not _MISSING:
            if isinstance(own, Record):
                raise Internal(detail=f"{key!r} was written as {type(own).__name__}, not as plain bytes")
            return own  # type: ignore[no-any-return]
        row = await self.barrier.row(key)
        if self.barrier.seen is not self._seen:
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
        own = {key[len(prefix) :]: value for key, value in self._writes.items() if key.startswith(prefix)}
        if not own:
            return await self._stored(prefix, after, limit, deep=deep)
        # Each own write takes at most one name off a page.
        wanted = None if limit is None else limit + len(own)
        names = set(await self._stored(prefix, after, wanted, deep=deep))
        for rest, value in own.items():
            name = rest if deep or "/" not in rest else rest[: rest.index("/") + 1]
            if value is not None:
                names.add(name)
            elif name == rest or await self._emptied(prefix + name):
                names.discard(name)
        return sorted(name for name in names if name > after)[:limit]

    async def _stored(self, prefix: str, after: str, limit: int | None, *, deep: bool) -> list_[str]:
        """A listing without this transaction's own writes, as of its revision."""
        ask = self.barrier.storage.scan if deep else self.barrier.storage.list
        listing = await ask(prefix, after, limit)
        if listing.revision > self.barrier.revision or listing.revision < self.revision:  # older: another history
            await self.barrier.sync()
        if listing.revision != self.barrier.revision:
            changed = self.barrier.cache.changes_since(listing.revision)
            if changed is None or any(key.startswith(prefix) for key in changed):
                raise Restart
        if self.barrier.seen is not self._seen:
            self._advance()
        self._prefixes.add(prefix)
        return listing.names

    async def _emptied(self, folder: str) -> bool:
        """Whether this transaction removes everything below `folder` and puts nothing there."""
        own = {key: value for key, value in self._writes.items() if key.startswith(folder)}
        if any(value is not None for value in own.values()):
            return False
        stored = await self._stored(folder, "", len(own) + 1, deep=True)
        return all(folder + name in own for name in stored)

    async def derived(self, name: object, build: Callable[[Transaction], Awaitable[T]]) -> T:
        """A value made from rows by `build`, kept until one of those rows changes.

        It shows the committed state, without this transaction's own writes; so does everything `build` reads.
        """
        if self.barrier.seen is not self._seen:
            self._advance()
        derived = self.barrier.cache.derived(name)
        if derived is None:
            inner = Transaction(self.barrier, self.once)
            value = await build(inner)
            if self.barrier.seen is not inner._seen:
                inner._advance()
            derived = Derived(value, inner._all_reads(), frozenset(inner._all_prefixes()))
            self.barrier.cache.keep_derived(name, derived)
            if self.barrier.seen is not self._seen:
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

    def add(self, key: str, delta: int, minimum: int, maximum: int, refusal: StrongroomError | None = None) -> None:
        """Move a counter when this transaction commits; several moves of one counter add up.

        Args:
            refusal: what leaving the bounds means to the client; raised by the commit instead of `OutOfRange`.
        """
        moved = self._adds[key].delta if key in self._adds else 0
        self._adds[key] = Add(moved + delta, minimum, maximum)
        if refusal is not None:
            self._refusals[key] = refusal

    async def charge(self, name: str, adds: Mapping[str, Add]) -> None:
        """Commit these counters now and once per request, whatever becomes of it.

        Raises: `OutOfRange` when a counter is used up; nothing was moved then.
        """

        async def commit() -> bool:
            await self._commit({}, adds)
            return True

        await self.once.wait(f"charge {name}", commit)

    async def guard(self, fence: Fence) -> None:
        """Commit only while the fence's holder has its role; what a former holder still does is dropped.

        Raises: `Conflict` when the role has passed to another holder already.
        """
        row = await self.barrier.row(fence.key)
        self._reads[fence.key] = fence.revision
        if row.revision != fence.revision:
            raise Conflict(f"the role {fence.role} has passed to another holder")

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
                return await _attempt(Transaction(self.barrier, StableValues(), self._committer), body)
            except Restart:
                continue

    async def commit(self) -> None:
        """Commit what was written, or, with nothing written, check that what was read still holds.

        Raises: `Restart` when something that was read has changed; `StorageError`, `OutOfRange` as the store does;
            what was given to `add` for a counter that would leave its bounds.
        """
        if not self._writes and not self._adds:
            if self.barrier.seen is not self._seen:
                self._advance()
            return
        rows = {
            key: value if value is None or isinstance(value, bytes) else self.barrier.seal(key, value)
            for key, value in self._writes.items()
        }
        if any(isinstance(value, Record) for value in self._writes.values()):
            # What is encrypted under a term that a rotation has just replaced is encrypted again.
            self._reads.setdefault(keys.KEYRING, self.barrier.keyring_revision)
        await self._commit(rows, self._adds)

    async def _commit(self, rows: Mapping[str, bytes | None], adds: Mapping[str, Add]) -> None:
        try:
            await self._committer.commit(self._commit_reads(), rows, adds)
        except Conflict as error:
            raise Restart from error
        except OutOfRange as error:
            if adds is self._adds and error.key in self._refusals:
                raise self._refusals[error.key] from error
            raise
        except CommitUnknown as unknown:
            if self._committer is not self.barrier.storage:
                raise  # whoever holds the store exclusively lets go of it before asking
            if not await settled(self.barrier.storage, unknown):
                raise Restart from unknown

    def revalidate(self) -> None:
        """Raise `Restart` if something that was read has changed as far as this process has heard."""
        if self.barrier.seen is not self._seen:
            self._advance()

    def _advance(self) -> None:
        changed = self.barrier.cache.changes_since(self.revision)
        if changed is None or self.barrier.history != self._history:
            raise Restart
        for key in changed:
            if key in self._reads or any(key in derived.keys for derived in self._derived):
                raise Restart
            if self._prefixes or self._derived:
                for prefix in prefixes_of(key):
                    if prefix in self._prefixes or any(prefix in derived.prefixes for derived in self._derived):
                        raise Restart
        self.revision = self.barrier.revision
        self._seen = self.barrier.seen

    def _all_reads(self) -> dict[str, int]:
        reads: dict[str, int] = {}
        for derived in self._derived:
            reads.update(derived.keys)
        reads.update(self._reads)
        return reads

    def _all_prefixes(self) -> set[str]:
        return self._prefixes.union(*(derived.prefixes for derived in self._derived))

    def _commit_reads(self) -> dict[str, int]:
        reads: dict[str, int] = {}
        for derived in self._derived:
            reads.update(derived.alone)
        reads.update(self._reads)
        reads.update(dict.fromkeys(self._all_prefixes(), self.revision))
        return reads


list_ = list


async def settled(storage: Storage, unknown: CommitUnknown) -> bool:
    """Whether a commit whose answer was lost took place.  Raises `Unavailable` when the store goes on not to answer."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _SETTLE_S
    for _ in range(_SETTLE_ATTEMPTS):
        left_s = until - loop.time()
        if left_s <= 0:
            break
        try:
            # While nobody else can commit, no late arrival of that commit is under way either.
            async with storage.exclusive(left_s):
                return await storage.committed(unknown.revision_id)
        except StorageError:
            await asyncio.sleep(_SETTLE_PAUSE_S)
    raise Unavailable("the store does not answer; whether the request took effect is unknown") from unknown


async def transact(barrier: Barrier, body: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `body` in a transaction and commit it; again when what it read has changed meanwhile.

    After four conflicts it runs while every other commit waits.  An error that `body` raises drops its effects; it
    is believed only if what led to it still holds.
    """
    once = StableValues()
    for _ in range(OPTIMISTIC_ATTEMPTS):
        await barrier.sync()
        try:
            return await _attempt(Transaction(barrier, once), body)
        except Restart:
            continue
    return await _transact_exclusively(barrier, once, body)


async def _transact_exclusively(barrier: Barrier, once: StableValues, body: Callable[[Transaction], Awaitable[T]]) -> T:
    lost: CommitUnknown | None = None
    async with AsyncExitStack() as stack:
        committer = await stack.enter_async_context(barrier.storage.exclusive(EXCLUSIVE_TIMEOUT_S))
        # Nobody else commits, so only what this request itself charges can disturb it, which it does once.
        for _ in range(OPTIMISTIC_ATTEMPTS):
            await barrier.sync()
            txn = Transaction(barrier, once, committer)
            try:
                result = await _run(txn, body)
                lost = await _commit_exclusively(txn)
            except Restart:
                continue
            if lost is None:
                return result
            break
    if lost is not None and await settled(barrier.storage, lost):
        return result
    raise Unavailable("the store changed during an exclusive transaction") from lost


async def _commit_exclusively(txn: Transaction) -> CommitUnknown | None:
    try:
        await txn.commit()
    except CommitUnknown as unknown:
        return unknown
    return None


async def _attempt(txn: Transaction, body: Callable[[Transaction], Awaitable[T]]) -> T:
    result = await _run(txn, body)
    await txn.commit()
    return result


async def _run(txn: Transaction, body: Callable[[Transaction], Awaitable[T]]) -> T:
    try:
        return await body(txn)
    except StrongroomError:
        txn.revalidate()
        raise
