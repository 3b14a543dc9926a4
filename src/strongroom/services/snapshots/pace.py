"""Goes through the rows of a snapshot without keeping other requests waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final

from strongroom.snapshot.rows import Row

_ROWS: Final = 64
_BYTES: Final = 128 * 1024
"""What is read and checked before other requests have their turn: a millisecond's work."""


async def unhurried(rows: Iterator[Row]) -> AsyncIterator[Row]:
    """The rows, with pauses in which others have their turn.  Raises as the iterator."""
    count = size = 0
    for row in rows:
        yield row
        count += 1
        size += len(row[1])
        if count >= _ROWS or size >= _BYTES:
            await asyncio.sleep(0)
            count = size = 0
