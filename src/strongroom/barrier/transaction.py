"""Transactions: a request reads one state of the store, and writes everything or nothing.

A transaction is pinned to a revision.  When the cache moves to a newer one, the transaction moves with it if the
changes don't affect its reads.  Otherwise `Restart` ends it, and it runs again.  A commit repeats that check in the
store.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, NamedTuple, TypeVar

from strongroom.barrier import keys, outbox
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.cipher import RowCipher
from strongroom.barrier.derived import Basis, Derived
from strongroom.barrier.keyring import Keyring
from strongroom.barrier.namespace_keys import NamespacePlace
from strongroom.barrier.read_set import ReadSet
from strongroom.barrier.record import Record, encode
from strongroom.barrier.region import Across
from strongroom.barrier.rings import Ring, UnknownNamespaceError
from strongroom.barrier.settling import settled
from strongroom.barrier.stable import Outside, Restart, StableValues
from strongroom.lib.errors import (
    CommitUnknown,
    Conflict,
    Internal,
    OutOfRange,
    StorageError,
    StrongroomError,
    Unavailable,
)
from strongroom.storage.base import Add, Committer, Fence

T = TypeVar("T")
R = TypeVar("R", bound=Record)

OPTIMISTIC_ATTEMPTS = 4
EXCLUSIVE_TIMEOUT_S = 10.0
LONG_LISTING = 1000
"""Names of a listing during which other requests commit, so that it may be of an earlier revision."""

_MISSING: Any = object()


class Encoded(NamedTuple):
    """The encoding of a record of a type that isn't known where it is written."""

    content: bytes


_ENCRYPTED = (Record, Encoded)


class Transaction(ReadSet):
    """One attempt of a request over the barrier.  Reads and listings include its own writes."""

    def __init__(self, barrier: Barrier, once: StableValues, committer: Committer | None = None) -> None:
        super().__init__(barrier, once)
        self._committer: Committer = committer if committer is not None else barrier.storage
        self._writes: dict[str, Record | Encoded | bytes | None] = {}
        self._adds: dict[str, Add] = {}
        self._refusals: dict[str, StrongroomError] = {}
        self._founded: dict[str, RowCipher] = {}
        self._cleared: set[str] = set()
        self._events: list[outbox.Event] = []
        self.across = Across()

    @property
    def has_written(self) -> bool:
        """Whether there is something to commit."""
        return bool(self._writes or self._adds or self._events or self.across.rows)

    def has_written_below(self, *prefixes: str) -> bool:
        """Whether there is a row to commit whose key begins with one of these."""
        return any(key.startswith(prefixes) for key in self._writes)

    def fork(self) -> Transaction:
        """A transaction for reads that don't belong to what is remembered of this one.  `join` brings them back."""
        forked = Transaction(self.barrier, self.once, self._committer)
        forked._writes = self._writes
        return forked

    def join(self, forked: Transaction) -> None:
        """Have what a fork has read belong to this transaction's read set."""
        forked.revalidate()
        self.revalidate()
        forked.require_present()
        self._derived += forked._derived
        self._derived.append(Basis(forked._reads, frozenset(forked._prefixes)))
        self.lasts(forked.until)

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
        if self._as_of is not None:
            self._require_as_of(key.__eq__)
        self._reads[key] = row.revision
        if type(row.record) is type_:
            return row.record  # the fast path of most reads of mounts, tokens and policies
        if self._founded and self._is_founded(key):
            return None
        record = await self.barrier.record(key, row, type_)
        if self.barrier.seen is not self._seen:
            self._advance()
        return record

    async def read_plain(self, key: str) -> bytes | None:
        """The row at `key` as it is stored, for the few rows that the barrier doesn't encrypt."""
        own = self._writes.get(key, _MISSING)
        if own is not _MISSING:
            if isinstance(own, _ENCRYPTED):
                raise Internal(detail=f"{key!r} was written as {type(own).__name__}, not as plain bytes")
            return own  # type: ignore[no-any-return]
        await self._require_open(key)
        row = await self.barrier.row(key)
        if self.barrier.seen is not self._seen:
            self._advance()
        if self._as_of is not None:
            self._require_as_of(key.__eq__)
        self._reads[key] = row.revision
        return row.raw

    async def read_encoded(self, key: str) -> bytes | None:
        """What the row at `key` holds, decrypted and not decoded; for repairs.  Own writes aren't seen."""
        raw = await self.read_plain(key)
        return None if raw is None else await self.barrier.plaintext(key, raw)

    async def counter(self, key: str) -> int:
        """A counter's value; 0 if it was never changed.  Uncommitted `add`s aren't included."""
        raw = await self.read_plain(key)
        return int(raw) if raw is not None else 0

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> list[str]:
        """The distinct next segments below `prefix`, sorted.  A name that ends in `/` is a folder."""
        return await self._listing(prefix, after, limit, deep=False)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> list_[str]:
        """Every key below `prefix`, as its remainder, sorted."""
        return await self._listing(prefix, after, limit, deep=True)

    async def _listing(self, prefix: str, after: str, limit: int | None, *, deep: bool) -> list_[str]:
        own = {key[len(prefix) :]: value for key, value in self._writes.items() if key.startswith(prefix)}
        if not own:
            return await self._stored(prefix, after, limit, deep=deep)
        # Each own write removes at most one name of a page.
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
        """A listing at this transaction's revision, without its own writes."""
        await self._require_open(prefix)
        ask = self.barrier.storage.scan if deep else self.barrier.storage.list
        listing = await ask(prefix, after, limit)
        # older than expected: another history
        if listing.revision > self.barrier.revision or listing.revision < self.revision:
            await self.barrier.sync()
        overtaken = False
        if listing.revision != self.barrier.revision:
            changed = self.barrier.cache.changes_since(listing.revision)
            overtaken = changed is None or any(key.startswith(prefix) for key in changed)
            if overtaken and (changed is None or self.has_written or len(listing.names) < LONG_LISTING):
                raise Restart
        if self.barrier.seen is not self._seen:
            self._advance()
        self._require_as_of(lambda key: key.startswith(prefix))
        if overtaken:
            self._as_of = listing.revision
        else:
            self._prefixes.add(prefix)
        return listing.names

    async def _emptied(self, folder: str) -> bool:
        """Whether this transaction deletes everything below `folder` and writes nothing there."""
        own = {key: value for key, value in self._writes.items() if key.startswith(folder)}
        if any(value is not None for value in own.values()):
            return False
        stored = await self._stored(folder, "", len(own) + 1, deep=True)
        return all(folder + name in own for name in stored)

    async def derived(self, name: object, build: Callable[[Transaction], Awaitable[T]]) -> T:
        """The value that `build` makes from rows, cached until one of these rows changes.

        `build` reads the committed state, without this transaction's own writes.
        """
        self.require_present()
        if self.barrier.seen is not self._seen:
            self._advance()
        derived = self.barrier.cache.derived(name)
        if derived is None:
            inner = Transaction(self.barrier, self.once)
            value = await build(inner)
            inner.require_present()
            if self.barrier.seen is not inner._seen:
                inner._advance()
            basis = Basis(inner._all_reads(), frozenset(inner._all_prefixes()))
            derived = Derived(value, basis, until=inner.until)
            self.barrier.cache.keep_derived(name, derived)
            if self.barrier.seen is not self._seen:
                self._advance()
        self._derived.append(derived.basis)
        self.lasts(derived.until)
        return derived.value  # type: ignore[no-any-return]

    def write(self, key: str, record: Record) -> None:
        """Store `record` at `key` when this transaction commits."""
        self._writes[key] = record

    def write_encoded(self, key: str, encoded: bytes) -> None:
        """Store the encoding of a record, which is encrypted without being looked at; for repairs."""
        self._writes[key] = Encoded(encoded)

    def write_plain(self, key: str, value: bytes) -> None:
        """Store bytes that the barrier doesn't encrypt."""
        self._writes[key] = value

    def delete(self, key: str) -> None:
        """Remove the row at `key` when this transaction commits."""
        self._writes[key] = None

    def add(self, key: str, delta: int, minimum: int, maximum: int, refusal: StrongroomError | None = None) -> None:
        """Change a counter when this transaction commits.  Several changes of one counter add up.

        Args:
            refusal: the error for leaving the bounds.  The commit raises it instead of `OutOfRange`.
        """
        moved = self._adds[key].delta if key in self._adds else 0
        self._adds[key] = Add(moved + delta, minimum, maximum)
        if refusal is not None:
            self._refusals[key] = refusal

    async def charge(self, name: str, adds: Mapping[str, Add]) -> None:
        """Commit these counters now, once per request, even if the request fails later.

        Raises: `OutOfRange` if a counter would leave its bounds; no counter was changed then.
        """

        async def commit() -> bool:
            for key in adds:
                await self._require_open(key)
            await self._commit({}, adds)
            return True

        await self.once.wait(f"charge {name}", commit)

    def emit(self, event: outbox.Event) -> None:
        """Tell of something that happens when this transaction commits, if anybody wants to know."""
        self._events.append(event)

    async def guard(self, fence: Fence) -> None:
        """Commit only while the fence's holder has its role.  Commits of a former holder are refused.

        Raises: `Conflict` if another holder has the role already.
        """
        row = await self.barrier.row(fence.key)
        self._reads[fence.key] = fence.revision
        if row.revision != fence.revision:
            raise Conflict(f"the role {fence.role} has passed to another holder")

    async def apart(self, name: str, body: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `body` in its own transaction that commits now, once per request, even if this one fails later.

        For work that is too large for one commit.  It must not change rows that this transaction has read.
        """
        result = await self.once.wait(f"apart {name}", lambda: self._apart(body))
        self.revalidate()  # now and then, because after thousands of commits it takes long
        return result

    async def _apart(self, body: Callable[[Transaction], Awaitable[T]]) -> T:
        if self._committer is self.barrier.storage:
            return await transact(self.barrier, body)
        while True:  # exclusive: nobody else commits, so only changes that this process hasn't seen yet can conflict
            await self.barrier.sync()
            try:
                return await _attempt(Transaction(self.barrier, StableValues(), self._committer), body)
            except Restart:
                continue

    async def commit(self) -> None:
        """Commit the writes.  Without writes, check that all reads are still current.

        Raises: `Restart` if a row that was read has changed; `StorageError`, `OutOfRange` as the store does; the
        `refusal` of an `add` whose counter would leave its bounds.
        """
        if self._events and self.barrier.region.writes:  # a follower's outbox is the first region's
            await outbox.store(self, self._events)
        if not self._writes and not self._adds and not self.across.rows:
            self.revalidate()
            return
        self.require_present()
        for namespace in self.barrier.rings.unknown((*self._writes, *self._adds)):
            await self._learn(namespace)
        rows = {key: self._stored_form(key, value) for key, value in self._writes.items()}
        for key in self._adds:
            self._guarded(key)
        if any(isinstance(value, _ENCRYPTED) for value in self._writes.values()):
            # If a rotation has just replaced the term, the attempt runs again and encrypts under the new one.
            self._reads.setdefault(keys.KEYRING, self.barrier.keyring_revision)
        await self._commit(rows | self.across.rows, self._adds)

    def found(self, namespace: str, keyring: Keyring) -> None:
        """Let this transaction write rows of a new namespace under a keyring that no process has opened.

        Args:
            namespace: its id, which no stored row has.
        """
        self._founded[namespace] = RowCipher(keyring, self.barrier.random)

    def clear(self, key: str) -> None:
        """Remove a row when this transaction commits, even if its namespace is sealed."""
        self._cleared.add(key)
        self._writes[key] = None

    async def is_apart(self, namespace: str) -> bool:
        """Whether a namespace's rows are under another keyring than root's."""
        if namespace == keys.ROOT_NAMESPACE:
            return False
        if self.barrier.rings.owner(namespace) is None:
            await self._learn(namespace)
        return self.barrier.rings.owner(namespace) != keys.ROOT_NAMESPACE

    def _is_founded(self, key: str) -> bool:
        return keys.namespace_at(key) in self._founded

    async def _require_open(self, key: str) -> None:
        """Raise `NamespaceSealed` if the keyring of the row's namespace isn't open here."""
        if not (self._founded and self._is_founded(key)):
            await self.barrier.namespaces.ring(key)

    async def _learn(self, namespace: str) -> None:
        """Register a namespace, which may be one that this transaction makes below another one."""
        if namespace in self._founded or await self.barrier.namespaces.learn(namespace):
            return
        place = self._writes.get(keys.namespace_place(namespace))
        if isinstance(place, NamespacePlace) and not place.own_seal:
            await self._learn(place.parent)
            self.barrier.rings.register(namespace, self.barrier.rings.owner(place.parent) or "")

    def _stored_form(self, key: str, value: Record | Encoded | bytes | None) -> bytes | None:
        """The row to store at `key`.  If its namespace is sealed before the commit, the attempt runs again."""
        if value is None and key in self._cleared:
            return None
        if self._founded and self._is_founded(key):
            cipher = self._founded[keys.namespace_at(key)]
        else:
            cipher = self._guarded(key).cipher
        if isinstance(value, Encoded):
            return cipher.seal(key, value.content)
        return cipher.seal(key, encode(value)) if isinstance(value, Record) else value

    def _guarded(self, key: str) -> Ring:
        """The keyring of a row to write.  If it is closed before the commit, the attempt runs again."""
        try:
            ring = self.barrier.rings.at(key)
        except UnknownNamespaceError as error:
            raise Internal(detail=f"the row {key!r} belongs to a namespace that does not exist") from error
        if ring.seal_row:
            for each in self.barrier.rings.line(ring):
                self._reads.setdefault(each.seal_row, each.seal_revision)
        return ring

    async def _commit(self, rows: Mapping[str, bytes | None], adds: Mapping[str, Add]) -> None:
        if self.once.is_held_back:
            await self.barrier.turn.over()  # so that the entries of all requests of a turn are one write
        reads = self._commit_reads() | self.across.allow(self.barrier.region, (*rows, *adds))
        self.once.before_effect()
        counts, begun = self.barrier.counts, time.perf_counter()
        try:
            await self._committer.commit(reads, rows, adds)
        except Conflict as error:
            counts.conflicts += 1
            raise Restart from error
        except OutOfRange as error:
            if adds is self._adds and error.key in self._refusals:
                raise self._refusals[error.key] from error
            raise
        except CommitUnknown as unknown:
            counts.failures += 1
            if self._committer is not self.barrier.storage:
                raise  # the holder of the exclusive lock must release it before it asks for the outcome
            if not await settled(self.barrier.storage, unknown):
                raise Restart from unknown
        except StorageError:
            counts.failures += 1
            raise
        else:
            counts.commits += 1
            counts.lengths.add(time.perf_counter() - begun)
        finally:
            # Not before: what this request was only about to change, no other request of its turn has to see.
            self.barrier.committed()


list_ = list


async def transact(barrier: Barrier, body: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `body` in a transaction and commit it.  Run it again if its reads have changed meanwhile.

    After four conflicts it runs while all other commits wait.  An error of `body` drops its writes, and is passed on
    only if all reads that led to it are still current.  If it needs a result from outside, it runs again with that.
    """
    once = StableValues()
    while True:
        try:
            return await _transact(barrier, once, body)
        except Outside as needed:
            await once.carry_out(needed)


async def _transact(barrier: Barrier, once: StableValues, body: Callable[[Transaction], Awaitable[T]]) -> T:
    for attempt in range(OPTIMISTIC_ATTEMPTS):
        exact = True
        if attempt:
            # After a conflict the store has something that this process hasn't seen.
            await barrier.sync()
        else:
            exact = await barrier.begin()
        try:
            return await _attempt(Transaction(barrier, once), body)
        except Restart:
            barrier.counts.restarts += 1
            continue
        except (Outside, StrongroomError):
            # Nobody is refused, and no other system is asked, because of something that isn't so any more.
            if exact:
                raise
    barrier.counts.exclusive += 1
    return await _transact_exclusively(barrier, once, body)


async def _transact_exclusively(barrier: Barrier, once: StableValues, body: Callable[[Transaction], Awaitable[T]]) -> T:
    lost: CommitUnknown | None = None
    once.before_effect()
    async with AsyncExitStack() as stack:
        committer = await stack.enter_async_context(barrier.storage.exclusive(EXCLUSIVE_TIMEOUT_S))
        # Nobody else commits, so only this request's own `charge` can cause a conflict, and only once.
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
    try:
        result = await body(txn)
    except (StrongroomError, Outside):
        txn.revalidate()
        raise
    if txn.has_written:
        await txn.commit()
    else:
        txn.revalidate()
    return result


async def _run(txn: Transaction, body: Callable[[Transaction], Awaitable[T]]) -> T:
    try:
        return await body(txn)
    except (StrongroomError, Outside):
        txn.revalidate()
        raise
