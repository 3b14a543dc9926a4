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
        # SQLite gives the log and the shared memory the mode of the database file, which it would make 0644 itself.
        # O_EXCL: opening and closing an existing one would drop the POSIX locks that this process holds on it.
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        entry = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)
    except FileExistsError:
        pass  # as at every start but the first; what it is is looked at below
    except OSError as error:
        raise unusable(directory, error) from error
    if not database.is_file():
        raise StorageError(f"the storage path {directory} cannot be used", detail=f"{database} is no regular file")
    if not os.access(database, os.R_OK | os.W_OK) or not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise unusable(directory, PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(database)))
    return database


def unwritable(directory: Path) -> str:
    """Why nothing can be written there any more: a file system that was mounted read-only, say; empty when it can."""
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

    Whoever puts another in its place, or removes it, leaves us with one that nobody else will ever see: what is
    committed to it would be acknowledged, and gone with this process.

    Attributes:
        in_place: whether it was still there at the last look.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        found = path.stat()
        self._identity = (found.st_dev, found.st_ino)
        self.in_place = True

    def look(self) -> bool:
        """Look whether it is still there."""
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self.in_place = False
        else:
            self.in_place = (found.st_dev, found.st_ino) == self._identity
        return self.in_place

    def missed(self) -> StorageError:
        """What to raise while it isn't there."""
        return StorageError(
            "the store failed",
            detail=f"{self._path} was replaced or removed while it was in use: stop the server before you restore it",
        )


class FileLock:
    """An advisory lock between processes; the kernel gives it back when its holder dies.

    `flock` and not `fcntl`: it belongs to this open file, so two stores of one process exclude each other too.
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
        """Close the file, which gives the lock back, unless a forked child still has it open."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class FairLock:
    """The lock that every commit needs; who waits for it gets it before who has just had it.

    The kernel wakes one that waits in `flock`, but doesn't hand the lock over: a busy process would take it again
    before the other one runs, time after time.  So whoever wants the lock queues at a second one, the turn, and who
    finds somebody there goes behind.
    """

    def __init__(self, directory: Path) -> None:
        self._lock = FileLock(directory / COMMIT_LOCK)
        self._turn = FileLock(directory / TURN_LOCK)

    def try_acquire(self) -> bool:
        """Take the lock if it is free and nobody waits for it."""
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
        """Close both files, which gives the lock back, unless a forked child still has them open."""
        self._lock.close()
        self._turn.close()
