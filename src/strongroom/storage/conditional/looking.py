"""Looks at the head, and at other cells as they are at one revision."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from strongroom.lib.clock import Clock
from strongroom.lib.errors import FeedTooOld, StorageError
from strongroom.storage.conditional.cells import Cell, Cells, Guard, MovingError, UnclearError
from strongroom.storage.conditional.clock import check_clock
from strongroom.storage.conditional.feed import Feed
from strongroom.storage.conditional.layout import HEAD, ROWS, Head, decode_head, decode_stage, encode, stage_name

_SPARE_LOOKS: Final = 64
"""How often cells that changed meanwhile are read again, beside one look for each read's worth of cells."""


class Seen(msgspec.Struct, frozen=True):
    """The head, and other cells that go with it."""

    head: Head
    version: int
    """Of the head's cell."""
    cells: dict[str, Cell]

    def moved(self, **fields: object) -> bytes:
        """The value of a head with some fields changed."""
        return encode(msgspec.structs.replace(self.head, **fields))

    @property
    def guard(self) -> Guard:
        """The condition that the head is still this one."""
        return Guard(HEAD, self.version)


class Looking:
    """Reads cells together with the head.

    A head that names an intent belongs to a commit whose cells aren't all written yet.  Whoever meets it writes them,
    so nobody ever sees a part of a commit, and a process that dies leaves nothing that others wait for.
    """

    def __init__(self, cells: Cells, feed: Feed, clock: Clock) -> None:
        self._cells = cells
        self._feed = feed
        self._clock = clock
        self.written_at = 0.0
        """The newest time that was seen in a head."""
        self.looked_at = float("-inf")
        """When the head was last seen, by the monotonic clock."""

    def now(self) -> float:
        """The store's clock: this machine's, but never behind what is written in the head."""
        return max(self._clock.now(), self.written_at)

    async def look(self, names: Iterable[str] = ()) -> Seen:
        """The head and these cells, at most `capacity.reads - 1`.

        If the store's reads aren't of one moment, the head is not newer than the cells.
        """
        wanted = [HEAD, *names]
        unclear = 0
        while True:
            asked_at = self._clock.monotonic()
            cells = await self._cells.read(wanted)
            seen = self.seen(cells.pop(HEAD, None), cells)
            self.looked_at = asked_at
            if seen.head.intent is None:
                return seen
            try:
                await self._go_on(seen)
            except UnclearError:
                unclear += 1
                if unclear > 1:
                    raise

    def seen(self, head: Cell | None, cells: dict[str, Cell] | None = None) -> Seen:
        """What was read, with the head decoded.  Raises `StorageError` if this machine's clock is wrong."""
        decoded, version = (decode_head(head.value), head.version) if head is not None else (Head(), 0)
        check_clock(self._clock.now(), decoded.written_at, self._cells.clock_offset())
        # Not the greatest that was ever seen: in a store that was restored, time may be an earlier one.
        self.written_at = decoded.written_at
        return Seen(decoded, version, cells if cells is not None else {})

    async def snapshot(self, names: Iterable[str]) -> Seen:
        """The head and any number of cells, all at the head's revision.  Raises `MovingError`."""
        capacity = self._cells.capacity
        waiting = deque(dict.fromkeys(names))
        found: dict[str, Cell] = {}
        read: set[str] = set()
        hot: dict[str, None] = {}
        last: Seen | None = None
        looks = _SPARE_LOOKS + 2 * len(waiting) // capacity.reads
        while looks:
            looks -= 1
            chunk = [waiting.popleft() for _ in range(min(len(waiting), capacity.reads - 1))]
            if chunk:
                # Cells that change all the time are read again with the others.  Otherwise two of them, of which one is
                # read while the other changes, would never be of one moment.
                chunk += [name for name in hot if name not in chunk][: capacity.reads - 1 - len(chunk)]
                read.difference_update(chunk)
            seen = await self.look(chunk)
            if last is not None and last.version != seen.version:
                stale = await self._stale(read, last.head, seen.head)
                waiting.extend(stale)
                hot |= dict.fromkeys(stale)
                read -= stale
                for name in stale:
                    found.pop(name, None)
            for name in chunk:
                found.pop(name, None)
            found.update(seen.cells)
            read.update(chunk)
            last = seen
            if not waiting and (capacity.atomic or not chunk):
                return Seen(seen.head, seen.version, found)
        raise MovingError("the store failed", detail="what was read kept changing")

    async def _stale(self, names: Collection[str], then: Head, now: Head) -> set[str]:
        """Which cells may have changed between two heads.  Only those of rows are in the feed."""
        try:
            commits = await self._feed.after(then.revision, now)
        except FeedTooOld:
            return set(names)
        changed = {ROWS + key for commit in commits for key in commit.names}
        return {name for name in names if name in changed or not name.startswith(ROWS)}

    async def _go_on(self, seen: Seen) -> None:
        """Write the next staged cells of a commit, unless somebody else has."""
        intent = seen.head.intent
        assert intent is not None
        name = stage_name(intent.id, intent.done)
        staged = (await self._cells.read([name])).get(name)
        if staged is None:
            cells = await self._cells.read([HEAD])
            if HEAD in cells and cells[HEAD].version == seen.version:
                raise StorageError("the store failed", detail=f"the cell {name!r} of the store is missing")
            return
        done = intent.done + 1
        rest = msgspec.structs.replace(intent, done=done) if done < intent.cells else None
        changes = decode_stage(name, staged.value) | {name: None, HEAD: seen.moved(intent=rest)}
        await self._cells.write(changes, seen.guard)
