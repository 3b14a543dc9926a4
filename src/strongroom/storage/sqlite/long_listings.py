"""Listings that are so long that other requests are served between their parts."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from itertools import chain

from strongroom.lib.errors import FeedTooOld
from strongroom.storage.base import Listing
from strongroom.storage.sqlite.reader import Reader

PART = 1000
"""Names that are read at once, in about a millisecond."""


class LongListings:
    """Reads them one after the other, because each is in memory until it is answered.

    Each part is read at the newest revision, and the feed tells what has changed in the parts before.  So the whole is
    of the last one's revision.  One snapshot for all parts would be held for seconds on a busy server.  The log can't
    begin again meanwhile, and would grow without bounds while there is always a listing in one of the processes.

    Args:
        reader: its own, so that its pages don't evict those of short reads. size: names of a part.
    """

    def __init__(self, reader: Reader, size: int = PART) -> None:
        self._reader = reader
        self._size = size
        self._one = asyncio.Lock()

    async def listing(self, prefix: str, after: str, limit: int | None, *, deep: bool) -> Listing:
        """See `Reader.list`, or with `deep` `Reader.scan`.  Raises `StorageError`."""
        async with self._one:
            try:
                return await self._in_parts(prefix, after, limit, deep=deep)
            except FeedTooOld:  # between two parts others have committed more than the feed holds
                return (self._reader.scan if deep else self._reader.list)(prefix, after, limit)

    async def _in_parts(self, prefix: str, after: str, limit: int | None, *, deep: bool) -> Listing:
        names = _Names()
        size = self._size if limit is None else min(limit, self._size)
        part = self._reader.first_part(prefix, after, size, deep=deep)
        names.append(part.names)
        while len(part.names) == size and (limit is None or names.count < limit):
            await asyncio.sleep(0)
            read = part.names[-1]
            part = self._reader.next_part(prefix, after, size, deep=deep, read=read, since=part.revision)
            for name, is_there in part.changed.items():
                names.change(name, is_there=is_there)
            names.append(part.names)
        return Listing(part.revision.number, names.all()[:limit])

    async def close(self) -> None:
        """Close the connection, after the listing that is being read."""
        async with self._one:
            self._reader.close()


class _Names:
    """The names that were read, in their order.  A change touches one part alone, however many there are."""

    __slots__ = ("_firsts", "_parts", "count")

    def __init__(self) -> None:
        self._parts: list[list[str]] = []
        self._firsts: list[str] = []
        """With which name each part began when it was read."""
        self.count = 0

    def append(self, names: list[str]) -> None:
        """Add names that come after all others."""
        if names:
            self._parts.append(names)
            self._firsts.append(names[0])
            self.count += len(names)

    def change(self, name: str, *, is_there: bool) -> None:
        """Add a name that has come, or remove one that has gone, among those that were read."""
        part = self._parts[max(0, bisect_right(self._firsts, name) - 1)]
        at = bisect_left(part, name)
        was_there = at < len(part) and part[at] == name
        if is_there and not was_there:
            part.insert(at, name)
            self.count += 1
        elif was_there and not is_there:
            del part[at]
            self.count -= 1

    def all(self) -> list[str]:
        """All of them."""
        return list(chain.from_iterable(self._parts))
