"""Copies all rows of a store as of one revision, while others write to it.

The pages of the copy are of different moments.  What was written meanwhile is in the change feed, and those rows are
read again, until all that changed comes from one snapshot: then the copy equals the store at that snapshot's revision.
No writer waits for it, and the memory that it needs doesn't depend on the size of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from strongroom.storage.base import Entry, Revision, Storage
from strongroom.storage.operations import ROLE_PREFIX

_KEYS: Final = 512
"""The most keys of a page, or of a part of the changes."""
_BYTES: Final = 4 << 20
"""What a page should hold.  Pages get fewer keys when values are large."""


class Target(Protocol):
    """What takes the rows of a copy."""

    async def put(self, rows: Mapping[str, bytes | None]) -> None:
        """Take rows over.  They replace earlier ones of the same keys; None removes a row."""
        ...


async def copy(source: Storage, target: Target, told: Callable[[int], None] | None = None) -> Revision:
    """Copy every row of `source`, except those of roles, which belong to running processes.

    Args:
        source: a started store.
        target: takes the rows.
        told: is called with the number of rows so far, for a display of the progress.

    Returns: the revision that the copy equals.
    Raises: `FeedTooOld` if the store is written faster than it is read, `StorageError`, and what `target` raises.
    """
    since = await source.synced()
    after, keys, rows = "", _KEYS, 0
    while names := (await source.scan("", after, keys)).names:
        entries = (await source.get_many(names)).entries
        await target.put(_wanted(entries))
        # Keeps up with the writers: the feed has a limited length, and a copy can take hours.
        since = await _follow_once(source, target, since)
        rows += len(entries)
        if told is not None:
            told(rows)
        size = sum(len(entry.value) for entry in entries.values())
        after, keys = names[-1], max(1, min(_KEYS, 2 * keys, keys * _BYTES // max(size, 1)))
    return await follow(source, target, since)


async def follow(source: Storage, target: Target, since: Revision) -> Revision:
    """Bring a copy from `since` to the present state of `source`.  Returns the revision that it equals then.

    Raises: as `copy`.
    """
    while True:
        delta = await source.delta(since, _KEYS)
        await target.put(_wanted(delta.entries))
        if delta.complete:
            return delta.revision
        since = delta.through


async def _follow_once(source: Storage, target: Target, since: Revision) -> Revision:
    delta = await source.delta(since, _KEYS)
    await target.put(_wanted(delta.entries))
    return delta.through


def _wanted(entries: Mapping[str, Entry | None]) -> dict[str, bytes | None]:
    return {
        key: None if entry is None else entry.value for key, entry in entries.items() if not key.startswith(ROLE_PREFIX)
    }
