"""What a store does while its server doesn't answer, and afterwards."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import StorageError
from strongroom.storage.base import Storage
from tests import stopping

GENEROUS_S = 60.0


async def back(storage: Storage) -> None:
    """Return once the store works again, by itself."""
    async with asyncio.timeout(GENEROUS_S):
        while True:
            try:
                await storage.commit({}, {"back": b""}, {})
            except StorageError:
                await asyncio.sleep(0.05)
                continue
            return


async def keeps_nobody_waiting(storage: Storage, pid: int) -> None:
    """Reads and commits are errors while a server stands still; when it goes on, so does the store."""
    stopping.stop(pid)
    try:
        async with asyncio.timeout(GENEROUS_S):
            for call in (storage.synced, lambda: storage.get("a"), lambda: storage.commit({}, {"b": b""}, {})):
                with pytest.raises(StorageError):
                    await call()
    finally:
        stopping.go_on(pid)
    await back(storage)
