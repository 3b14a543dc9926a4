"""Rows that are put into a running region's store past its API: nobody reads them, but they are copied like others."""

from __future__ import annotations

import asyncio
import os

from tests.conformance.regions.pair import Region

from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.storage.sqlite import SqliteStorage

_PAGE = 1000


def put(region: Region, count: int, row_bytes: int = 400) -> None:
    """Write this many rows, over those of an earlier call."""

    async def work() -> None:
        storage = SqliteStorage(region.node.directory / "store", SystemClock(), SystemRandom())
        await storage.start()
        try:
            for first in range(0, count, _PAGE):
                numbers = range(first, min(first + _PAGE, count))
                await storage.commit({}, {f"shared/root/bench/row-{n:07d}": os.urandom(row_bytes) for n in numbers}, {})
        finally:
            await storage.close()

    asyncio.run(work())
