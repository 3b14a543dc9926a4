"""Snapshots that tests make of small stores."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from strongroom.lib.rand import SystemRandom
from strongroom.snapshot.making import gather, written
from strongroom.snapshot.meta import Origin
from strongroom.snapshot.staging import Staging
from strongroom.storage.base import Storage
from strongroom.storage.inmem import InmemStorage
from tests.sim.clock import SetClock

KEY = b"k" * 32
MADE_AT = 1_800_000_000.0


async def store(rows: Mapping[str, bytes]) -> InmemStorage:
    """A started store with these rows."""
    storage = InmemStorage(SetClock(MADE_AT), SystemRandom())
    await storage.start()
    if rows:
        await storage.commit({}, rows, {})
    return storage


async def snapshot(storage: Storage, key: bytes | None = KEY) -> bytes:
    """A snapshot of a store."""
    about = Origin(version="1", created_at=MADE_AT, storage="inmem", revision=0, commit="", rows=0)
    with Staging(Path(tempfile.gettempdir())) as staging:
        return b"".join(written(staging, await gather(storage, staging, about), key))


async def content(storage: Storage) -> dict[str, bytes]:
    """All rows of a store."""
    names = (await storage.scan("")).names
    return {key: entry.value for key, entry in (await storage.get_many(names)).entries.items()}
