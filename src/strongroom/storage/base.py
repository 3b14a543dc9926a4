"""The storage contract: a transactional key-value store with a change feed.

Keys are non-empty ASCII or UTF-8 text of segments joined by `/`; a key never ends in `/`.  Values are opaque bytes.
Every commit gets the next revision number; a row remembers the number of the commit that last wrote it.
All of it is proved by one contract suite that runs against every backend.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import msgspec


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A stored row."""

    value: bytes
    revision: int
    """Number of the commit that last wrote it, at least 1."""


class Revision(msgspec.Struct, frozen=True, gc=False):
    """A point in the store's history."""

    number: int
    """0 in a store that was never written."""
    id: bytes
    """16 random bytes of the commit, so that a history that was lost or replaced is noticed; empty at number 0."""


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """What `get_many` saw, all at one revision."""

    revision: int
    entries: dict[str, Entry]
    """Only the keys that exist."""


class Listing(msgspec.Struct, frozen=True, gc=False):
    """What `list` saw, all at one revision."""

    revision: int
    names: list[str]
    """Sorted by Unicode code point.  A name that ends in `/` stands for every key below it."""


class Add(msgspec.Struct, frozen=True, gc=False):
    """A commuting change to a counter row (its value is a decimal number in ASCII; an absent row counts as 0)."""

    delta: int
    minimum: int
    maximum: int
    """Bounds of the result, both inclusive.  A result outside raises `OutOfRange` and the whole commit is dropped."""


class Limits(msgspec.Struct, frozen=True):
    """The most that one commit may hold."""

    keys: int
    bytes: int
    value_bytes: int


class Condition(msgspec.Struct, frozen=True):
    """What a store knows of itself without asking anybody."""

    trouble: str = ""
    """Why nothing can be committed, for the log; empty when it can, as far as is known."""
    full: bool = False
    """Whether only what makes room is committed."""
    free_bytes: int | None = None
    """Room on its file system; None for a store that has none of its own, as for the following."""
    reserve_bytes: int | None = None
    """How much of its reserve is there."""
    reusable_bytes: int | None = None
    """Room that removed rows have left behind in its file."""


class Reserve(Protocol):
    """Room that a store keeps for when its disk is full."""

    def share(self, file_system: int, *, rescue: bool) -> bool:
        """Give a part of it up, if it lies on this file system; whether it did.

        Args:
            file_system: the number of its device, as `st_dev` has it.
            rescue: whether it is for what may make room; all others get no more than a half.
        """
        ...

    def spares(self) -> bool:
        """Whether there is room for others than those who make some."""
        ...


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof that a holder has a role.  `key` and `revision` go into the `reads` of what its holder commits."""

    role: str
    holder: str
    key: str
    revision: int
    expires_at: float
    """By the store's clock, in seconds since the epoch."""


class Committer(Protocol):
    """What can commit: a store, or the exclusive hold of one."""

    async def commit(
        self,
        reads: Mapping[str, int],
        writes: Mapping[str, bytes | None],
        adds: Mapping[str, Add],
    ) -> Revision:
        """Apply `writes` and `adds` at once, if nothing in `reads` has changed.

        Args:
            reads: for a key, the row's revision that was seen (0: it was absent); for a prefix (a text that ends in
                `/`), the revision number of the state that was listed: no key below it may have changed since.
            writes: the new value, or None to remove the row.
            adds: counters to move.  A key must not be in both `writes` and `adds`.

        Returns: the new revision, which is durable.  With nothing to write it only checks `reads`, makes no revision
            and returns the current one.

        Raises:
            Conflict: something in `reads` changed, or the feed no longer reaches back to a prefix's revision.
            OutOfRange: a counter would leave its bounds.
            StorageFull: no room; nothing was written.
            CommitUnknown: the connection died; ask `committed(revision_id)`.
            InvalidRequest: over `limits`, or a malformed key.
            StorageError: anything else; nothing was written.
        """
        ...


class Storage(Committer, Protocol):
    """A transactional store.  One object serves one event loop of one process."""

    limits: Limits

    @property
    def reserve(self) -> Reserve | None:
        """What it keeps for when its disk is full; None for a store without a disk of its own."""
        ...

    def condition(self) -> Condition:
        """How it is, by what it knows at once; never raises, and asks nobody."""
        ...

    async def start(self) -> None:
        """Open the store, creating what is missing.  Raises `StorageError` with a reason an operator can act on."""
        ...

    async def close(self) -> None:
        """Finish what was admitted and release everything."""
        ...

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        ...

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, all as of one revision, which the answer names."""
        ...

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments of the keys below `prefix` (empty, or ending in `/`).

        A key `prefix + "a"` gives `a`; keys `prefix + "a/…"` give `a/` once.  `after` drops every name up to and
        including it; `limit` caps the count.  Costs as many index steps as names are returned, not as keys exist.
        """
        ...

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`, as its remainder after `prefix`, sorted; `after` and `limit` as in `list`."""
        ...

    async def synced(self) -> Revision:
        """The newest revision.  Whatever was committed anywhere before the call began is included.

        Cheap enough for every request: callers that wait at the same time may share one question to the store, if
        that question was sent after each of them asked.
        """
        ...

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`, each once.

        Raises: `FeedTooOld` when the feed was pruned past it, or when the store's history no longer holds that id.
        """
        ...

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the commit with this id is in the store's history (as far as the feed reaches)."""
        ...

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """Hold off every other commit, of any process, until the block is left; raises `StorageError` on time-out.

        Inside, read with this store's methods and commit through the object that the block yields.
        """
        ...

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Take or prolong `role` for `holder`; None while another holder's time runs (by the store's clock).

        Prolonging keeps the fence's revision, taking the role changes it: what an earlier holder still tries to
        commit with its old fence conflicts.

        A hold that would go on for more than an hour counts as run out: a clock that was wrong, and set back since,
        must not keep everybody from a role for as long as it was ahead.
        """
        ...

    async def unlock(self, fence: Fence) -> None:
        """Give the role back, if the fence still holds it."""
        ...

    async def now(self) -> float:
        """The store's clock in seconds since the epoch; what expires is judged by it."""
        ...
