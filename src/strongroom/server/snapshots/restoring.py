"""Restores a snapshot in the place of a store that isn't in use."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from strongroom.barrier.restored import Restored
from strongroom.lib.clock import SystemClock
from strongroom.server.snapshots.files import inspected, require_restorable
from strongroom.server.snapshots.place import Place, SnapshotError, check_owner, place_of, told
from strongroom.server.stores import DATABASE
from strongroom.snapshot.reading import Reading
from strongroom.snapshot.restoring import check_fits, largest, require_vacant
from strongroom.snapshot.restoring import restore as replace
from strongroom.storage.base import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to restore.

    Attributes:
        forced: also a snapshot whose seals can't be opened here.
        frozen: whether leases don't end, nothing rotates and no webhook is posted until an operator says go.
        progress: called with the number of rows so far.
    """

    forced: bool = False
    frozen: bool = True
    progress: Callable[[int], None] | None = None


def restore(paths: tuple[str, ...], file: str, wanted: Wanted) -> str:
    """Put a snapshot in the place of the store that these configuration files name.

    Returns: the directory in which the files of the earlier store are; empty if there was none.
    Raises: `SnapshotError`, and then nothing has changed in a store on this machine.  A store of another kind isn't
        served if this breaks off, until it was carried out whole.
    """
    place, snapshot = place_of(paths), Path(file)
    found = inspected(snapshot)
    require_restorable(snapshot, found, forced=wanted.forced)
    if place.directory is not None:
        kept = _local(place, place.directory, snapshot, wanted, is_copy=found.whole is None)
        return str(kept) if kept is not None else ""
    if found.whole is None:
        raise SnapshotError(f"{file} is a copy of a store in SQLite: it can be restored into such a store only")
    with told():
        asyncio.run(_into(place.opened(), snapshot, wanted))
    return ""


def _local(place: Place, directory: Path, snapshot: Path, wanted: Wanted, *, is_copy: bool) -> Path | None:
    above = next(part for part in (directory, *directory.parents) if os.access(part, os.F_OK))
    database = directory / DATABASE
    check_owner(database if os.access(database, os.F_OK) else above, may_make=above != directory)
    from strongroom.storage.sqlite import snapshot as copies  # noqa: PLC0415 - a backend is imported when it is used

    aside = _unused(directory, f"before-restore-{SystemClock().now():.0f}")
    with told():
        if is_copy:
            return copies.restore(directory, snapshot, aside)
        copies.require_unused(directory)
        with _beside(directory) as new:
            fresh = Place(place.type, {**place.options, "path": str(new)}, new)
            asyncio.run(_into(fresh.opened(), snapshot, wanted))
            return copies.restore(directory, new / DATABASE, aside)


@contextmanager
def _beside(directory: Path) -> Iterator[Path]:
    """A directory for a new store, on the same file system; removed at the end."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix="incoming-", dir=directory))
    try:
        yield new
    finally:
        shutil.rmtree(new)


def _unused(place: Path, name: str) -> str:
    """The name, with a number behind it if it is taken: two restores may come within a second."""
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next((each for each in names if not os.access(place / each, os.F_OK)), name)


async def _into(storage: Storage, snapshot: Path, wanted: Wanted) -> None:
    """Load a snapshot into a store that is empty, or that an earlier restore has left incomplete."""
    try:
        await storage.start()
        await require_vacant(storage)
        with snapshot.open("rb") as file:
            check_fits(storage.limits, largest(Reading(file)))
            file.seek(0)
            reading = Reading(file)
            await replace(storage, reading, restored_from(reading, frozen=wanted.frozen), wanted.progress)
    finally:
        await storage.close()


def restored_from(reading: Reading, *, frozen: bool) -> Restored:
    """What a store says of its restore from a snapshot."""
    origin = reading.origin
    return Restored(
        at=SystemClock().now(),
        frozen=frozen,
        taken_at=origin.created_at,
        revision=origin.revision,
        commit=origin.commit,
        rows=origin.rows,
    )
