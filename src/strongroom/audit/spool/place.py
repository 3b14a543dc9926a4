"""The files of one device in the spool, and the locks by which writers and the forwarder keep out of each other's way.

    0000000000000001    a segment: entries, in the order in which they were taken
    target              where they go
    position            how far the forwarder is
    order               its lock is held while segments are made or removed
    writers             every process that has the device open shares its lock
    ended               the device is configured no more

Only the newest segment is written to, and a new one is made when it has its size: so one that isn't the newest is
never written to again by anybody who looks at its size while sharing its lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE_S = 0.2
"""For how long a request waits for a lock.  Each is held for microseconds, unless its holder was stopped."""
_PAUSE_S = 0.0002
_DIRECTORY_MODE = 0o700
_FILE_MODE = 0o600
_DIGITS = 16


class Locked(OSError):
    """Somebody else has held the lock for too long."""


def try_lock(descriptor: int, kind: int) -> bool:
    """Take a lock if nobody is in the way.

    Args:
        kind: `fcntl.LOCK_SH` or `fcntl.LOCK_EX`.
    """
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock(descriptor: int, kind: int) -> None:
    """Take a lock.  Raises `Locked` when it isn't to be had in time."""
    if try_lock(descriptor, kind):
        return
    deadline = time.monotonic() + PATIENCE_S
    while not try_lock(descriptor, kind):
        if time.monotonic() > deadline:
            raise Locked("the spool is locked by a process that does not go on")
        time.sleep(_PAUSE_S)


class Place:
    """One device's directory in the spool."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.position = directory / "position"
        self.writers = directory / "writers"
        self._target = directory / "target"
        self._order = directory / "order"
        self._ended = directory / "ended"

    def make(self) -> None:
        """Make the directory, for its owner alone.  Raises `OSError`."""
        self.directory.parent.mkdir(parents=True, exist_ok=True, mode=_DIRECTORY_MODE)
        self.directory.mkdir(exist_ok=True, mode=_DIRECTORY_MODE)

    def segments(self) -> list[int]:
        """The segments by number, oldest first."""
        return sorted(int(name) for name in os.listdir(self.directory) if len(name) == _DIGITS and name.isdecimal())  # noqa: PTH208 - a name is all that is wanted

    def segment(self, number: int) -> Path:
        """A segment's file."""
        return self.directory / f"{number:0{_DIGITS}d}"

    def segments_bytes(self) -> int:
        """What all segments hold; one that is removed meanwhile counts or doesn't."""
        total = 0
        for number in self.segments():
            with contextlib.suppress(FileNotFoundError):
                total += self.segment(number).stat().st_size
        return total

    def open(self, path: Path, flags: int) -> int:
        """Open one of its files.  Raises `OSError`."""
        return os.open(path, flags | os.O_CLOEXEC, _FILE_MODE)

    @contextlib.contextmanager
    def in_order(self) -> Iterator[None]:
        """Let nobody else make or remove segments.  Raises `Locked`, `OSError`."""
        descriptor = self.open(self._order, os.O_RDWR | os.O_CREAT)
        try:
            lock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @property
    def target(self) -> str:
        """Where the entries go; empty while nobody has said."""
        try:
            return self._target.read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return ""

    @target.setter
    def target(self, target: str) -> None:
        if self.target != target:
            # Whole or not at all: the forwarder may be looking.
            new = self._target.with_suffix(f".{os.getpid()}")
            descriptor = self.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(target)
            new.rename(self._target)

    @property
    def ended(self) -> bool:
        """Whether the device was seen to be configured no more; who opens it says otherwise."""
        return self._ended.exists()

    @ended.setter
    def ended(self, ended: bool) -> None:
        if ended:
            os.close(self.open(self._ended, os.O_WRONLY | os.O_CREAT))
        else:
            self._ended.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove everything.  To be called with the lock of `writers`.  Raises `OSError`.

        The position goes first: whoever finds segments without one forwards them again, and loses none.  `writers` goes
        last: who opens the device from then on begins anew, and what he makes isn't taken from him.
        """
        self.position.unlink(missing_ok=True)
        for file in list(self.directory.iterdir()):
            if file != self.writers:
                file.unlink(missing_ok=True)
        self.writers.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # somebody has begun anew
            self.directory.rmdir()
