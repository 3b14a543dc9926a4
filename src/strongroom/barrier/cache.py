"""The cache of rows, by storage key, and of values derived from rows.  Only the change feed invalidates it."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Iterable
from typing import Any

from strongroom.barrier.derived import Derived, DerivedValues
from strongroom.barrier.keys import namespace_at

KINDS = ("rows", "derived", "answers")
"""What is kept, as the metrics name it."""
_ROW_OVERHEAD_BYTES = 400
_HISTORY_LENGTH = 4096
_HISTORY_KEYS = 131_072
"""The most keys of all remembered commits.  One commit that clears much may have more keys than thousands of others."""
_DERIVED_KEPT = 16_384
"""A merged ACL per client is the commonest derived value; some ten kilobytes each.  A namespace needs three in all."""
_DERIVED_OVERHEAD_BYTES = 4000
_KEY_OVERHEAD_BYTES = 600
"""For each key that a derived value depends on, even without a row: a token may name 500 policies that don't exist."""
_ANSWERS_KEPT = 65_536
_DERIVED_GROWTH = 8
"""The ratio of a derived value's size to the size of its rows.  Measured with policies and their merged ACLs."""
_ANSWERS_PART = 2
"""Whole answers may need this fraction of what rows may, besides."""
_ANSWER_KEY_BYTES = 400
"""Measured, as all that an answer needs: of secrets with five fields some five kilobytes each."""
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


class Cache:
    """Rows and derived values, each bounded in bytes.  The least recently used are evicted first.

    Only `changed` makes the cache newer.  It drops the rows that the feed names, and remembers their keys for a while,
    so that a transaction can tell whether a change affects it.

    Args:
        limit_bytes: how much rows may take.  What is derived from them, and whole answers, come on top (`most_bytes`).
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._derived = DerivedValues(limit_bytes, _DERIVED_KEPT)
        self.answers = DerivedValues(limit_bytes // _ANSWERS_PART, _ANSWERS_KEPT)
        """Whole answers.  They are apart, so that a client who asks for much evicts only what is of their kind."""
        self._history: deque[tuple[int, tuple[str, ...]]] = deque()
        self._history_keys = 0
        self._history_from = 0
        self.hits = 0
        """Rows that were found here."""
        self.misses = 0
        """Rows that were fetched from the store."""

    def row(self, key: str) -> Row | None:
        """The cached row, or None if the store must be read."""
        row = self._rows.get(key)
        if row is not None:
            self.hits += 1
            self._rows.move_to_end(key)
        return row

    def keep(self, key: str, row: Row) -> None:
        """Cache a row that is current, and was fetched just now."""
        self.misses += 1
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

    def sizes(self) -> dict[str, int]:
        """The bytes of what it keeps, as estimated, by kind."""
        return dict(zip(KINDS, (self._bytes, self._derived.size, self.answers.size), strict=True))

    def found(self) -> dict[str, int]:
        """How often something was here that was asked for, by kind."""
        return dict(zip(KINDS, (self.hits, self._derived.hits, self.answers.hits), strict=True))

    def derived(self, name: object) -> Derived | None:
        """The derived value of that name, if none of its rows has changed."""
        return self._derived.get(name)

    def keep_derived(self, name: object, derived: Derived) -> None:
        """Cache a derived value until one of its rows changes."""
        basis = derived.basis
        rows = (self._rows.get(key) for key in basis.keys)
        made_of = sum(len(row.raw) for row in rows if row is not None and row.raw is not None)
        named = sum(map(len, basis.keys)) + _KEY_OVERHEAD_BYTES * len(basis.keys)
        self._derived.keep(name, derived, _DERIVED_OVERHEAD_BYTES + named + _DERIVED_GROWTH * made_of)

    def keep_answer(self, name: bytes, answer: Derived, size: int) -> None:
        """Cache a whole answer until one of its rows changes.

        Args:
            size: of its value, in bytes.
        """
        keys = answer.basis.keys
        self.answers.keep(name, answer, size + sum(map(len, keys)) + _ANSWER_KEY_BYTES * len(keys))

    def changed(self, revision: int, keys: Iterable[str]) -> None:
        """Apply the changes of the feed up to `revision`."""
        keys = tuple(keys)
        for key in keys:
            self._forget_row(key)
            self._derived.changed(key)
            self.answers.changed(key)
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
        for values in (self._derived, self.answers):
            values.forget_namespaces(namespaces)

    def clear(self, revision: int) -> None:
        """Drop everything, because the feed doesn't reach back.  No transaction from before `revision` may continue."""
        self._rows.clear()
        self._derived.clear()
        self.answers.clear()
        self._history.clear()
        self._history_from = revision
        self._bytes = self._history_keys = 0


def most_bytes(limit_bytes: int) -> int:
    """How much a cache of this limit may take in all: rows, what is derived from them, and answers."""
    return 2 * limit_bytes + limit_bytes // _ANSWERS_PART


def _size(key: str, row: Row) -> int:
    return len(key) + (len(row.raw) if row.raw is not None else 0) + _ROW_OVERHEAD_BYTES
