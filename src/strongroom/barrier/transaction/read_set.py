"""What a transaction has read, until when that holds, and what is remembered with it."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Collection
from typing import Any

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.derived import Basis, Derived
from strongroom.barrier.stable import Restart, StableValues

_FEW = 64


class ReadSet:
    """The part of a transaction that knows what has been read, and moves with the cache while that is unchanged."""

    def __init__(self, barrier: Barrier, once: StableValues) -> None:
        self.barrier = barrier
        self.once = once
        self.revision = barrier.revision
        self._seen = barrier.seen
        self._history = barrier.history
        self._reads: dict[str, int] = {}
        self._prefixes: set[str] = set()
        self._derived: list[Basis] = []
        self._as_of: int | None = None
        """The revision of a long listing, if something in it has changed since; the other reads hold since before."""
        self.until = math.inf
        """The first time at which this transaction might have come to another result, in seconds since the epoch."""
        self.knows_the_time = False
        """Whether something was looked at that changes without a row: the clock, or how often a token was used."""

    @property
    @abstractmethod
    def has_written(self) -> bool:
        """Whether there is something to commit."""

    def lasts(self, until: float) -> None:
        """Note a time that something was compared with, in seconds since the epoch; 0 for none.

        Whatever is compared with the clock before a decision is remembered has to be noted here.
        """
        if until and until < self.until:
            self.until = until

    def recall(self, name: object, now: float) -> Any:
        """What was remembered under a name, if everything still holds that led to it; else None.

        What led to it is a part of this transaction's read set then.
        """
        if self.barrier.seen is not self._seen:
            self._advance()
        kept = self.barrier.cache.derived(name)
        if kept is None or kept.until <= now or self._as_of is not None:
            return None
        self._derived += kept.parts
        self._derived.append(kept.basis)
        self.lasts(kept.until)
        return kept.value

    def remember(self, name: object, value: Any) -> None:
        """Keep a value that follows from `name`, and from what this transaction has read so far.

        It is kept until a row changes that was read, or the time comes that was noted (`lasts`).  Nothing is kept if
        the transaction writes, or used values that are of this request alone.
        """
        derived = self.derive(value)
        if derived is not None:
            self.barrier.cache.keep_derived(name, derived)

    def derive(self, value: Any) -> Derived | None:
        """A value with all that this transaction has read so far.

        Returns: None if the transaction writes, or used values that are of this request alone.
        """
        if self.has_written or not self.once.is_unused or self._as_of is not None:
            return None
        if self.barrier.seen is not self._seen:
            self._advance()
        basis = Basis(dict(self._reads), frozenset(self._prefixes))
        return Derived(value, basis, tuple(self._derived), self.until)

    def require_present(self) -> None:
        """Raise `Restart` if a listing of this transaction holds no more."""
        if self._as_of is not None:
            raise Restart

    def _require_as_of(self, is_read: Callable[[str], bool]) -> None:
        """Raise `Restart` if what is read now has changed since the listing that this transaction's answer is of."""
        if self._as_of is not None:
            changed = self.barrier.cache.changes_since(self._as_of)
            if changed is None or any(map(is_read, changed)):
                raise Restart

    def revalidate(self) -> None:
        """Raise `Restart` if this process has seen a change of a row that was read."""
        if self.barrier.seen is not self._seen:
            self._advance()

    def _advance(self) -> None:
        changed = self.barrier.cache.changes_since(self.revision)
        if changed is None or self.barrier.history != self._history:
            raise Restart
        if not self._is_apart(changed if len(changed) < _FEW else set(changed)):
            raise Restart
        self.revision = self.barrier.revision
        self._seen = self.barrier.seen

    def _is_apart(self, changed: Collection[str]) -> bool:
        """Whether nothing of this was read, neither as a row nor in a listing."""
        if not self._reads.keys().isdisjoint(changed):
            return False
        listed = list(self._prefixes)
        for derived in self._derived:
            if not derived.keys.keys().isdisjoint(changed):
                return False
            listed += derived.prefixes
        if not listed:
            return True
        prefixes = tuple(listed)
        return not any(key.startswith(prefixes) for key in changed)

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
