"""Reads the outbox from the store: rows in the order of their commits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Final

import msgspec

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.cache import Row
from strongroom.barrier.outbox import ROWS, Batch, Event, bucket_folder, row_apart
from strongroom.lib.errors import NamespaceSealed
from strongroom.services.events.position import Position
from strongroom.storage.base import Entry

_AT_ONCE: Final = 128
"""Rows that are fetched at once."""


class Commit(msgspec.Struct, frozen=True):
    """The events of one commit, in their order."""

    bucket: int
    revision: int
    row: str
    """The name of its row in the bucket."""
    events: tuple[Event, ...]

    def after(self, told: int) -> Position:
        """The place behind its first `told` events."""
        return Position(self.bucket, self.revision, told, self.row)

    def is_behind(self, position: Position) -> bool:
        """Whether an event of this commit is behind a place."""
        if self.revision == position.revision:
            return bool(position.row) and position.told < len(self.events)
        return self.revision > position.revision

    def id_of(self, index: int) -> str:
        """The id of one of its events: a UUID of version 8, the same however often it is asked for."""
        name = f"{self.row}{self.revision & 0xFFFFFFFF:08x}{index & 0xFFFFFFFF:08x}"
        return f"{name[:8]}-{name[8:12]}-8{name[13:16]}-a{name[17:20]}-{name[20:]}"


def is_row(key: str) -> bool:
    """Whether a key is that of a row of the outbox."""
    return key.startswith(ROWS)


async def opened(barrier: Barrier, entries: Iterable[tuple[str, Entry]]) -> list[Commit]:
    """The commits of rows of the outbox, in their order.  Events of a sealed namespace are left out."""
    commits = []
    for key, entry in entries:
        bucket, _, row = key.removeprefix(ROWS).partition("/")
        batch = await _batch(barrier, key, entry)
        if batch is None:
            continue
        events = batch.events
        for namespace in batch.apart:
            events += await _events_apart(barrier, row_apart(namespace, row))
        commits.append(Commit(int(bucket), entry.revision, row, events))
    return sorted(commits, key=lambda commit: commit.revision)


async def _batch(barrier: Barrier, key: str, entry: Entry) -> Batch | None:
    return await barrier.record(key, Row(entry.revision, entry.value), Batch)


async def _events_apart(barrier: Barrier, key: str) -> tuple[Event, ...]:
    entry = await barrier.storage.get(key)
    if entry is None:
        return ()  # deleted with its namespace
    try:
        batch = await _batch(barrier, key, entry)
    except NamespaceSealed:
        return ()
    return batch.events if batch is not None else ()


async def read_rows(barrier: Barrier, keys: Sequence[str]) -> list[Commit]:
    """The commits of those rows that are still there, in their order."""
    entries: dict[str, Entry] = {}
    for start in range(0, len(keys), _AT_ONCE):
        entries |= (await barrier.storage.get_many(keys[start : start + _AT_ONCE])).entries
    return await opened(barrier, entries.items())


async def since(barrier: Barrier, position: Position) -> AsyncGenerator[list[Commit] | int]:
    """What the store holds behind a place: commits in their order, and at last the revision up to which that is all.

    Rows of a bucket are newer than those of the one before, so a bucket is enough at a time.
    """
    listing = await barrier.storage.list(ROWS)
    for folder in listing.names:
        bucket = int(folder.removesuffix("/"))
        if bucket < position.bucket:
            continue
        names = (await barrier.storage.scan(bucket_folder(bucket))).names
        revisions: list[tuple[int, str]] = []
        for start in range(0, len(names), _AT_ONCE):
            keys = [bucket_folder(bucket) + name for name in names[start : start + _AT_ONCE]]
            found = (await barrier.storage.get_many(keys)).entries
            revisions += [(entry.revision, key) for key, entry in found.items() if _is_behind(position, entry.revision)]
        revisions.sort()
        for start in range(0, len(revisions), _AT_ONCE):
            yield await read_rows(barrier, [key for _, key in revisions[start : start + _AT_ONCE]])
    yield listing.revision


def _is_behind(position: Position, revision: int) -> bool:
    return revision > position.revision or (revision == position.revision and bool(position.row))
