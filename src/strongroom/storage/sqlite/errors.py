"""Classifies SQLite's errors."""

from __future__ import annotations

import apsw

from strongroom.lib.errors import StorageError, StorageFull


def is_full(error: apsw.Error) -> bool:
    """Whether the disk is full.  The shared memory's file reports that with its own code."""
    return isinstance(error, apsw.FullError) or getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE


def is_broken(error: apsw.Error) -> bool:
    """Whether this process can no longer trust the file: an I/O error, a malformed page."""
    return isinstance(error, apsw.IOError | apsw.CorruptError | apsw.NotADBError) and not is_full(error)


def storage_error(error: apsw.Error, doing: str) -> StorageError:
    """The error to raise for `error`, which occurred while `doing`."""
    detail = f"{doing}: {type(error).__name__}: {error}"
    if is_full(error):
        return StorageFull("the store has no room left", detail=detail)
    return StorageError("the store failed", detail=detail)
