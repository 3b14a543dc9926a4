"""The operations of a backend under its commit lock, decided without I/O.

A backend provides `State`: the store after all earlier commits.  An operation reads it and returns the rows to change.
The backend writes them with a new revision, and asks the operation for its result. Backends differ in how they read and
write, but not in what a conflict is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol, TypeVar

from strongroom.lib.errors import Conflict, Internal, OutOfRange
from strongroom.storage.base import Add, Fence, Revision
from strongroom.storage.keys import check_key

ROLE_PREFIX = "role/"
"""The prefix of the rows that `lock` writes.  Their value is the holder's name."""

LONGEST_HOLD_S = 3600.0
"""The longest hold of a role.  A hold that ends later was taken while the clock was wrong."""

Changes = Mapping[str, bytes | None]

AnswerT_co = TypeVar("AnswerT_co", covariant=True)


class State(Protocol):
    """The store at one moment, under the commit lock."""

    def revision(self, key: str) -> int:
        """The revision of the row at `key`, 0 if there is none."""
        ...

    def value(self, key: str) -> bytes | None:
        """The value at `key`."""
        ...

    def changed_below(self, prefix: str, since: int) -> bool:
        """Whether a key below `prefix` changed after revision number `since`, or the feed can't tell."""
        ...

    def expiry(self, role: str) -> float | None:
        """When the hold of `role` ends, in seconds since the epoch by the store's clock."""
        ...

    def set_expiry(self, role: str, expires_at: float | None) -> None:
        """Set when the hold of `role` ends; None forgets it.  Changes no row's revision."""
        ...

    def now(self) -> float:
        """The store's clock."""
        ...


class Operation(Protocol[AnswerT_co]):
    """One thing to do under the commit lock."""

    @property
    def size(self) -> int:
        """How many rows it touches, a measure of the work."""
        ...

    @property
    def shrinks(self) -> bool:
        """Whether it only removes rows or changes counters, so that it may run on a full disk."""
        ...

    def checked(self) -> Collection[str]:
        """The rows whose revision `settle` may read."""
        ...

    def counters(self) -> Collection[str]:
        """The rows whose value it may read too."""
        ...

    def prefixes(self) -> Mapping[str, int]:
        """The prefixes whose changes `settle` may read, with the revision number from which on."""
        ...

    def role(self) -> str | None:
        """The role whose expiry `settle` may read."""
        ...

    def settle(self, state: State) -> Changes:
        """Decide.  Returns the rows to write; may be empty.  An error goes to the caller, and nothing was set then."""
        ...

    def answer(self, revision: Revision) -> AnswerT_co:
        """The caller's result, when `revision` (the new one, or the current one without changes) is durable."""
        ...


def settle_commit(
    state: State, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
) -> dict[str, bytes | None]:
    """The rows that a commit changes.

    Raises:
        Conflict: something in `reads` changed.
        OutOfRange: a counter would leave its bounds.
        Internal: a counter's row holds no number.
    """
    for key, seen in reads.items():
        if state.changed_below(key, seen) if key.endswith("/") else state.revision(key) != seen:
            raise Conflict("what was read has changed", detail=f"key {key!r}, seen at {seen}")
    changes = dict(writes)
    for key, add in adds.items():
        stored = state.value(key)
        try:
            total = int(stored or b"0") + add.delta
        except ValueError as error:
            raise Internal(detail=f"the row at {key!r} holds no number") from error
        if not add.minimum <= total <= add.maximum:
            raise OutOfRange(key)
        changes[key] = b"%d" % total
    return changes


class Commit:
    """`Committer.commit`."""

    __slots__ = ("_adds", "_reads", "_writes")

    def __init__(self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]) -> None:
        # Copied: the caller's mappings may change while the commit waits for its turn.
        self._reads = dict(reads)
        self._writes = dict(writes)
        self._adds = dict(adds)

    @property
    def size(self) -> int:
        """How many rows it touches."""
        return len(self._reads) + len(self._writes) + len(self._adds)

    @property
    def only_checks(self) -> bool:
        """Whether it has nothing to write."""
        return not self._writes and not self._adds

    @property
    def shrinks(self) -> bool:
        """Whether it only removes rows or changes counters."""
        return all(value is None for value in self._writes.values())

    def checked(self) -> Collection[str]:
        """The rows that were read."""
        return [key for key in self._reads if not key.endswith("/")]

    def counters(self) -> Collection[str]:
        """The rows that are added to."""
        return self._adds.keys()

    def prefixes(self) -> Mapping[str, int]:
        """The prefixes that were listed."""
        return {key: seen for key, seen in self._reads.items() if key.endswith("/")}

    def role(self) -> str | None:
        """None."""
        return None

    def settle(self, state: State) -> Changes:
        """Check the reads, compute the counters; see `settle_commit`."""
        return settle_commit(state, self._reads, self._writes, self._adds)

    def answer(self, revision: Revision) -> Revision:
        """The revision itself."""
        return revision


class TakeRole:
    """`Storage.lock`."""

    __slots__ = ("_expires_at", "_holder", "_kept", "_key", "_role", "_ttl_s")

    size = 2
    shrinks = True

    def __init__(self, role: str, holder: str, ttl_s: float) -> None:
        self._key = ROLE_PREFIX + role
        check_key(self._key)
        self._role = role
        self._holder = holder
        self._ttl_s = ttl_s
        self._expires_at: float | None = None
        self._kept = 0

    def checked(self) -> Collection[str]:
        """The role's row."""
        return [self._key]

    def counters(self) -> Collection[str]:
        """The role's row."""
        return [self._key]

    def prefixes(self) -> Mapping[str, int]:
        """None."""
        return {}

    def role(self) -> str | None:
        """The role."""
        return self._role

    def settle(self, state: State) -> Changes:
        """Take a free or expired role, prolong the holder's own, leave another's."""
        now = state.now()
        holder = state.value(self._key)
        expires_at = state.expiry(self._role)
        held = holder is not None and expires_at is not None and now < expires_at <= now + LONGEST_HOLD_S
        ours = holder == self._holder.encode()
        self._expires_at, self._kept = None, 0
        if held and not ours:
            return {}
        self._expires_at = now + self._ttl_s
        state.set_expiry(self._role, self._expires_at)
        if held:
            self._kept = state.revision(self._key)
            return {}
        return {self._key: self._holder.encode()}

    def answer(self, revision: Revision) -> Fence | None:
        """The fence, or None if another holds the role."""
        if self._expires_at is None:
            return None
        return Fence(self._role, self._holder, self._key, self._kept or revision.number, self._expires_at)


class GiveRole:
    """`Storage.unlock`."""

    __slots__ = ("_fence",)

    size = 2
    shrinks = True

    def __init__(self, fence: Fence) -> None:
        self._fence = fence

    def checked(self) -> Collection[str]:
        """The role's row."""
        return [self._fence.key]

    def counters(self) -> Collection[str]:
        """None."""
        return ()

    def prefixes(self) -> Mapping[str, int]:
        """None."""
        return {}

    def role(self) -> str | None:
        """The role."""
        return self._fence.role

    def settle(self, state: State) -> Changes:
        """Remove the role's row, if it is still the fence's."""
        if state.revision(self._fence.key) != self._fence.revision:
            return {}
        state.set_expiry(self._fence.role, None)
        return {self._fence.key: None}

    def answer(self, revision: Revision) -> None:
        """Nothing."""
        return
