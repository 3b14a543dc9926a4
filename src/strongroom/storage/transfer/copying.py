"""Copies all rows of a store as of one revision, while others write to it.

The pages of the copy are of different moments.  What was written meanwhile is in the change feed, and those rows are
read again, until all that changed comes from one snapshot: then the copy equals the store at that snapshot's revision.
The memory that it needs doesn't depend on the size of the store.  No writer waits for it, unless they write as fast as
it reads: then it has them wait for its last part, because it would never end.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import structlog

from strongroom.storage.base import Delta, Entry, Revision, Storage
from strongroom.storage.operations import ROLE_PREFIX

_KEYS: Final = 512
"""The most keys of a page, or of a part of the changes."""
_BYTES: Final = 4 << 20
"""What a page should hold.  Pages get fewer keys when values are large."""
_ROUNDS: Final = 4
"""After how many parts of the changes it is judged whether they become fewer."""
_PACE: Final = 0.9
"""How much of what was read in these rounds the writers may have written meanwhile, in commits."""
_WAIT_S: Final = 30.0

log = structlog.get_logger(__name__)


class Target(Protocol):
    """What takes the rows of a copy."""

    async def put(self, rows: Mapping[str, bytes | None]) -> None:
        """Take rows over.  They replace earlier ones of the same keys; None removes a row."""
        ...


@dataclass(frozen=True, slots=True)
class Position:
    """How far a copy has come.  A copy that goes on from it ends equal to one that was never interrupted.

    Attributes:
        since: the changes up to this revision are in the copy, as far as its keys go.
        after: the last key that was read; empty at the beginning.
        whole: whether all keys were read, so that only changes are left.
        current: whether the copy equals the source at `since`.
    """

    since: Revision
    after: str = ""
    whole: bool = False
    current: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Rows for the target, and the position when it has them all."""

    rows: dict[str, bytes | None] = field(repr=False)
    position: Position


class _Pace:
    """Compares how fast the changes are read and made."""

    def __init__(self) -> None:
        self._rounds = self._read = self._written = 0

    def hopeless(self, delta: Delta) -> bool:
        """Whether, in the last rounds, about as much was written as was read.  It begins anew after them."""
        if not self._rounds:
            self._read, self._written = delta.through.number, delta.revision.number
        self._rounds += 1
        if self._rounds <= _ROUNDS:
            return False
        self._rounds = 0
        return delta.revision.number - self._written >= (delta.through.number - self._read) * _PACE


async def steps(source: Storage, start: Position | None = None) -> AsyncGenerator[Step, None]:
    """The rows of `source`, except those of roles, in the steps of a copy.  The last one's position is `current`.

    Whoever leaves before the last step closes the generator: it may have the writers wait.

    Args:
        source: a started store.
        start: where to go on; without it, at the beginning.

    Raises: as `copy`.
    """
    at = start or Position(await source.synced())
    keys = _KEYS
    while not at.whole:
        names = (await source.scan("", at.after, keys)).names
        if not names:
            at = replace(at, whole=True)
            break
        entries = (await source.get_many(names)).entries
        at = replace(at, after=names[-1])
        yield Step(_wanted(entries), at)
        # Keeps up with the writers: the feed has a limited length, and a copy can take hours.
        delta = await source.delta(at.since, _KEYS)
        at = replace(at, since=delta.through)
        yield Step(_wanted(delta.entries), at)
        size = sum(len(entry.value) for entry in entries.values())
        keys = max(1, min(_KEYS, 2 * keys, keys * _BYTES // max(size, 1)))
    async with AsyncExitStack() as held:
        pace = _Pace()
        while True:
            delta = await source.delta(at.since, _KEYS)
            at = replace(at, since=delta.through, current=delta.complete)
            yield Step(_wanted(delta.entries), at)
            if delta.complete:
                return
            if pace.hopeless(delta):
                log.warning("the store is written as fast as it is copied: writers wait for the rest of the copy")
                await held.aclose()  # of an earlier one, which was lost
                await held.enter_async_context(source.exclusive(_WAIT_S))


async def copy(source: Storage, target: Target, told: Callable[[int], None] | None = None) -> Revision:
    """Copy every row of `source`, except those of roles, which belong to running processes.

    Args:
        source: a started store.
        target: takes the rows.
        told: is called with the number of rows so far, for a display of the progress.

    Returns: the revision that the copy equals.
    Raises: `FeedTooOld` if the store is written faster than it is read, `StorageError`, and what `target` raises.
    """
    return await _take(source, target, None, told)


async def follow(source: Storage, target: Target, since: Revision) -> Revision:
    """Bring a copy from `since` to the present state of `source`.  Returns the revision that it equals then.

    Raises: as `copy`.
    """
    return await _take(source, target, Position(since, whole=True), None)


async def _take(
    source: Storage, target: Target, start: Position | None, told: Callable[[int], None] | None
) -> Revision:
    rows, position = 0, start
    async with aclosing(steps(source, start)) as copying:
        async for step in copying:
            await target.put(step.rows)
            rows += len(step.rows) if position is None or step.position.after != position.after else 0
            position = step.position
            if told is not None:
                told(rows)
    assert position is not None  # the steps end with one
    return position.since


def _wanted(entries: Mapping[str, Entry | None]) -> dict[str, bytes | None]:
    return {
        key: None if entry is None else entry.value for key, entry in entries.items() if not key.startswith(ROLE_PREFIX)
    }
