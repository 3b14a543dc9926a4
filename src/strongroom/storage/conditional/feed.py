"""Reads the change feed: cells with consecutive numbers, so that every store can fetch them by name."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.lib.errors import FeedTooOld
from strongroom.storage.base import Revision
from strongroom.storage.conditional.cells import Cells
from strongroom.storage.conditional.layout import Head, Past, decode_feed, feed_name


class Feed:
    """The feed of one store."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    async def after(self, since: Revision, head: Head, limit: int | None = None) -> list[Past]:
        """The commits after `since` until `head`, oldest first.

        Args:
            limit: the number of keys at which it stops, after a whole commit.

        Raises: `FeedTooOld` if the feed doesn't hold `since`.
        """
        if since == head.revision:
            return []
        if not 0 <= since.number < head.number or (since.number == 0 and since.id):
            raise FeedTooOld(detail=f"revision {since.number}")
        commits = await self.since(since.number, head, limit)
        later = [commit for commit in commits if commit.number > since.number]
        known = since.number == 0 or any((commit.number, commit.id) == (since.number, since.id) for commit in commits)
        if not known:
            raise FeedTooOld(detail=f"revision {since.number}")
        return later

    async def since(self, number: int, head: Head, limit: int | None = None) -> list[Past]:
        """The commits from `number` on until `head`, oldest first; one that is in several cells several times.

        Args:
            number: of a commit before the head; 0 for all that there ever were.
            limit: the number of keys after `number` at which it stops, after a whole commit.

        Raises: `FeedTooOld` if the feed doesn't reach back to it.
        """
        if number < 0 or (number == 0 and head.oldest > 1):
            raise FeedTooOld(detail=f"revision {number}")
        walk = _Walk(self._cells)
        place = await walk.place_of(number, head)
        found: list[Past] = []
        keys = 0
        while place <= head.newest:
            await walk.fetch(range(place, min(place + self._cells.capacity.reads, head.newest + 1)))
            while place in walk.fetched:
                for commit in walk.fetched.pop(place):
                    if limit is not None and keys >= limit and commit.number != found[-1].number:
                        return found
                    if commit.number >= number:
                        found.append(commit)
                    if commit.number > number:
                        keys += len(commit.names)
                place += 1
        return found

    async def holds(self, revision_id: bytes, head: Head) -> bool:
        """Whether a commit has this id."""
        step = self._cells.capacity.reads
        for end in range(head.newest, head.oldest - 1, -step):
            walk = _Walk(self._cells)
            try:
                await walk.fetch(range(max(head.oldest, end - step + 1), end + 1))
            except FeedTooOld:
                return False  # it was pruned while this looked, and it is older than all that were seen
            if any(commit.id == revision_id for commits in walk.fetched.values() for commit in commits):
                return True
        return False


class _Walk:
    """The cells of the feed that one question has fetched."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self.fetched: dict[int, list[Past]] = {}

    async def fetch(self, numbers: Iterable[int]) -> None:
        names = {feed_name(number): number for number in numbers if number not in self.fetched}
        if not names:
            return
        found = await self._cells.read(list(names))
        if len(found) < len(names):
            raise FeedTooOld(detail="the feed was pruned while it was read")
        for name, cell in found.items():
            self.fetched[names[name]] = decode_feed(name, cell.value)

    async def place_of(self, number: int, head: Head) -> int:
        """The first cell that has the commit `number`, or the first of all for number 0."""
        low, high = head.oldest, head.newest
        if number == 0:
            return low
        # Most ask for what is new since a moment ago.  There is at least one commit in a cell.
        near = max(low, high - min(head.number - number, self._cells.capacity.reads - 1))
        await self.fetch(range(near, high + 1))
        if near == low or self.fetched[near][0].number < number:
            low = near
        else:
            high = near
        while low < high:
            middle = (low + high) // 2
            await self.fetch([middle])
            if self.fetched[middle][-1].number < number:
                low = middle + 1
            else:
                high = middle
        if self.fetched.get(low) is None:
            await self.fetch([low])
        if self.fetched[low][0].number > number:
            raise FeedTooOld(detail=f"revision {number}")
        return low
