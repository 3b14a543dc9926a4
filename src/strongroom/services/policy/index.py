"""Finds the pattern that decides on a path, among many (pure).

Source: https://developer.hashicorp.com/vault/docs/concepts/policies#priority-matching
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from strongroom.services.policy.paths import Pattern, Priority

T = TypeVar("T")


class Index(Generic[T]):
    """Maps patterns to values.  The best pattern that covers a path gives the value."""

    __slots__ = ("_exact", "_prefix_lengths", "_prefixes", "_segments")

    def __init__(self, values: Iterable[tuple[Pattern, T]]) -> None:
        self._exact: dict[str, T] = {}
        self._prefixes: dict[str, tuple[Priority, T]] = {}
        self._segments: _Node[T] | None = None
        for pattern, value in values:
            if pattern.segments:
                self._segments = self._segments or _Node()
                self._segments.insert(pattern, value)
            elif pattern.is_glob:
                self._prefixes[pattern.literal] = (pattern.priority, value)
            else:
                self._exact[pattern.text] = value
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in self._prefixes}, reverse=True))

    def find(self, path: str, *, paged: bool) -> T | None:
        """The value of the pattern that decides on this path.

        Args:
            paged: whether it is the path of a listing, where a pattern without the slash at its end counts too.
        """
        value = self._exact.get(path)
        if value is not None:
            return value
        if paged and path.endswith("/"):
            value = self._exact.get(path[:-1])
            return value or self._covering(path) or self._covering(path[:-1], only_segments=True)
        return self._covering(path)

    def _covering(self, path: str, *, only_segments: bool = False) -> T | None:
        """The value of the best pattern with a glob or a wildcard."""
        best: tuple[Priority, T] | None = None
        if not only_segments:
            size = len(path)
            for length in self._prefix_lengths:
                if length <= size and (found := self._prefixes.get(path[:length])) is not None:
                    best = found
                    break
        if self._segments is not None:
            for candidate in self._segments.covering(path):
                if best is None or candidate[0] > best[0]:
                    best = candidate
        return best[1] if best is not None else None


class _Node(Generic[T]):
    """A segment in the tree of patterns with `+`."""

    __slots__ = ("ends", "globs", "inner")

    def __init__(self) -> None:
        self.inner: dict[str, _Node[T]] = {}
        self.ends: tuple[Priority, T] | None = None
        self.globs: list[tuple[str, tuple[Priority, T]]] = []
        """The texts that the next segment may begin with."""

    def insert(self, pattern: Pattern, value: T) -> None:
        """Put a pattern below this root."""
        node = self
        walked = pattern.segments[:-1] if pattern.is_glob else pattern.segments
        for segment in walked:
            node = node.inner.setdefault(segment, _Node())
        if pattern.is_glob:
            node.globs.append((pattern.segments[-1], (pattern.priority, value)))
        else:
            node.ends = (pattern.priority, value)

    def covering(self, path: str) -> list[tuple[Priority, T]]:
        """Every pattern below this root that covers the path."""
        found: list[tuple[Priority, T]] = []
        level = [self]
        for segment in path.split("/"):
            below: list[_Node[T]] = []
            for node in level:
                for start, candidate in node.globs:
                    if segment.startswith(start):
                        found.append(candidate)
                inner = node.inner
                if segment != "+" and (child := inner.get(segment)) is not None:
                    below.append(child)
                if (child := inner.get("+")) is not None:
                    below.append(child)
            if not below:
                return found
            level = below
        found += [node.ends for node in level if node.ends is not None]
        return found
