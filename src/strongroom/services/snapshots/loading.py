"""Loads snapshots for reading single items of them, on the node that got them.

A loaded snapshot is a file beside the others that this node works on.  All its processes read it.  Nothing in it is
decrypted but by the keyring of this cluster, when somebody reads it who may.

The directory may be one that all users of the machine write to.  So what isn't a file of our own is none of ours.
"""

from __future__ import annotations

import asyncio
import os
import re
import stat
import time
import weakref
from contextlib import suppress
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
_LEFT_S: Final = 24 * 3600.0
"""After that, a file that is being written belongs to a process that was killed."""
_UNFINISHED: Final = (".loaded-*.partial", ".strongroom-*.snap")


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
        self._ending: set[str] = set()
        """Those that are removed when their time is over."""
        self._sweep()

    def _file(self, id_: str) -> Path:
        return self._snapshots.work / f".loaded-{id_}.db"

    def _sweep(self) -> None:
        """Remove what an earlier process has left, now or when its time has come."""
        for file in (each for pattern in _UNFINISHED for each in self._snapshots.work.glob(pattern)):
            if (written_at := _written_at(file)) is not None and time.time() >= written_at + _LEFT_S:
                _unlink(file)
        for id_ in self._ids():
            self._end_later(id_)

    def _ids(self) -> list[str]:
        """The ids of all files that are loaded snapshots."""
        names = [each.name for each in self._snapshots.work.glob(".loaded-*.db")]
        found = sorted(name.removeprefix(".loaded-").removesuffix(".db") for name in names)
        return [id_ for id_ in found if _ID.fullmatch(id_) and _written_at(self._file(id_)) is not None]

    def _end_later(self, id_: str) -> None:
        """Have a loaded snapshot removed when its time is over, also if nobody asks for it any more."""
        if id_ in self._ending:
            return
        self._ending.add(id_)
        file = self._file(id_)
        left_s = (_written_at(file) or 0.0) + KEPT_S - time.time()
        # A sealed node must not hold keys by this.
        asyncio.get_running_loop().call_later(max(0.0, left_s), _end, weakref.ref(self), id_, file)

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
            self._end_later(id_)
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
        for id_ in self._ids():
            known = await self._known(id_)
            if known is not None:
                found.append(known)
        return found

    async def _known(self, id_: str) -> Loaded | None:
        file = self._file(id_)
        written_at = _written_at(file)
        if written_at is None:
            self.forget(id_)
            return None
        expires_at = written_at + KEPT_S
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
        self.forget(id_)
        if _ID.fullmatch(id_) and _written_at(self._file(id_)) is not None:
            self._file(id_).unlink(missing_ok=True)

    async def barrier(self, id_: str) -> Barrier:
        """The rows of a loaded snapshot, behind the keyring in use.  Raises `NotFound`."""
        await self.get(id_)
        if id_ not in self._open:
            while len(self._open) >= _OPEN:
                self.forget(next(iter(self._open)))
            store = LoadedStore(self._file(id_))
            self._open[id_] = (store, await self._snapshots.barrier.over(store))
            self._end_later(id_)
        return self._open[id_][1]

    def end(self, id_: str) -> None:
        """Close a loaded snapshot whose time is over."""
        self._ending.discard(id_)
        self.forget(id_)

    def forget(self, id_: str) -> None:
        """Close a loaded snapshot in this process."""
        known = self._open.pop(id_, None)
        if known is not None:
            known[0].shut()


def _end(loadings: weakref.ref[Loadings], id_: str, file: Path) -> None:
    if (alive := loadings()) is not None:
        alive.end(id_)
    _unlink(file)


def _unlink(file: Path) -> None:
    if _written_at(file) is not None:
        with suppress(OSError):
            file.unlink()


def _written_at(file: Path) -> float | None:
    """When a file of our own was written, in seconds since the epoch; None for anything else."""
    try:
        found = file.lstat()
    except OSError:
        return None
    is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
    return found.st_mtime if is_ours else None
