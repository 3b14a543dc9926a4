"""The cache of rows, by storage key, and of values derived from rows.  Only the change feed invalidates it."""

from __future__ import annotations

import math
import weakref
from collections import OrderedDict, deque
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from strongroom.barrier.keys import namespace_at

_ROW_OVERHEAD_BYTES = 400
_HISTORY_LENGTH = 4096
_HISTORY_KEYS = 131_072
"""The most keys of all remembered commits.  One commit that clears much may have more keys than thousands of others."""
_DERIVED_KEPT = 16_384
"""A merged ACL per client is the commonest derived value; some ten kilobytes each.  A namespace needs three in all."""
_DERIVED_OVERHEAD_BYTES = 4000
_KEY_OVERHEAD_BYTES = 600
"""For each key that a derived value depends on, even without a row: a token may name 500 policies that don't exist."""
_DERIVED_GROWTH = 8
"""The ratio of a derived value's size to the size of its rows.  Measured with policies and their merged ACLs."""
_LARGEST_PART = 32
"""A row that needs more than this fraction of the cache isn't cached, because it would evict all others."""


class Row:
    """A row as last read.  `revision` 0 means that there is no row."""

    __slots__ = ("raw", "record", "revision", "ring", "size")

    def __init__(self, revision: int, raw: bytes | None) -> None:
        self.revision = revision
        self.size = 0
        """Bytes, as the cache counts them."""
        self.raw = raw
        self.record: Any = None
        """The decoded record, for types that may stay decoded in memory."""
        self.ring: Any = None
        """The open keyring of the row's namespace; set by the first read."""


class Basis:
    """The rows that a value was computed from."""

    __slots__ = ("__weakref__", "alone", "holds", "keys", "prefixes")

    def __init__(self, keys: dict[str, int], prefixes: frozenset[str]) -> None:
        self.keys = keys
        self.prefixes = prefixes
        self.alone = keys
        """The keys that none of `prefixes` covers.  A commit must check them one by one."""
        if prefixes:
            self.alone = {key: revision for key, revision in keys.items() if prefixes.isdisjoint(prefixes_of(key))}
        self.holds = True
        """Whether the cache has the value, so that none of the rows has changed."""


class Derived:
    """A value that was computed from rows, and from other such values.

    Args:
        parts: those of the other values.  It ends with each of them.
        until: when the value may be another one by itself, in seconds since the epoch.
    """

    __slots__ = ("_parts", "basis", "size", "until", "value")

    def __init__(self, value: Any, basis: Basis, parts: tuple[Basis, ...] = (), until: float = math.inf) -> None:
        self.value = value
        self.basis = basis
        # Weak, so that a value which has ended unnoticed doesn't keep an earlier table of a thousand mounts in memory.
        self._parts = tuple(weakref.ref(part) for part in parts)
        self.until = until
        self.size = 0
        """Bytes, as the cache estimates them."""

    @property
    def holds(self) -> bool:
        """Whether all values that it was computed from are still in the cache."""
        for known in self._parts:
            part = known()
            if part is None or not part.holds:
                return False
        return True

    @property
    def parts(self) -> list[Basis]:
        """Those of the other values, complete while this one `holds`."""
        return [part for known in self._parts if (part := known()) is not None]


def prefixes_of(key: str) -> Iterator[str]:
    """Every prefix of `key` that ends in `/`, shortest first."""
    at = key.find("/")
    while at >= 0:
        yield key[: at + 1]
        at = key.find("/", at + 1)


class Cache:
    """Rows and derived values, each bounded in bytes.  The least recently used are evicted first.

    Only `changed` makes the cache newer.  It drops the rows that the feed names, and remembers their keys for a while,
    so that a transaction can tell whether a change affects it.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._derived: OrderedDict[object, Derived] = OrderedDict()
        self._by_key: dict[str, set[object]] = {}
        self._by_prefix: dict[str, set[object]] = {}
        self._derived_bytes = 0
        self._history: deque[tuple[int, tuple[str, ...]]] = deque()
        self._history_keys = 0
        self._history_from = 0

    def row(self, key: str) -> Row | None:
        """The cached row, or None if the store must be read."""
        row = self._rows.get(key)
        if row is not None:
            self._rows.move_to_end(key)
        return row

    def keep(self, key: str, row: Row) -> None:
        """Cache a row that is current."""
        self._forget_row(key)
        row.size = _size(key, row)
        if row.size > self._limit_bytes // _LARGEST_PART:
            return
        self._rows[key] = row
        self._bytes += row.size
        self._make_room()

    def decoded(self, key: str, row: Row) -> None:
        """Count a row's decoded record, which needs up to twice the row's own bytes."""
        if self._rows.get(key) is row:
            more = 2 * len(row.raw or b"")
            row.size += more
            self._bytes += more
            self._make_room()

    def _make_room(self) -> None:
        while self._bytes > self._limit_bytes:
            _, evicted = self._rows.popitem(last=False)
            self._bytes -= evicted.size

    def _forget_row(self, key: str) -> None:
        old = self._rows.pop(key, None)
        if old is not None:
            self._bytes -= old.size

    def derived(self, name: object) -> Derived | None:
        """The derived value of that name, if none of its rows has changed."""
        derived = self._derived.get(name)
        if derived is None:
            return None
        if not derived.holds:
            self._forget_derived(name)
            return None
        self._derived.move_to_end(name)
        return derived

    def keep_derived(self, name: object, derived: Derived) -> None:
        """Cache a derived value until one of its rows changes."""
        self._forget_derived(name)
        basis = derived.basis
        rows = (self._rows.get(key) for key in basis.keys)
        made_of = sum(len(row.raw) for row in rows if row is not None and row.raw is not None)
        named = sum(map(len, basis.keys)) + _KEY_OVERHEAD_BYTES * len(basis.keys)
        derived.size = _DERIVED_OVERHEAD_BYTES + named + _DERIVED_GROWTH * made_of
        self._derived_bytes += derived.size
        self._derived[name] = derived
        for key in basis.keys:
            self._by_key.setdefault(key, set()).add(name)
        for prefix in basis.prefixes:
            self._by_prefix.setdefault(prefix, set()).add(name)
        # The newest value always stays: every request needs the router, however large it is.
        while len(self._derived) > _DERIVED_KEPT or (
            self._derived_bytes > self._limit_bytes and len(self._derived) > 1
        ):
            self._forget_derived(next(iter(self._derived)))

    def _forget_derived(self, name: object) -> None:
        old = self._derived.pop(name, None)
        if old is None:
            return
        self._derived_bytes -= old.size
        old.basis.holds = False
        for index, entries in ((self._by_key, old.basis.keys), (self._by_prefix, old.basis.prefixes)):
            for entry in entries:
                names = index[entry]
                names.discard(name)
                if not names:
                    del index[entry]

    def changed(self, revision: int, keys: Iterable[str]) -> None:
        """Apply the changes of the feed up to `revision`."""
        keys = tuple(keys)
        for key in keys:
            self._forget_row(key)
            concerned = set(self._by_key.get(key, ()))
            if self._by_prefix:
                for prefix in prefixes_of(key):
                    concerned |= self._by_prefix.get(prefix, set())
            for name in concerned:
                self._forget_derived(name)
        self._history.append((revision, keys))
        self._history_keys += len(keys)
        while len(self._history) > _HISTORY_LENGTH or (self._history_keys > _HISTORY_KEYS and len(self._history) > 1):
            self._history_from, gone = self._history.popleft()
            self._history_keys -= len(gone)

    def changes_since(self, revision: int) -> list[str] | None:
        """The keys that changed after `revision`; None if that is too long ago."""
        if revision < self._history_from:
            return None
        changed: list[str] = []
        for number, keys in reversed(self._history):
            if number <= revision:
                break
            changed += keys
        return changed

    def forget_namespaces(self, namespaces: Collection[str]) -> None:
        """Drop all rows of these namespaces, and what was derived from any of them.

        Args:
            namespaces: ids.
        """
        for key in [key for key in self._rows if namespace_at(key) in namespaces]:
            self._forget_row(key)
        for name, derived in list(self._derived.items()):
            if any(namespace_at(key) in namespaces for key in (*derived.basis.keys, *derived.basis.prefixes)):
                self._forget_derived(name)
        for name in [name for name, derived in self._derived.items() if not derived.holds]:
            self._forget_derived(name)  # what was made of these values, which may hold names too

    def clear(self, revision: int) -> None:
        """Drop everything, because the feed doesn't reach back.  No transaction from before `revision` may continue."""
        for derived in self._derived.values():
            derived.basis.holds = False
        self._rows.clear()
        self._derived.clear()
        self._by_key.clear()
        self._by_prefix.clear()
        self._history.clear()
        self._history_from = revision
        self._bytes = self._derived_bytes = self._history_keys = 0


def _size(key: str, row: Row) -> int:
    return len(key) + (len(row.raw) if row.raw is not None else 0) + _ROW_OVERHEAD_BYTES
