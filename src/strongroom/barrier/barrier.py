"""The barrier: encrypts and authenticates the rows of the store, and caches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

import structlog

from strongroom.barrier import keys
from strongroom.barrier.cache import Cache, Row
from strongroom.barrier.cipher import RowCipher, UnknownTermError
from strongroom.barrier.keyring import Keyring, open_keyring
from strongroom.barrier.namespace_keys import NamespaceKeys
from strongroom.barrier.record import Record, decode, is_frame
from strongroom.barrier.region import RegionState, RegionView
from strongroom.barrier.rings import Rings
from strongroom.barrier.root_key import RootKey, Succeeded, line_to
from strongroom.barrier.store_counts import StoreCounts
from strongroom.lib.clock import SleeplessClock
from strongroom.lib.errors import FeedTooOld, Internal, StrongroomError, Tampered, Unavailable
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.lib.seldom import Seldom
from strongroom.lib.turn import Turn
from strongroom.storage.base import Revision, Storage
from strongroom.storage.staleness import Staleness

R = TypeVar("R", bound=Record)

log = structlog.get_logger("barrier")

CACHE_BYTES = 128 * 1024 * 1024


class SecretRecord(Record, frozen=True):
    """A record that is cached only as ciphertext, never decoded."""

    limit_bytes: ClassVar[int] = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Barrier:
    """An open barrier over a store.

    All values that it returns are current as of `revision`.  Only `sync` moves `revision`, or a read that found a newer
    row.
    """

    def __init__(
        self, storage: Storage, root_key: Secret, keyring: Keyring, random: Random, succeeded: Succeeded | None = None
    ) -> None:
        self.storage = storage
        self.cache = Cache(CACHE_BYTES)
        self.revision = 0
        self.history = 0
        """Counts how often the whole cache was dropped.

        Reads from before such a moment can't be validated after it.
        """
        self.seen = Revision(0, b"")
        """Replaced by a new object whenever `revision` or `history` changes."""
        self.keyring_revision = 0
        """The revision of the row that `keyring` came from; 0 while the store has none."""
        self.root = RootKey(storage, root_key, random, succeeded)
        """The root key that opens the keyring."""
        self.random = random
        self._cipher = RowCipher(keyring, random)
        self.rings = Rings(self._cipher)
        """The keyrings of namespaces, in which root's is always open."""
        self.namespaces = NamespaceKeys(self)
        self._keyring_changed = True
        self._maybe_restoring = True
        """Whether the row has to be looked at that is there while a snapshot is restored."""
        self.region = RegionView()
        """Whether this region writes, or follows another one."""
        self._told = Seldom()
        self.counts = StoreCounts()
        self.turn = Turn()
        """The turns in which requests share one question to the store."""
        self._asked_in = 0
        """The number of the turn in which the store was asked."""
        self._stale_turn = False
        """Whether the requests of that turn go on with what was known."""
        self.staleness = Staleness(0.0, SleeplessClock().monotonic)
        """How old what this process knows may be when a request begins."""

    @classmethod
    async def open(
        cls, storage: Storage, root_key: Secret, random: Random, succeeded: Succeeded | None = None
    ) -> Barrier:
        """Open with the root key, or with a successor that it leads to.

        Args:
            succeeded: called for every new root key, now and later.

        Raises: `Tampered` if the key isn't this store's.
        """
        await require_whole(storage)
        row = await storage.get(keys.KEYRING)
        if row is None:
            raise Tampered("the store holds no keyring")
        line = await line_to(storage, root_key, row.value)
        barrier = cls(storage, root_key, open_keyring(line[-1], row.value), random, succeeded)
        barrier.root.succeed(line)
        barrier.keyring_revision = row.revision
        barrier.seen = await storage.synced()
        barrier.revision = barrier.seen.number
        barrier.cache.clear(barrier.revision)
        await barrier._review_region()
        return barrier

    @classmethod
    async def fresh(cls, storage: Storage, root_key: Secret, keyring: Keyring, random: Random) -> Barrier:
        """A barrier over a new store.  Its first transaction writes this keyring."""
        barrier = cls(storage, root_key, keyring, random)
        barrier._keyring_changed = barrier.region.doubted = False
        barrier.seen = await storage.synced()
        barrier.revision = barrier.seen.number
        barrier.cache.clear(barrier.revision)
        return barrier

    async def over(self, storage: Storage) -> Barrier:
        """A barrier over another store, with the keys in use here."""
        barrier = await Barrier.fresh(storage, self.root.present, self.keyring, self.random)
        barrier._maybe_restoring = False
        return barrier

    @property
    def keyring(self) -> Keyring:
        """The keyring in use."""
        return self._cipher.keyring

    @property
    def rows_encrypted(self) -> int:
        """How many rows this process has encrypted under the keyring's active term."""
        return self._cipher.written

    async def begin(self) -> bool:
        """Make all commits visible that a transaction which begins now has to see.

        Every request of a turn arrived before its first one asked the store, so the others needn't ask again.

        Returns: whether all commits before the call are visible.  If not, those before the bound of `staleness` are.
        """
        if self.is_asked:
            return not self._stale_turn
        exact = not self._goes_on()
        if exact:
            await self.sync()
        if self.turn.is_open:
            self.asked(exact=exact)
        return exact

    async def look(self) -> bool:
        """Make the commits visible that the requests of a turn have to see.  Returns as `begin` does."""
        exact = not self._goes_on()
        if exact:
            await self.sync()
        return exact

    def _goes_on(self) -> bool:
        """Whether a request may be answered from what this process knows."""
        return self.staleness.fresh and not self._is_in_doubt

    @property
    def is_asked(self) -> bool:
        """Whether the store was asked for the requests of the turn in progress, and nothing is in doubt."""
        turn = self.turn
        return self._asked_in == turn.number and turn.is_open and not self._is_in_doubt

    @property
    def _is_in_doubt(self) -> bool:
        """Whether something has to be looked at before anything may be answered."""
        return self._keyring_changed or self._maybe_restoring or self.namespaces.doubted or self.region.doubted

    def asked(self, *, exact: bool = True) -> None:
        """Note that what the requests of the turn in progress have to see is visible.

        Args:
            exact: whether the store was asked for them.
        """
        self._asked_in = self.turn.number
        self._stale_turn = not exact

    def committed(self) -> None:
        """A transaction of this process has committed.  The next one has to see that, even in the same turn."""
        self._asked_in = 0
        self.staleness.forget()

    async def sync(self) -> int:
        """Make all commits before the call visible.  Returns the current revision."""
        asked_at = self.staleness.now()
        newest = await self.storage.synced()
        while newest.number != self.seen.number or newest.id != self.seen.id:
            if await self._follow(newest):
                break
            newest = await self.storage.synced()
        if self._maybe_restoring:
            await require_whole(self.storage)
            self._maybe_restoring = False
        if self._keyring_changed:
            await self._reload_keyring()
        if self.namespaces.doubted:
            await self.namespaces.review()
        if self.region.doubted:
            await self._review_region()
        self.staleness.answered(asked_at)
        return self.revision

    async def _follow(self, newest: Revision) -> bool:
        """Apply all changes up to `newest`.  Returns False if another request has meanwhile found a new history."""
        before, history = self.seen, self.history
        try:
            changed: Sequence[str] | None = await self.storage.changed_since(before)
        except FeedTooOld:
            changed = None
        if self.history != history:
            return False  # revisions of the old history mean nothing in the new one
        if self.seen.number >= newest.number and self.seen is not before:
            return True  # another request has meanwhile applied these changes
        if changed is None or keys.RESTORED in changed:
            # Of a restore too: nothing that was made of the rows before is of any use.
            self._maybe_restoring = True
            self.cache.clear(newest.number)
            self.history += 1
            self.keyring_revision = 0
            self._keyring_changed = self.region.doubted = True
            self.region.revision = 0
            self.namespaces.doubt()
        else:
            self.cache.changed(newest.number, changed)
            self.namespaces.follow(changed)
            self._keyring_changed = self._keyring_changed or keys.KEYRING in changed
            self._maybe_restoring = self._maybe_restoring or keys.RESTORING in changed
            self.region.doubted = self.region.doubted or keys.REGION in changed
        self.seen = newest
        self.revision = newest.number
        return True

    async def _reload_keyring(self) -> None:
        self._keyring_changed = False  # before the read: a change during the read must cause another one
        history = self.history
        try:
            row = await self.storage.get(keys.KEYRING)
            if row is None:
                raise Tampered("the store holds no keyring")
            line = await self.root.line(row.value)
            keyring = open_keyring(line[-1], row.value)
        except StrongroomError as error:
            self._keyring_changed = True
            if isinstance(error, Tampered) and self._told.due(keys.KEYRING):
                log.error("the store's keyring does not open", reason=error.detail or error.text)
            raise
        if self.history != history:
            await self._reload_keyring()  # the row may be from a history that was replaced
            return
        if row.revision < self.keyring_revision:
            return  # another request has meanwhile loaded a newer one
        self.root.succeed(line)
        self.keyring_revision = row.revision
        if keyring != self.keyring:
            self._cipher.adopt(keyring)

    async def _review_region(self) -> None:
        """Read what this region is.  While that fails, no transaction begins."""
        view = self.region
        view.doubted = False  # before the read: a change during the read must cause another one
        history, known = self.history, view.revision
        try:
            row = await self.storage.get(keys.REGION)
            state = (
                None if row is None else decode(await self._opened(keys.REGION, row.value, self._cipher), RegionState)
            )
        except BaseException:
            view.doubted = True
            raise
        revision = 0 if row is None else row.revision
        if self.history != history:
            view.doubted = True  # the row may be from a history that was replaced
        elif revision >= view.revision or (row is None and view.revision == known):
            view.state, view.revision = state, revision

    async def row(self, key: str) -> Row:
        """The row at `key`, current as of `revision` when this returns."""
        while True:
            row = self.cache.row(key)
            if row is not None:
                return row
            asked_at = self.revision
            snapshot = await self.storage.get_many((key,))
            # older than expected: the history was replaced
            if snapshot.revision > self.revision or snapshot.revision < asked_at:
                await self.sync()
            overtaken = self.cache.changes_since(snapshot.revision)
            if overtaken is None or key in overtaken:
                continue
            entry = snapshot.entries.get(key)
            row = Row(0, None) if entry is None else Row(entry.revision, entry.value)
            self.cache.keep(key, row)
            return row

    async def record(self, key: str, row: Row, type_: type[R]) -> R | None:
        """The row decrypted and decoded; None for an absent one.

        Raises: `Tampered` for a row that was altered or moved; `Internal` for a record of another type;
            `NamespaceSealed` if the keyring of the row's namespace isn't open here.
        """
        if row.ring is None:
            row.ring = await self.namespaces.ring(key)
        if row.raw is None:
            return None
        if row.ring is None:
            raise Internal(detail=f"the row {key!r} belongs to a namespace that does not exist")
        if row.record is not None and type(row.record) is type_:
            return row.record
        try:
            plaintext = await self._opened(key, row.raw, row.ring.cipher)
        except Tampered as error:
            # An attacker may be changing the store, or its disk is failing.  The operator must learn of it, not only
            # the client.
            if self._told.due(key):
                log.error("a row of the store does not authenticate", key=key, reason=error.text)
            raise
        record = decode(plaintext, type_)
        if not issubclass(type_, SecretRecord):
            row.record = record
            self.cache.decoded(key, row)
        return record

    async def plaintext(self, key: str, raw: bytes) -> bytes:
        """What a row holds, decrypted and not decoded; as it is stored, if it isn't encrypted.

        Raises: `Tampered`; `NamespaceSealed`; `Internal` for a row of a namespace that doesn't exist.
        """
        if not is_frame(raw):
            return raw
        ring = await self.namespaces.ring(key)
        if ring is None:
            raise Internal(detail=f"the row {key!r} belongs to a namespace that does not exist")
        return await self._opened(key, raw, ring.cipher)

    async def _opened(self, key: str, raw: bytes, cipher: RowCipher) -> bytes:
        try:
            return cipher.open(key, raw)
        except UnknownTermError:
            await self._reload_keyring()
        try:
            return cipher.open(key, raw)
        except UnknownTermError as error:
            raise Tampered("a stored record names a term that does not exist") from error

    def covers(self, row: bytes) -> bool:
        """Whether the keyring in use opens whatever a keyring's row opens.

        Raises: `Tampered` if the root key in use doesn't open the row.
        """
        found = self.root.open(row)
        return found.index_key == self.keyring.index_key and found.terms.items() <= self.keyring.terms.items()

    async def keyring_in(self, row: bytes) -> Keyring:
        """The keyring in a row that a transaction has read and is going to replace.

        Raises: `Tampered` if this process's root key doesn't open it.
        """
        try:
            return self.root.open(row)
        except Tampered:
            self._keyring_changed = True  # another request may be loading the old row at this moment
            await self.sync()
            return self.root.open(row)

    async def region_in(self, row: bytes) -> RegionState:
        """What a copy of this store says of its region.  Raises `Tampered` for a row that these keys don't open."""
        return decode(await self._opened(keys.REGION, row, self._cipher), RegionState)


async def require_whole(storage: Storage) -> None:
    """Raise `Unavailable` while a snapshot is taking the place of the store's rows, or if that broke off."""
    if await storage.get(keys.RESTORING) is not None:
        raise Unavailable(
            "a snapshot is being restored, or a restore broke off: nothing is served until one was carried out whole"
        )
