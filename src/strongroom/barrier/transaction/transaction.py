"""What an attempt of a request writes, and its commit."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from strongroom.barrier import keys, outbox
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.cipher import RowCipher
from strongroom.barrier.derived import Basis, Derived
from strongroom.barrier.keyring import Keyring
from strongroom.barrier.namespace_keys import NamespacePlace
from strongroom.barrier.record import Record, encode
from strongroom.barrier.region import Across
from strongroom.barrier.rings import Ring, UnknownNamespaceError
from strongroom.barrier.settling import settled
from strongroom.barrier.stable import Restart, StableValues
from strongroom.barrier.transaction.reading import ENCRYPTED, Encoded, Reading
from strongroom.lib.errors import (
    CommitUnknown,
    Conflict,
    Internal,
    OutOfRange,
    StorageError,
    StrongroomError,
)
from strongroom.storage.base import Add, Committer, Fence

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Transaction(Reading):
    """One attempt of a request over the barrier.  Reads and listings include its own writes."""

    def __init__(self, barrier: Barrier, once: StableValues, committer: Committer | None = None) -> None:
        super().__init__(barrier, once)
        self.committer: Committer = committer if committer is not None else barrier.storage
        """What commits: the store, or what holds it exclusively."""
        self._writes = {}
        self._founded = {}
        self._adds: dict[str, Add] = {}
        self._refusals: dict[str, StrongroomError] = {}
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
        forked = Transaction(self.barrier, self.once, self.committer)
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
        if any(isinstance(value, ENCRYPTED) for value in self._writes.values()):
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
            await self.committer.commit(reads, rows, adds)
        except Conflict as error:
            counts.conflicts += 1
            raise Restart from error
        except OutOfRange as error:
            if adds is self._adds and error.key in self._refusals:
                raise self._refusals[error.key] from error
            raise
        except CommitUnknown as unknown:
            counts.failures += 1
            if self.committer is not self.barrier.storage:
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
