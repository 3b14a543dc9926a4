"""Reads at one revision."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from strongroom.lib.errors import FeedTooOld, StorageError
from strongroom.storage.base import Delta, Entry, Listing, Revision, Snapshot
from strongroom.storage.conditional.cells import Cell, MovingError, Names
from strongroom.storage.conditional.foundation import Foundation
from strongroom.storage.conditional.holds import hold_lost
from strongroom.storage.conditional.layout import HEAD, ROWS, Past, Row, decode_row, part_names
from strongroom.storage.conditional.looking import Seen
from strongroom.storage.keys import is_key
from strongroom.storage.shared_question import SharedQuestion

_CLOCK_AGE_S: Final = 5.0
_ATTEMPTS: Final = 6
"""How often something is asked again that changed while it was read, until all others have to wait for it."""

Ask = Callable[[str, str, int | None, str], Awaitable[Names]]


class Reader:
    """Serves reads.

    Args:
        base: the store.
        parallel: the number of concurrent reads.
    """

    def __init__(self, base: Foundation, parallel: int) -> None:
        self._cells = base.cells
        self._looking = base.looking
        self._feed = base.feed
        self._holds = base.holds
        self._clock = base.clock
        self._patience_s = base.patience_s
        self._places = asyncio.Semaphore(parallel)
        self._newest = SharedQuestion(self._ask_newest)
        self._lists_beside = True
        """Whether the store gives a listing and the head of one moment."""

    async def close(self) -> None:
        """Serve the waiting callers."""
        await self._newest.close()

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        if not is_key(key):
            return None
        name = ROWS + key
        with contextlib.suppress(MovingError):
            async with self._places:
                seen = await self._looking.look([name])
                whole = await self._whole(seen.cells)
            if whole is not None:
                return whole.get(key)
        _, entries = await self._rows([key])
        return entries.get(key)

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        seen, entries = await self._rows([key for key in keys if is_key(key)])
        return Snapshot(seen.head.number, entries)

    async def list(self, prefix: str, after: str, limit: int | None) -> Listing:
        """The distinct next segments below `prefix`."""
        return await self._listing(self._cells.names, prefix, after, limit)

    async def scan(self, prefix: str, after: str, limit: int | None) -> Listing:
        """Every key below `prefix`, as its remainder."""
        return await self._listing(self._cells.keys, prefix, after, limit)

    async def synced(self) -> Revision:
        """The newest revision.  All waiting callers share one look at the head."""
        return await self._newest.answer()

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`, each once; raises `FeedTooOld`."""
        async with self._places:
            seen = await self._looking.look()
            commits = await self._feed.after(revision, seen.head)
        return list(dict.fromkeys(key for commit in commits for key in commit.names))

    async def delta(self, since: Revision, limit: int | None) -> Delta:
        """The rows written after `since`; raises `FeedTooOld`."""
        for _ in range(_ATTEMPTS):
            delta = await self._delta_once(since, limit)
            if delta is not None:
                return delta
        async with self._holds.hold(self._patience_s):
            delta = await self._delta_once(since, limit)
        if delta is None:
            raise hold_lost()
        return delta

    async def _delta_once(self, since: Revision, limit: int | None) -> Delta | None:
        """The rows written after `since`; None if more were written while this read, and no limit was reached."""
        async with self._places:
            seen = await self._looking.look()
            commits = await self._feed.after(since, seen.head, None if limit is None else max(limit, 1))
        keys = list(dict.fromkeys(key for commit in commits for key in commit.names))
        now, found = await self._rows(keys)
        through = Revision(commits[-1].number, commits[-1].id) if commits else since
        if through == seen.head.revision != now.head.revision:
            return None
        entries: dict[str, Entry | None] = dict.fromkeys(keys)
        entries.update(found)
        return Delta(now.head.revision, through, entries)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the feed holds the commit with this id."""
        async with self._places:
            seen = await self._looking.look()
            return await self._feed.holds(revision_id, seen.head)

    async def now(self) -> float:
        """The store's clock.  It is judged again when nothing has been read for a while."""
        if self._clock.monotonic() - self._looking.looked_at > _CLOCK_AGE_S:
            await self.synced()
        return self._looking.now()

    async def _ask_newest(self) -> Revision:
        return (await self._looking.look()).head.revision

    async def _rows(self, keys: Sequence[str]) -> tuple[Seen, dict[str, Entry]]:
        names = [ROWS + key for key in keys]
        with contextlib.suppress(MovingError):
            for _ in range(_ATTEMPTS):
                seen, whole = await self._rows_once(names)
                if whole is not None:
                    return seen, whole
        async with self._holds.hold(self._patience_s):
            seen, whole = await self._rows_once(names)
        if whole is None:
            raise StorageError("the store failed", detail="pieces of a large value are missing")
        return seen, whole

    async def _rows_once(self, names: Sequence[str]) -> tuple[Seen, dict[str, Entry] | None]:
        async with self._places:
            seen = await self._looking.snapshot(names)
            return seen, await self._whole(seen.cells)

    async def _whole(self, cells: dict[str, Cell]) -> dict[str, Entry] | None:
        """The rows in these cells.  None if a large value is no longer there, because its row was written again."""
        rows = {name[len(ROWS) :]: decode_row(name, cell.value) for name, cell in cells.items()}
        entries: dict[str, Entry] = {}
        for key, row in rows.items():
            value = row.value if row.parts is None else await self._joined(row)
            if value is None:
                return None
            entries[key] = Entry(value, row.revision)
        return entries

    async def _joined(self, row: Row) -> bytes | None:
        assert row.parts is not None
        names = part_names(row.parts)
        step = self._cells.capacity.reads
        pieces: list[bytes] = []
        for start in range(0, len(names), step):
            chunk = names[start : start + step]
            found = await self._cells.read(chunk)
            if len(found) < len(chunk):
                return None
            pieces += [found[name].value for name in chunk]
        value = b"".join(pieces)
        if len(value) != row.parts.size:
            raise StorageError("the store failed", detail=f"the pieces of a value have {len(value)} bytes together")
        return value

    async def _listing(self, ask: Ask, prefix: str, after: str, limit: int | None) -> Listing:
        async with self._places:
            for _ in range(_ATTEMPTS):
                listing = await self._listed_once(ask, prefix, after, limit)
                if listing is not None:
                    return listing
            # The names change faster than they can be read.
            async with self._holds.hold(self._patience_s) as hold_id:
                before = await self._looking.look()
                found = await ask(ROWS + prefix, after, limit, HEAD)
                then = await self._looking.look()
                # Others end a hold that stands still: this process may have been paused, or cut off.
                if then.head.hold is None or then.head.hold.id != hold_id or then.head.revision != before.head.revision:
                    raise hold_lost()
                return Listing(then.head.number, found.names)

    async def _listed_once(self, ask: Ask, prefix: str, after: str, limit: int | None) -> Listing | None:
        """A listing of one revision; None if names changed meanwhile."""
        if self._lists_beside:
            found = await ask(ROWS + prefix, after, limit, HEAD)
            if found.beside is not None:
                seen = self._looking.seen(found.beside)
                if seen.head.intent is None:
                    return Listing(seen.head.number, found.names)
        before = await self._looking.look()
        found = await ask(ROWS + prefix, after, limit, HEAD)
        then = await self._looking.look()
        self._lists_beside = found.beside is not None or not before.version
        return Listing(then.head.number, found.names) if await self._untouched(prefix, before, then) else None

    async def _untouched(self, prefix: str, before: Seen, then: Seen) -> bool:
        try:
            commits: list[Past] = await self._feed.after(before.head.revision, then.head)
        except FeedTooOld:
            return False
        return not any(key.startswith(prefix) for commit in commits for key in commit.names)
