"""Compares a finished copy with its source, row by row."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from strongroom.lib.errors import FeedTooOld
from strongroom.storage.base import Entry, Revision, Storage
from strongroom.storage.transfer.migrating.progress import Progress
from strongroom.storage.transfer.migrating.refusals import MigrationRefused
from strongroom.storage.transfer.migrating.walking import Moving

_NAMED: Final = 5
_TOLD_EVERY: Final = 512

Row = tuple[str, Entry] | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison found.

    Attributes:
        rows: the number of rows in the destination.
        size_bytes: the size of their keys and values.
        sha256: of all of them: each key and value with its length before it, in order.
        changed: how many rows of the source were changed since the revision that the copy equals.
    """

    rows: int
    size_bytes: int
    sha256: str
    changed: int


@dataclass(slots=True)
class _Sum:
    """Counts and hashes rows."""

    rows: int = 0
    size_bytes: int = 0
    hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, key: str, value: bytes) -> None:
        """Add a row."""
        name = key.encode()
        self.hash.update(b"%d %d " % (len(name), len(value)))
        self.hash.update(name)
        self.hash.update(value)
        self.rows += 1
        self.size_bytes += len(name) + len(value)


async def compare(
    source: Storage, destination: Storage, moving: Moving, revision: Revision, told: Progress
) -> Compared:
    """Compare all rows.

    Args:
        revision: of the source, which the destination should equal.  What the source has changed since is left out.

    Raises: `MigrationRefused` that names rows which differ, `StorageError`.
    """
    ours, theirs = _Sum(), _Sum()
    wrong: list[str] = []
    doubtful: list[str] = []
    async for left, right in _pairs(moving.rows(source), moving.rows(destination)):
        if left is not None:
            theirs.add(left[0], left[1].value)
        if right is not None:
            ours.add(right[0], right[1].value)
            if ours.rows % _TOLD_EVERY == 0:
                told("Comparing", ours.rows, 0)
        if left is not None and right is not None and left[1].value == right[1].value:
            continue
        key = left[0] if left is not None else right[0] if right is not None else ""
        # A row that only the destination has was removed since, or should never have been there: the feed tells.
        untouched = left is not None and left[1].revision <= revision.number
        (wrong if untouched else doubtful).append(key)
    try:
        changed = set(filter(moving.moves, await source.changed_since(revision)))
    except FeedTooOld as error:
        raise MigrationRefused("the source is written faster than it can be compared: stop its servers") from error
    wrong += [key for key in doubtful if key not in changed]
    if not changed and not wrong and ours.hash.digest() != theirs.hash.digest():
        raise MigrationRefused("the hashes of the two stores differ")
    if wrong:
        named = ", ".join(wrong[:_NAMED]) + (", …" if len(wrong) > _NAMED else "")
        raise MigrationRefused(f"{len(wrong)} rows of the destination aren't those of the source: {named}")
    return Compared(ours.rows, ours.size_bytes, ours.hash.hexdigest(), len(changed))


async def _pairs(
    lefts: AsyncIterator[tuple[str, Entry]], rights: AsyncIterator[tuple[str, Entry]]
) -> AsyncIterator[tuple[Row, Row]]:
    """The rows of two sorted streams, those of one key together."""
    left, right = await anext(lefts, None), await anext(rights, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            yield left, None
            left = await anext(lefts, None)
        elif left is None or right[0] < left[0]:
            yield None, right
            right = await anext(rights, None)
        else:
            yield left, right
            left, right = await anext(lefts, None), await anext(rights, None)
