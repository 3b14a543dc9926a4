"""The storage contract: a transactional key-value store with a change feed.

A key is non-empty UTF-8 text: segments joined by `/`, without `/` at its end.  Values are opaque bytes. Every commit
gets the next revision number.  A row has the number of the commit that last wrote it. One suite of contract tests runs
against every backend.
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
    """16 random bytes of the commit; empty at number 0.  They reveal that the history was lost or replaced."""


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """The result of `get_many`, at one revision."""

    revision: int
    entries: dict[str, Entry]
    """Only the keys that exist."""


class Listing(msgspec.Struct, frozen=True, gc=False):
    """The result of `list`, at one revision."""

    revision: int
    names: list[str]
    """Sorted by Unicode code point.  A name that ends in `/` stands for every key below it."""


class Delta(msgspec.Struct, frozen=True, gc=False):
    """The result of `delta`: rows that changed, all at one revision."""

    revision: Revision
    """The revision of the rows."""
    through: Revision
    """The last commit whose keys are included."""
    entries: dict[str, Entry | None]
    """The rows, None for a key that has none at `revision`."""

    @property
    def complete(self) -> bool:
        """Whether every key is included that changed until `revision`."""
        return self.through == self.revision


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
    """What a store knows of its state without I/O."""

    trouble: str = ""
    """Why nothing can be committed, for the log; empty if commits are known to work."""
    full: bool = False
    """Whether only commits that free space are accepted."""
    free_bytes: int | None = None
    """Free space on its file system.  This and the next fields are None for a store without its own file system."""
    reserve_bytes: int | None = None
    """The present size of its reserve."""
    reusable_bytes: int | None = None
    """Free space inside its file, from removed rows."""
    throttled: int | None = None
    """How often its service wanted fewer requests of this process; None for a store that is no such service."""


class Reserve(Protocol):
    """Disk space that a store reserves for the time when its disk is full."""

    def share(self, file_system: int, *, rescue: bool) -> bool:
        """Free a part of the reserve, if it is on this file system.  Returns whether a part was freed.

        Args:
            file_system: the number of its device, as `st_dev` has it.
            rescue: whether the space is for requests that may free space.  All others get at most half of the reserve.
        """
        ...

    def spares(self) -> bool:
        """Whether requests that don't free space may use the reserve."""
        ...


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof that a holder has a role.  The holder adds `key` and `revision` to the `reads` of its commits."""

    role: str
    holder: str
    key: str
    revision: int
    expires_at: float
    """By the store's clock, in seconds since the epoch."""


class Committer(Protocol):
    """An object that can commit: a store, or an exclusive lock of one."""

    async def commit(
        self,
        reads: Mapping[str, int],
        writes: Mapping[str, bytes | None],
        adds: Mapping[str, Add],
    ) -> Revision:
        """Apply `writes` and `adds` at once, if nothing in `reads` has changed.

        Args:
            reads: for a key, the row's revision that was read (0: there was no row).  For a prefix (a text that ends in
            `/`), the revision number of the listing.  No key below it may have changed since. writes: the new value, or
            None to remove the row. adds: counters to change.  A key must not be in both `writes` and `adds`.

        Returns: the new revision, which is durable.  Without writes, it only checks `reads` and returns the current
        revision.

        Raises:
            Conflict: something in `reads` changed, or the feed no longer reaches back to a prefix's revision.
            OutOfRange: a counter would leave its bounds.
            StorageFull: the disk is full; nothing was written. CommitUnknown: the connection died; ask
            `committed(revision_id)`. InvalidRequest: over `limits`, or a malformed key. StorageError: anything else;
            nothing was written.
        """
        ...


class Storage(Committer, Protocol):
    """A transactional store.  One object serves one event loop of one process."""

    limits: Limits
    immediate: bool
    """Whether reads return without having waited for anything: the rows are on this machine."""

    @property
    def reserve(self) -> Reserve | None:
        """Its disk reserve; None for a store without its own disk."""
        ...

    def condition(self) -> Condition:
        """Its state, without I/O.  Never raises."""
        ...

    async def start(self) -> None:
        """Open the store, and create what is missing.  Raises `StorageError` with a reason an operator can act on."""
        ...

    async def close(self) -> None:
        """Finish the accepted operations, and close everything."""
        ...

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        ...

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision, which the result names."""
        ...

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments of the keys below `prefix` (empty, or ending in `/`).

        A key `prefix + "a"` gives `a`; keys `prefix + "a/…"` give `a/` once.  `after` drops every name up to and
        including it; `limit` caps the count.  The cost depends on the number of returned names, not on the number of
        keys.
        """
        ...

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`, as its remainder after `prefix`, sorted; `after` and `limit` as in `list`."""
        ...

    async def synced(self) -> Revision:
        """The newest revision.  It includes all commits, of any process, from before the call.

        It is cheap enough for every request: concurrent callers may share one query, if the query was sent after each
        of their calls.
        """
        ...

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`, each once.

        Raises: `FeedTooOld` when the feed was pruned past it, or when the store's history no longer holds that id.
        """
        ...

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """The rows that were written after `since`, all at one revision, which the result names.

        The state at `since` with all of a complete result applied is the state at `Delta.revision`.

        Args:
            since: a revision, or the `through` of an earlier result.
            limit: the number of keys at which it stops, after a whole commit.  At least one commit is included, if
                there is one.

        Raises: `FeedTooOld`, as `changed_since`.
        """
        ...

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the commit with this id is in the store's history (as far as the feed reaches)."""
        ...

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """Block all other commits, of any process, until the block ends.  Raises `StorageError` on time-out.

        In the block, read with this store's methods, and commit with the object that the block yields.
        """
        ...

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Take or prolong `role` for `holder`.  Returns None while another holder has it (by the store's clock).

        Prolonging keeps the fence's revision; taking the role changes it.  A commit of an earlier holder with its old
        fence therefore conflicts.

        A hold with more than an hour left counts as expired.  Otherwise a clock that was ahead, and was set back since,
        would block the role for as long as it was ahead.
        """
        ...

    async def unlock(self, fence: Fence) -> None:
        """Release the role, if the fence still has it."""
        ...

    async def now(self) -> float:
        """The store's clock, in seconds since the epoch.  It decides what has expired."""
        ...
