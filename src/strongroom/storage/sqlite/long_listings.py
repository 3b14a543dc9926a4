"""Listings that are so long that other requests are served between their parts."""

from __future__ import annotations

import asyncio
from contextlib import closing

from strongroom.storage.base import Listing
from strongroom.storage.sqlite.reader import Reader

PART = 1000
"""Names that are read at once, in about a millisecond."""


class LongListings:
    """Reads them one after the other, each from a snapshot of its own.

    Args:
        reader: nobody else uses it.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._one = asyncio.Lock()

    async def listing(self, prefix: str, after: str, limit: int | None, *, deep: bool) -> Listing:
        """See `Reader.list`, or with `deep` `Reader.scan`.  Raises `StorageError`."""
        async with self._one:
            number, names = 0, list[str]()
            with closing(self._reader.parts(prefix, after, limit, deep=deep, size=PART)) as parts:
                for part in parts:
                    number = part.revision
                    names += part.names
                    await asyncio.sleep(0)
            return Listing(number, names)

    async def close(self) -> None:
        """Close the connection, after the listing that is being read."""
        async with self._one:
            self._reader.close()
