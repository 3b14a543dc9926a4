"""Values that were computed from rows, and what they were computed from."""

from __future__ import annotations

import math
import weakref
from collections import OrderedDict
from collections.abc import Collection, Iterator
from typing import Any, Final

from strongroom.barrier.keys import namespace_at

_AT_ONCE: Final = 256
"""How many values are forgotten at once, which takes a millisecond.  Other requests are served before the next ones."""


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


class DerivedValues:
    """Derived values by name, until one of their rows changes.  The least recently used are evicted first.

    Args:
        limit_bytes, most: how much it keeps.
    """

    __slots__ = ("_by_key", "_by_prefix", "_bytes", "_ended", "_limit_bytes", "_most", "_values", "hits")

    def __init__(self, limit_bytes: int, most: int) -> None:
        self._limit_bytes = limit_bytes
        self._most = most
        self.hits = 0
        """How often a value was there."""
        self._bytes = 0
        self._values: OrderedDict[object, Derived] = OrderedDict()
        self._by_key: dict[str, set[object]] = {}
        self._by_prefix: dict[str, set[object]] = {}
        self._ended: list[set[object]] = []
        """Names of values that have ended and may be here still: a row that many came from has changed."""

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[object]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def size(self) -> int:
        """Bytes, as estimated."""
        return self._bytes

    def items(self) -> Collection[tuple[object, Derived]]:
        """Names and values."""
        return self._values.items()

    def get(self, name: object) -> Derived | None:
        """The value of that name, if nothing has changed that it was computed from."""
        derived = self._values.get(name)
        if derived is None:
            return None
        if not derived.basis.holds or not derived.holds:
            self._forget(name)
            return None
        self._values.move_to_end(name)
        self.hits += 1
        return derived

    def keep(self, name: object, derived: Derived, size: int) -> None:
        """Keep a value.

        Args:
            size: bytes, as estimated.
        """
        self._sweep()
        self._forget(name)
        derived.size = size
        self._bytes += size
        self._values[name] = derived
        for key in derived.basis.keys:
            self._by_key.setdefault(key, set()).add(name)
        for prefix in derived.basis.prefixes:
            self._by_prefix.setdefault(prefix, set()).add(name)
        # The newest value always stays: every request needs the router, however large it is.
        while len(self._values) > self._most or (self._bytes > self._limit_bytes and len(self._values) > 1):
            self._forget(next(iter(self._values)))

    def _forget(self, name: object) -> None:
        old = self._values.pop(name, None)
        if old is None:
            return
        self._bytes -= old.size
        old.basis.holds = False
        for index, entries in ((self._by_key, old.basis.keys), (self._by_prefix, old.basis.prefixes)):
            for entry in entries:
                names = index.get(entry)
                if names is None:
                    continue  # they are in `_ended`
                names.discard(name)
                if not names:
                    del index[entry]

    def changed(self, key: str) -> None:
        """Forget what was computed from a row, or from a listing that it is part of."""
        self._sweep()
        self._end(self._by_key, key)
        if self._by_prefix:
            for prefix in prefixes_of(key):
                self._end(self._by_prefix, prefix)

    def _end(self, index: dict[str, set[object]], entry: str) -> None:
        names = index.get(entry)
        if names is None:
            return
        if len(names) <= _AT_ONCE:
            for name in tuple(names):
                self._forget(name)
            return
        # A client may have made tens of thousands from one row, and nobody has to wait until they are taken apart.
        del index[entry]
        for name in names:
            self._values[name].basis.holds = False
        self._ended.append(names)

    def _sweep(self) -> None:
        """Forget some of the values that have ended."""
        for _ in range(_AT_ONCE if self._ended else 0):
            names = self._ended[-1]
            name = names.pop()
            derived = self._values.get(name)
            if derived is not None and not derived.basis.holds:  # else another one has its name now
                self._forget(name)
            if not names:
                self._ended.pop()
                if not self._ended:
                    return

    def forget_namespaces(self, namespaces: Collection[str]) -> None:
        """Forget what was computed from rows of these namespaces, by their ids."""
        for name, derived in list(self._values.items()):
            if any(namespace_at(key) in namespaces for key in (*derived.basis.keys, *derived.basis.prefixes)):
                self._forget(name)
        for name in [name for name, derived in self._values.items() if not derived.holds]:
            self._forget(name)  # what was made of these values, which may hold names too

    def clear(self) -> None:
        """Forget everything."""
        for derived in self._values.values():
            derived.basis.holds = False
        self._values.clear()
        self._by_key.clear()
        self._by_prefix.clear()
        self._ended.clear()
        self._bytes = 0
