"""The answers that are kept, found by what they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, assert_never

import msgspec

from strongroom.agent.serving.cache.holding import Held, LeaseHeld, TokenHeld
from strongroom.agent.serving.cache.revocations import (
    AccessorGone,
    Everything,
    Gone,
    LeaseGone,
    LeasesBelow,
    OrphanedBy,
    PathBelow,
    TokenGone,
)
from strongroom.agent.serving.cache.term import LeaseTerm

MOST: Final = 20_000
MOST_BYTES: Final = 64 * 1024 * 1024
_OVERHEAD_BYTES: Final = 1024
"""What an entry takes besides its body and its texts, about."""


class CachedAnswer(msgspec.Struct, frozen=True):
    """An answer, and what it holds."""

    key: bytes
    place: str
    namespace: str
    token: str
    """That the request was made with; empty for a login."""
    held: Held
    term: LeaseTerm
    stored_at: float
    """Seconds since the epoch."""
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __repr__(self) -> str:
        return f"CachedAnswer({self.place}, {self.held!r})"

    @property
    def size(self) -> int:
        """What it takes in memory, about."""
        return len(self.body) + len(self.place) + sum(len(n) + len(v) for n, v in self.headers) + _OVERHEAD_BYTES

    @property
    def parent(self) -> str:
        """The token whose end is the end of what the entry holds; empty for none."""
        return "" if isinstance(self.held, TokenHeld) and self.held.orphan else self.token


class CachedAnswers:
    """All entries, with a bound on their number and their size."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._by_key: dict[bytes, CachedAnswer] = {}
        self._by_parent: defaultdict[str, set[bytes]] = defaultdict(set)
        self._by_token: dict[str, bytes] = {}
        self._by_accessor: dict[str, bytes] = {}
        self._by_lease: dict[str, bytes] = {}
        self.bytes = 0
        """What they take in memory, about."""

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[CachedAnswer]:
        return iter(self._by_key.values())

    def get(self, key: bytes) -> CachedAnswer | None:
        """The entry of a request."""
        return self._by_key.get(key)

    def has_room(self, size: int) -> bool:
        """Whether another entry may be put."""
        return len(self._by_key) < self._most and self.bytes + size <= self._most_bytes

    def put(self, entry: CachedAnswer) -> None:
        """Add an entry, or put it in the place of one for the same request."""
        self.remove(entry.key)
        self._by_key[entry.key] = entry
        self.bytes += entry.size
        if entry.parent:
            self._by_parent[entry.parent].add(entry.key)
        match entry.held:
            case TokenHeld(token=token, accessor=accessor):
                self._by_token[token] = entry.key
                self._by_accessor[accessor] = entry.key
            case LeaseHeld(lease_id=lease_id):
                self._by_lease[lease_id] = entry.key
            case _:
                assert_never(entry.held)

    def remove(self, key: bytes) -> None:
        """Take an entry out, if it is there."""
        entry = self._by_key.pop(key, None)
        if entry is None:
            return
        self.bytes -= entry.size
        if entry.parent:
            siblings = self._by_parent[entry.parent]
            siblings.discard(key)
            if not siblings:
                del self._by_parent[entry.parent]
        match entry.held:
            case TokenHeld(token=token, accessor=accessor):
                _forget(self._by_token, token, key)
                _forget(self._by_accessor, accessor, key)
            case LeaseHeld(lease_id=lease_id):
                _forget(self._by_lease, lease_id, key)
            case _:
                assert_never(entry.held)

    def holds_token(self, token: str) -> bool:
        """Whether a token came from an answer that is kept."""
        return token in self._by_token

    def of_lease(self, lease_id: str) -> CachedAnswer | None:
        """The entry that holds a lease."""
        key = self._by_lease.get(lease_id)
        return None if key is None else self._by_key[key]

    def of_token(self, token: str) -> CachedAnswer | None:
        """The entry that holds a token."""
        key = self._by_token.get(token)
        return None if key is None else self._by_key[key]

    def ended_by(self, gone: Gone) -> list[CachedAnswer]:
        """The entries that are worth nothing after a revocation, those of the tokens made with others included."""
        match gone:
            case TokenGone(token=token):
                return self._tree(token)
            case OrphanedBy(token=token):
                own = [key for key in (self._by_token.get(token),) if key is not None]
                below = [self._by_key[key] for key in self._by_parent.get(token, ())]
                return [self._by_key[key] for key in own] + [e for e in below if isinstance(e.held, LeaseHeld)]
            case AccessorGone(accessor=accessor):
                return self._with_tree(self._by_key[key] for key in _one(self._by_accessor.get(accessor)))
            case LeaseGone(lease_id=lease_id):
                return [self._by_key[key] for key in _one(self._by_lease.get(lease_id))]
            case LeasesBelow(prefix=prefix):
                return [self._by_key[key] for name, key in self._by_lease.items() if name.startswith(prefix)]
            case PathBelow(prefix=prefix, namespace=namespace):
                return self._with_tree(
                    entry for entry in self if entry.namespace == namespace and entry.place.startswith(prefix)
                )
            case Everything():
                return list(self)
            case _:
                assert_never(gone)

    def _tree(self, token: str) -> list[CachedAnswer]:
        """What holds a token, and all that ends with it."""
        found: dict[bytes, CachedAnswer] = {}
        waiting = [token]
        while waiting:
            each = waiting.pop()
            for key in (*_one(self._by_token.get(each)), *self._by_parent.get(each, ())):
                if key not in found:
                    found[key] = entry = self._by_key[key]
                    if isinstance(entry.held, TokenHeld):
                        waiting.append(entry.held.token)
        return list(found.values())

    def _with_tree(self, entries: Iterable[CachedAnswer]) -> list[CachedAnswer]:
        found: dict[bytes, CachedAnswer] = {}
        for entry in entries:
            found[entry.key] = entry
            if isinstance(entry.held, TokenHeld):
                found |= {each.key: each for each in self._tree(entry.held.token)}
        return list(found.values())


def _one(key: bytes | None) -> tuple[bytes, ...]:
    return () if key is None else (key,)


def _forget(index: dict[str, bytes], name: str, key: bytes) -> None:
    """Take a name out, unless a later entry has it."""
    if index.get(name) == key:
        del index[name]
