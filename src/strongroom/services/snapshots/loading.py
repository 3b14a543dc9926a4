"""Loads snapshots for reading single items of them, on the node that got them.

A loaded snapshot is a file beside the others that this node works on.  All its processes read it.  Nothing in it is
decrypted but by the keyring of this cluster, when somebody reads it who may.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.lib.errors import InvalidRequest, NotFound, RateLimited, StorageError
from strongroom.lib.rand import uuid4
from strongroom.services.snapshots.taking import Snapshots
from strongroom.snapshot import loaded
from strongroom.snapshot.loaded import LoadedStore
from strongroom.snapshot.meta import Origin
from strongroom.snapshot.reading import Reading

KEPT_S: Final = 3600.0
"""How long a loaded snapshot stays on the node's disk."""
MOST: Final = 8
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OPEN: Final = 2


class Loaded(msgspec.Struct, frozen=True):
    """A snapshot that can be read."""

    id: str
    origin: Origin
    expires_at: float
    """When its file is removed, in seconds since the epoch by this machine's clock."""


class Loadings:
    """The loaded snapshots of a node, as one process sees them."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._open: dict[str, tuple[LoadedStore, Barrier]] = {}

    def _file(self, id_: str) -> Path:
        return self._snapshots.work / f".loaded-{id_}.db"

    async def load(self, file: BinaryIO) -> Loaded:
        """Load a snapshot of this cluster.

        Raises: `Damaged`, `InvalidRequest` for one of another cluster, `RateLimited` if there are `MOST` already.
        """
        if len(await self.all()) >= MOST:
            raise RateLimited(f"{MOST} snapshots are loaded already: unload one, or wait until one expires")
        self._snapshots.reserve()
        id_ = uuid4(self._snapshots.barrier.random)
        partial = self._file(id_).with_suffix(".partial")
        try:
            os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            reading = Reading(file)
            for _ in loaded.write(partial, reading.origin, reading.rows()):
                await asyncio.sleep(0)
            whole = reading.whole()
            await self._check(partial, vouched=whole.is_vouched_by(self._snapshots.key))
            partial.replace(self._file(id_))
        except OSError as error:
            raise StorageError(f"the snapshot cannot be loaded: {error.strerror}") from error
        finally:
            partial.unlink(missing_ok=True)
            self._snapshots.release()
        return Loaded(id_, whole.origin, time.time() + KEPT_S)

    async def _check(self, file: Path, *, vouched: bool) -> None:
        store = LoadedStore(file)
        try:
            keyring = await store.get(keys.KEYRING)
        finally:
            await store.close()
        if not vouched and (keyring is None or not self._snapshots.barrier.root.opens(keyring.value)):
            raise InvalidRequest("the snapshot is of another cluster: nothing in it can be decrypted here")

    async def all(self) -> list[Loaded]:
        """All that are loaded on this node.  Files that have had their time are removed."""
        found = []
        for file in sorted(self._snapshots.work.glob(".loaded-*.db")):
            id_ = file.name.removeprefix(".loaded-").removesuffix(".db")
            known = await self._known(id_)
            if known is not None:
                found.append(known)
        return found

    async def _known(self, id_: str) -> Loaded | None:
        file = self._file(id_)
        try:
            expires_at = file.stat().st_mtime + KEPT_S
        except FileNotFoundError:
            await self._forget(id_)
            return None
        if time.time() >= expires_at:
            await self.remove(id_)
            return None
        store = LoadedStore(file)
        await store.close()
        return Loaded(id_, store.origin, expires_at)

    async def get(self, id_: str) -> Loaded:
        """A loaded snapshot.  Raises `NotFound`."""
        known = await self._known(id_) if _ID.fullmatch(id_) else None
        if known is None:
            raise NotFound(f"no snapshot {id_[:64]} is loaded on this node")
        return known

    async def remove(self, id_: str) -> None:
        """Remove a loaded snapshot from the disk."""
        await self._forget(id_)
        if _ID.fullmatch(id_):
            self._file(id_).unlink(missing_ok=True)

    async def barrier(self, id_: str) -> Barrier:
        """The rows of a loaded snapshot, behind the keyring in use.  Raises `NotFound`."""
        await self.get(id_)
        if id_ not in self._open:
            while len(self._open) >= _OPEN:
                await self._forget(next(iter(self._open)))
            store = LoadedStore(self._file(id_))
            self._open[id_] = (store, await self._snapshots.barrier.over(store))
        return self._open[id_][1]

    async def _forget(self, id_: str) -> None:
        known = self._open.pop(id_, None)
        if known is not None:
            await known[0].close()
