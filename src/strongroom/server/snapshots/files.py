"""Snapshot files: what they hold, as it is shown.  The copies of SQLite that earlier releases made are read too."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from strongroom.barrier import keys
from strongroom.lib.errors import StorageError
from strongroom.server.snapshots.place import SnapshotError, told
from strongroom.services.snapshots.shown import OPENED_HERE, described, shown
from strongroom.snapshot.reading import Whole, check
from strongroom.snapshot.stored import Damaged

_SQLITE: Final = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that was read to its end and is whole."""

    whole: Whole | None
    """None for a copy of SQLite."""
    initialized: bool
    document: dict[str, Any]


def inspect(file: str) -> dict[str, object]:
    """Read all of a snapshot, and tell what it holds.  Raises `SnapshotError` when it isn't whole."""
    return inspected(Path(file)).document


def inspected(file: Path) -> Inspected:
    """The same, for who restores it."""
    with told():
        try:
            return _database(file) if is_database(file) else _snapshot(file)
        except Damaged as error:
            raise SnapshotError(f"{file}: {error}") from error


def is_database(file: Path) -> bool:
    """Whether a file is a copy of SQLite.  Raises `StorageError` if it can't be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror}", detail=f"as user {os.geteuid()}") from error


def _snapshot(file: Path) -> Inspected:
    with file.open("rb") as opened:
        whole = check(opened)
        size = os.fstat(opened.fileno()).st_size
    return Inspected(whole, bool(whole.origin.seals), {**shown(whole), "size": size})


def _database(file: Path) -> Inspected:
    from strongroom.storage.sqlite import snapshot  # noqa: PLC0415 - a backend is imported when it is used

    found = snapshot.describe(file, keys.KEYRING)
    document = {
        "id": found.commit,
        "index": found.revision,
        "rows": found.rows,
        "size": found.size_bytes,
        "schema": found.schema,
        "initialized": found.initialized,
    }
    return Inspected(None, found.initialized, document)


def require_restorable(file: Path, found: Inspected, *, forced: bool) -> None:
    """Raises `SnapshotError` for a snapshot that nobody could unseal here, unless it is forced."""
    if not found.initialized:
        raise SnapshotError(f"{file} is of a store that was never initialized: there is nothing to restore in it")
    seals = found.whole.origin.seals if found.whole is not None else ()
    if seals and not forced and not any(seal.type in OPENED_HERE for seal in seals):
        told_ = "; ".join(map(described, seals))
        raise SnapshotError(f"no seal of the snapshot can be opened here: {told_}. Restore it all the same with -force")
