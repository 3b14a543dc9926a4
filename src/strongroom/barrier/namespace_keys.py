"""Opens the keyrings of namespaces that have a seal of their own, and gives them up when the store says so.

The row of a namespace's seal counts how often it was sealed.  A root key is valid in one epoch: the counts of the
namespace and of all sealable ones above it.  So sealing is one commit, and every process of every node follows it by
its next `Barrier.sync`, which is before its next request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec
import structlog

from strongroom.barrier import keys
from strongroom.barrier.cache import Cache, Row
from strongroom.barrier.cipher import RowCipher
from strongroom.barrier.keyring import Keyring, open_keyring
from strongroom.barrier.record import Record
from strongroom.barrier.rings import Epoch, Ring, Rings, UnknownNamespaceError
from strongroom.lib.errors import NamespaceSealed, StorageError, StrongroomError, Tampered
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.storage.base import Storage

_DEEPEST = 256
"""More levels than namespaces can have; rows that lead in a circle end here."""

R = TypeVar("R", bound=Record)

log = structlog.get_logger("barrier")


class OwnSeal(Record, frozen=True, tag="namespace-seal"):
    """The seal of a namespace.  It lies under the parent, so that it can be read while the namespace is sealed.

    Every change of this row seals the namespace.
    """

    type: str
    shares: int
    threshold: int
    public_key: bytes
    wrapped_root_key: bytes
    sealings: int = 0
    """How often the namespace was sealed."""


class NamespacePlace(Record, frozen=True, tag="namespace-place"):
    """Leads from a namespace's id to its row, and to the keyring of its rows.  It never changes."""

    parent: str
    """The parent's id."""
    name: str
    own_seal: bool = False
    """Whether it has a seal and a keyring of its own.  Otherwise its rows are under its parent's keyring."""


class NamespaceKey(msgspec.Struct, frozen=True):
    """The root key of a namespace, and where it belongs."""

    id: str
    parent: str
    """The id of the parent, under which the row of the seal lies."""
    under: str
    """The id of the namespace whose keyring encrypts the parent's rows."""
    epoch: Epoch
    root_key: Secret

    def __repr__(self) -> str:
        return f"NamespaceKey({self.id}, {self.epoch})"


@dataclass(frozen=True, slots=True)
class _Offer:
    """A keyring that is open, or will be if the store agrees."""

    id: str
    parent: str
    under: str
    epoch: Epoch
    keyring: Keyring


class _Barrier(Protocol):
    """The open barrier of a process."""

    storage: Storage
    cache: Cache
    rings: Rings
    random: Random
    history: int

    async def sync(self) -> int: ...

    async def row(self, key: str) -> Row: ...

    async def record(self, key: str, row: Row, type_: type[R]) -> R | None: ...


class NamespaceKeys:
    """The keyrings of namespaces in one process.

    Attributes:
        doubted: whether `review` has something to do.
        forgetting: called when a namespace was sealed, to empty what else this process keeps.
        told: called for each namespace that was sealed in this process, with its id and its former epoch.
    """

    def __init__(self, barrier: _Barrier) -> None:
        self._barrier = barrier
        self._offers: dict[str, _Offer] = {}
        self._reviewing = asyncio.Lock()
        self.doubted = False
        self.forgetting: list[Callable[[], None]] = []
        self.told: Callable[[str, Epoch], None] | None = None

    async def ring(self, key: str) -> Ring | None:
        """The keyring of the row at `key`; None if the row's namespace doesn't exist.

        Raises: `NamespaceSealed` if it isn't open here.
        """
        try:
            return self._barrier.rings.at(key)
        except UnknownNamespaceError as error:
            return self._barrier.rings.at(key) if await self.learn(error.namespace) else None

    async def learn(self, namespace: str) -> bool:
        """Register a namespace by its place in the store.  Returns False if it doesn't exist."""
        rings, line = self._barrier.rings, [namespace]
        while rings.owner(line[-1]) is None:
            key = keys.namespace_place(line[-1])
            place = await self._barrier.record(key, await self._barrier.row(key), NamespacePlace)
            if place is None or len(line) > _DEEPEST:
                return False
            if place.own_seal:
                rings.register(line[-1], line[-1])
            else:
                line.append(place.parent)
        owner = rings.owner(line[-1])
        for each in line if owner is not None else ():
            rings.register(each, owner or "")
        return True

    async def is_sealable(self, namespace: str) -> bool:
        """Whether the rows of a namespace are under another keyring than root's."""
        await self.learn(namespace)
        return self._barrier.rings.owner(namespace) != keys.ROOT_NAMESPACE

    async def is_open(self, namespace: str) -> bool:
        """Whether the rows of a namespace can be read here."""
        await self.learn(namespace)
        return self._barrier.rings.is_open(self._barrier.rings.owner(namespace) or namespace)

    async def place(self, parent: str) -> tuple[str, Epoch]:
        """Whose keyring encrypts a namespace's rows, and its epoch.  Raises `NamespaceSealed` if it isn't open here."""
        await self.learn(parent)
        owner = self._barrier.rings.owner(parent) or parent
        return owner, self._barrier.rings.ring(owner).epoch

    async def open(self, key: NamespaceKey) -> None:
        """Open a namespace's keyring in this process.

        Raises: `NamespaceSealed` if it was sealed since that epoch, or one above it is; `Tampered` if the root key
            doesn't open the keyring; `StorageError` as the store does, and then the next `sync` tries again.
        """
        place = keys.namespace_keyring(key.id)
        row = await self._barrier.storage.get(place)
        if row is None:
            raise NamespaceSealed
        offer = _Offer(key.id, key.parent, key.under, key.epoch, open_keyring(key.root_key, row.value, place))
        await self._barrier.sync()  # before the offer is noted: what the feed tells of is an earlier epoch
        self._offers[key.id] = offer
        await self._admit(offer)

    async def _admit(self, offer: _Offer) -> None:
        """Take up a keyring, if its epoch is the present one.  Its offer ends, unless the store doesn't respond."""
        rings = self._barrier.rings
        try:
            rings.register(offer.parent, offer.under)
            rings.register(offer.id, offer.id)
            seal, revision = await self._seal(keys.namespace_seal(offer.parent, offer.id))
            if seal is None or (*rings.ring(offer.under).epoch, seal.sealings) != offer.epoch:
                raise NamespaceSealed
        except StorageError:
            self.doubted = True
            raise
        except StrongroomError:
            self._offers.pop(offer.id, None)
            self._gone(offer.id, offer.epoch)
            raise
        if rings.is_open(offer.id):
            return
        place = keys.namespace_seal(offer.parent, offer.id)
        cipher = RowCipher(offer.keyring, self._barrier.random)
        rings.open(Ring(offer.id, offer.under, place, revision, offer.epoch, cipher))

    async def _seal(self, place: str) -> tuple[OwnSeal | None, int]:
        """The row of a seal and its revision, no older than what this process has followed of the store."""
        barrier = self._barrier
        while True:
            history = barrier.history
            snapshot = await barrier.storage.get_many((place,))
            entry = snapshot.entries.get(place)
            row = Row(0, None) if entry is None else Row(entry.revision, entry.value)
            seal = await barrier.record(place, row, OwnSeal)
            overtaken = barrier.cache.changes_since(snapshot.revision)
            if barrier.history == history and overtaken is not None and place not in overtaken:
                return seal, row.revision

    def close(self, namespace: str) -> None:
        """Give up a namespace's keyring, those below it, and everything that was read with them."""
        closed, namespaces = self._barrier.rings.close(namespace)
        self._barrier.cache.forget_namespaces(namespaces)
        for forget in self.forgetting if closed else ():
            forget()
        for ring in closed:
            self._offers.pop(ring.owner, None)
            self._gone(ring.owner, ring.epoch)

    def _gone(self, namespace: str, epoch: Epoch) -> None:
        if self.told is not None:
            self.told(namespace, epoch)

    def follow(self, changed: Collection[str]) -> None:
        """Close what others have sealed.

        Args:
            changed: the storage keys of the feed.
        """
        for owner in self._barrier.rings.sealed_by(changed):
            self.close(owner)
        for key in changed:
            if key.startswith(keys.NAMESPACE_PLACES):
                self._barrier.rings.forget(key.removeprefix(keys.NAMESPACE_PLACES))

    def doubt(self) -> None:
        """Close everything until `review`, because the feed doesn't reach back.  The cache is empty by now."""
        others = self._barrier.rings.others()
        for ring in others:
            self._barrier.rings.close(ring.owner)
        for forget in self.forgetting if others else ():
            forget()  # one of them may have been sealed
        self._barrier.rings.forget_all()
        self.doubted = bool(self._offers)

    async def review(self) -> None:
        """Open again what the store doesn't say was sealed.  Requests of these namespaces wait for it.

        Raises: `StorageError` as the store does; the next call goes on.
        """
        async with self._reviewing:
            if not self.doubted:
                return
            for offer in sorted(self._offers.values(), key=lambda offer: len(offer.epoch)):
                try:
                    await self._admit(offer)
                except StorageError:
                    raise
                except StrongroomError as error:
                    if isinstance(error, Tampered):
                        log.error("the seal of a namespace does not authenticate", namespace=offer.id)
            self.doubted = False
