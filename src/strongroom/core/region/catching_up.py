"""Brings a follower from the state that it has to the newest one of the first region."""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.core.region.replica import Replica
from strongroom.services.region import checking, wire
from strongroom.services.region.link import Asking, RegionRefused
from strongroom.services.region.records import Commit, Progress, Staging
from strongroom.services.region.wire import Point

MOST_AT_ONCE: Final = 2000
"""Rows that are taken over in one commit.  More are gathered first."""
MOST_BYTES_AT_ONCE: Final = 12 << 20
_MOST_ANSWERS: Final = 64
"""Answers that are put together before they are kept in the store: each may lead to the next commit, and no further."""
_LEAST, _FEW_BYTES, _MANY_BYTES = 16, 1 << 20, 8 << 20


class CatchingUp:
    """Asks for changes and has them taken over; one step after the other.

    Args:
        term: of the first region that is followed.
    """

    def __init__(self, replica: Replica, asking: Asking, term: int) -> None:
        self._replica = replica
        self._asking = asking
        self._term = term
        self._limit = 64

    async def step(self) -> bool:
        """Do one step.  Returns whether this region has what was the newest when it asked.

        Raises: `RegionRefused`, `UpstreamFailed`, `StorageError`.
        """
        progress = await self._replica.progress()
        staging = progress.staging
        if staging is not None and staging.ready:
            await self._replica.complete(staging)
            return False
        if staging is None and not progress.commit.number:
            staging = await self._begin_whole()
        try:
            if staging is None:
                return await self._take(progress)
            return await (self._gather(staging) if staging.copied else self._copy(staging))
        except RegionRefused as refused:
            if refused.reason != "gone":
                raise
            await self._begin_whole()
            return False

    async def _begin_whole(self) -> Staging:
        asked = wire.Ask(self._term, Point(0, b""))
        head = await self._asking.ask(wire.HEAD, asked, wire.HeadSaid)
        checking.check_head(asked.since, head)
        staging = Staging(commit=_commit(head.head), as_of=head.at, whole=True)
        await self._replica.begin(staging)
        return staging

    async def _copy(self, staging: Staging) -> bool:
        """Gather a page of the whole copy, and what was changed meanwhile."""
        page = await self._asking.ask(wire.PAGE, wire.AskPage(self._term, staging.after, self._limit), wire.PageSaid)
        checking.check_page(staging.after, page)
        self._adapt(sum(map(len, page.rows.values())), len(page.rows))
        staging = msgspec.structs.replace(staging, after=page.last or staging.after, copied=not page.last)
        await self._replica.gather(page.rows, staging)
        if page.last:
            # Keeps up with the writers: the feed has a limited length, and a copy can take hours.
            await self._changes(staging)
        return False

    async def _gather(self, staging: Staging) -> bool:
        said = await self._changes(staging)
        if said.head == said.through:
            ready = msgspec.structs.replace(staging, commit=_commit(said.through), as_of=said.at)
            await self._replica.complete(ready)
            return True
        return False

    async def _changes(self, staging: Staging) -> wire.RowsSaid:
        said = await self._rows(staging.commit, None, wait=False)
        moved = msgspec.structs.replace(staging, commit=_commit(said.through), as_of=said.at)
        await self._replica.gather(said.rows, moved)
        return said

    async def _take(self, progress: Progress) -> bool:
        """Take over what has changed; if that is too much for one commit, gather it first."""
        said = await self._rows(progress.commit, progress, wait=True)
        rows, answers = dict(said.rows), 1
        while said.head != said.through and not _much(rows) and answers < _MOST_ANSWERS:
            said = await self._rows(_commit(said.through), None, wait=False)
            rows |= said.rows
            answers += 1
        commit = _commit(said.through)
        if said.head == said.through and not _much(rows):
            if commit != progress.commit:
                await self._replica.take(rows, commit, said.at)
            return True
        staging = Staging(commit=commit, as_of=said.at, copied=True)
        await self._replica.begin(msgspec.structs.replace(staging, commit=progress.commit))
        await self._replica.gather(rows, staging)
        return False

    async def _rows(self, since: Commit, progress: Progress | None, *, wait: bool) -> wire.RowsSaid:
        asked = wire.Ask(
            self._term,
            Point(since.number, since.id),
            limit=self._limit,
            wait=wait,
            reached=Point(progress.commit.number, progress.commit.id) if progress is not None else None,
            as_of=progress.as_of if progress is not None else 0.0,
        )
        said = await self._asking.ask(wire.ROWS, asked, wire.RowsSaid)
        checking.check_rows(asked.since, said)
        self._adapt(sum(len(value) for value in said.rows.values() if value), len(said.rows))
        return said

    def _adapt(self, size: int, rows: int) -> None:
        """Ask for more at once while rows are small, and for less when they are large."""
        if size > _MANY_BYTES:
            self._limit = max(_LEAST, self._limit // 4)
        elif size < _FEW_BYTES and rows >= self._limit // 2:
            self._limit = min(wire.MOST_KEYS, self._limit * 2)


def _much(rows: dict[str, bytes | None]) -> bool:
    return len(rows) > MOST_AT_ONCE or sum(len(value) for value in rows.values() if value) > MOST_BYTES_AT_ONCE


def _commit(point: Point) -> Commit:
    return Commit(number=point.number, id=point.id)
