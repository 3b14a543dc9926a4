"""All rows in memory: in a dictionary, with their keys in a sorted list."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from strongroom.lib.errors import FeedTooOld
from strongroom.storage.base import Delta, Entry, Listing, Revision, Snapshot
from strongroom.storage.keys import below, check_page, list_start, name_below
from strongroom.storage.operations import Changes


class Past(NamedTuple):
    """One commit of the feed."""

    id: bytes
    keys: tuple[str, ...]


class Rows:
    """The rows, and the feed.  Nothing here awaits, so each call is atomic.

    Args:
        feed_commits: the number of commits in the change feed.
    """

    def __init__(self, feed_commits: int) -> None:
        self.entries: dict[str, Entry] = {}
        self.keys: list[str] = []
        self.feed: deque[Past] = deque(maxlen=feed_commits)
        self.head = Revision(0, b"")
        self.size_bytes = 0
        """Of all keys, as characters, and values."""

    def revision(self, key: str) -> int:
        """The revision of the row at `key`, 0 if there is none."""
        entry = self.entries.get(key)
        return entry.revision if entry else 0

    def value(self, key: str) -> bytes | None:
        """The value at `key`."""
        entry = self.entries.get(key)
        return entry.value if entry else None

    def changed_below(self, prefix: str, since: int) -> bool:
        """Whether a key below `prefix` changed after `since`, or the feed can't tell."""
        if not self.head.number - len(self.feed) <= since <= self.head.number:
            return True
        return any(key.startswith(prefix) for past in self.after(since) for key in past.keys)

    def after(self, number: int) -> list[Past]:
        """The commits after `number`, which the feed must reach back to."""
        count = self.head.number - number
        return [self.feed[index] for index in range(len(self.feed) - count, len(self.feed))]

    def known_after(self, revision: Revision) -> list[Past]:
        """The commits after `revision`; raises `FeedTooOld`."""
        behind = self.head.number - revision.number
        if revision.number == 0:
            known = behind <= len(self.feed) and revision.id == b""
        else:
            known = 0 <= behind < len(self.feed) and self.feed[-1 - behind].id == revision.id
        if not known:
            raise FeedTooOld(detail=f"revision {revision.number}")
        return self.after(revision.number)

    def write(self, changes: Changes, revision: Revision) -> None:
        """Apply one commit."""
        for key, value in changes.items():
            old = self.entries.get(key)
            if old is not None:
                self.size_bytes -= len(key) + len(old.value)
            if value is None:
                if old is not None:
                    del self.entries[key]
                    del self.keys[bisect_left(self.keys, key)]
            else:
                if old is None:
                    insort(self.keys, key)
                self.entries[key] = Entry(bytes(value), revision.number)
                self.size_bytes += len(key) + len(value)
        self.feed.append(Past(revision.id, tuple(changes)))
        self.head = revision

    def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`."""
        entries = self.entries
        return Snapshot(self.head.number, {key: entries[key] for key in keys if key in entries})

    def list(self, prefix: str, after: str, limit: int | None) -> Listing:
        """The distinct next segments below `prefix`; see `Storage.list`."""
        check_page(prefix, after, limit)
        keys = self.keys
        names: list[str] = []
        index = bisect_left(keys, list_start(prefix, after))
        while index < len(keys) and keys[index].startswith(prefix) and (limit is None or len(names) < limit):
            name = name_below(prefix, keys[index])
            names.append(name)
            index = bisect_left(keys, below(prefix + name)) if name.endswith("/") else index + 1
        return Listing(self.head.number, names)

    def scan(self, prefix: str, after: str, limit: int | None) -> Listing:
        """Every key below `prefix`; see `Storage.scan`."""
        check_page(prefix, after, limit)
        keys = self.keys
        first = bisect_left(keys, prefix + after + "\0" if after else prefix)
        last = bisect_left(keys, below(prefix)) if prefix else len(keys)
        if limit is not None:
            last = min(last, first + limit)
        return Listing(self.head.number, [key[len(prefix) :] for key in keys[first:last]])

    def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`; raises `FeedTooOld`."""
        return [*dict.fromkeys(key for past in self.known_after(revision) for key in past.keys)]

    def delta(self, since: Revision, limit: int | None) -> Delta:
        """The rows written after `since`; see `Storage.delta`."""
        through = since
        entries: dict[str, Entry | None] = {}
        for past in self.known_after(since):
            entries.update((key, self.entries.get(key)) for key in past.keys)
            through = Revision(through.number + 1, past.id)
            if limit is not None and len(entries) >= limit:
                break
        return Delta(self.head, through, entries)

    def committed(self, revision_id: bytes) -> bool:
        """Whether the commit with this id is in the feed."""
        return any(past.id == revision_id for past in self.feed)
