"""Restores a copy in the place of a store that isn't in use."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from strongroom.lib.errors import StorageError
from strongroom.lib.whole_file import sync, unwritable
from strongroom.storage.sqlite.files import DATABASE, FairLock, unusable

_INCOMING = f"{DATABASE}.incoming"
_SUFFIXES = ("", "-wal", "-shm")
_SHARED_FIRST, _SHARED_BYTES = 0x40000002, 510
"""The bytes of a database file that a connection with a write-ahead log locks from its first read on.

Source: https://sqlite.org/walformat.html#locks, and `SHARED_FIRST` in SQLite's `os.h`
"""


def restore(directory: Path, snapshot: Path, aside: str) -> Path | None:
    """Put a copy in the place of the store in `directory`.  A missing directory is created.

    Args:
        snapshot: the copy.  `describe` must have found it whole. aside: the name of a new subdirectory for the files of
            the old store.

    Returns: that directory; None if there was no store.
    Raises: `StorageError` if a process has the store open, or a file can't be written.  The store is unchanged then.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(directory, error) from error
    lock = FairLock(directory)
    try:
        # A server that starts now waits for this lock, and then opens the new file.
        if not lock.try_acquire():
            raise _used(directory)
        with _alone(directory / DATABASE):
            return _exchange(directory, snapshot, directory / aside)
    except OSError as error:
        raise unwritable(Path(error.filename or directory), error) from error
    finally:
        lock.close()


def require_unused(directory: Path) -> None:
    """Raises `StorageError` if a process has the store in `directory` open.  There may be none."""
    if (directory / DATABASE).exists():
        with _alone(directory / DATABASE):
            pass


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Keep all other processes from opening the database.  Raises `StorageError` if one has it open."""
    try:
        opened = os.open(database, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    try:
        # Without SQLite, so that a damaged database can be replaced too.
        fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_FIRST)
        yield
    except BlockingIOError as error:
        raise _used(database.parent) from error
    finally:
        os.close(opened)


def _exchange(directory: Path, snapshot: Path, aside: Path) -> Path | None:
    incoming, database = directory / _INCOMING, directory / DATABASE
    incoming.unlink(missing_ok=True)
    try:
        os.close(os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        shutil.copyfile(snapshot, incoming)
        sync(incoming)
        found = [directory / f"{DATABASE}{suffix}" for suffix in _SUFFIXES]
        found = [file for file in found if file.exists()]
        if found:
            aside.mkdir(mode=0o700)
        for file in found:
            os.link(file, aside / file.name)
        if found:
            sync(aside)
            sync(directory)
        # The database is moved first.  SQLite deletes a log without a database, but would apply an old log to the new
        # one.
        for file in found:
            file.unlink()
        sync(directory)
        incoming.rename(database)
        sync(directory)
    finally:
        incoming.unlink(missing_ok=True)
    return aside if found else None


def _used(directory: Path) -> StorageError:
    return StorageError(f"a process has the store at {directory} open: stop the server before you restore")
