"""The files beside the database, and the locks between processes."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from strongroom.lib.errors import StorageError

DATABASE = "strongroom.db"
COMMIT_LOCK = "strongroom.lock"
TURN_LOCK = "strongroom.turn.lock"
UPKEEP_LOCK = "strongroom.upkeep.lock"


def prepare_directory(directory: Path) -> Path:
    """Create the store's directory (0700) and an empty database file (0600), where missing.

    Returns: the database file's path.
    Raises: `StorageError` with the path and the reason.
    """
    database = directory / DATABASE
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives the log and the shared memory the mode of the database file.  It would create that with 0644.
        # O_EXCL: opening and closing an existing one would drop the POSIX locks that this process holds on it.
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        entry = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)
    except FileExistsError:
        pass  # the normal case; the file is checked below
    except OSError as error:
        raise unusable(directory, error) from error
    if not database.is_file():
        raise StorageError(f"the storage path {directory} cannot be used", detail=f"{database} is no regular file")
    if not os.access(database, os.R_OK | os.W_OK) or not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise unusable(directory, PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(database)))
    return database


def unwritable(directory: Path) -> str:
    """Why the directory can't be written, such as a read-only file system; empty if it can."""
    for path in (directory, directory / DATABASE):
        if not os.access(path, os.W_OK):
            return f"{path} can't be written by user {os.geteuid()}, or its file system is read-only"
    return ""


def unusable(directory: Path, error: OSError) -> StorageError:
    """The error for a directory or file that can't be opened."""
    return StorageError(
        f"the storage path {directory} cannot be used: {error.strerror}",
        detail=f"{error.filename}, as user {os.geteuid()}",
    )


class OpenedFile:
    """The database file as it was opened.

    If somebody replaces or removes the file, this process still has the old one open, which no other process will see.
    Commits to it would be acknowledged, but lost when this process ends.

    Attributes:
        in_place: whether the file was still in its place at the last check.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        found = path.stat()
        self._identity = (found.st_dev, found.st_ino)
        self.in_place = True

    def look(self) -> bool:
        """Check whether the file is still in its place."""
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self.in_place = False
        else:
            self.in_place = (found.st_dev, found.st_ino) == self._identity
        return self.in_place

    def missed(self) -> StorageError:
        """The error to raise while the file isn't in its place."""
        return StorageError(
            "the store failed",
            detail=f"{self._path} was replaced or removed while it was in use: stop the server before you restore it",
        )


class FileLock:
    """An advisory lock between processes.  The kernel releases it when its holder dies.

    It uses `flock`, not `fcntl`, because a `flock` belongs to the open file, so two stores of one process exclude each
    other too.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unusable(path.parent, error) from error

    def try_acquire(self) -> bool:
        """Take the lock if it is free."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def acquire(self) -> None:
        """Wait for the lock and take it.  Blocks without the interpreter lock."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)

    def release(self) -> None:
        """Give the lock back."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file.  This releases the lock, unless a forked child still has the file open."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class FairLock:
    """The lock that every commit needs.  A waiting process gets it before the process that has just released it.

    The kernel wakes a process that waits in `flock`, but doesn't hand the lock over.  A busy process would take it
    again and again before the other one runs.  So a process that wants the lock first takes a second lock, the turn,
    and waits there if another process has it.
    """

    def __init__(self, directory: Path) -> None:
        self._lock = FileLock(directory / COMMIT_LOCK)
        self._turn = FileLock(directory / TURN_LOCK)

    def try_acquire(self) -> bool:
        """Take the lock if it is free and no process waits for it."""
        if not self._turn.try_acquire():
            return False
        try:
            return self._lock.try_acquire()
        finally:
            self._turn.release()

    def acquire(self) -> None:
        """Wait for the lock and take it.  Blocks without the interpreter lock."""
        self._turn.acquire()
        try:
            self._lock.acquire()
        finally:
            self._turn.release()

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def close(self) -> None:
        """Close both files.  This releases the lock, unless a forked child still has them open."""
        self._lock.close()
        self._turn.close()
