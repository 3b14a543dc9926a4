"""The files of one device in the spool, and the locks between its writers and the forwarder.

    0000000000000001    a segment: entries, in the order in which they were taken
    target              where they go
    options             what else the device says of that, as JSON; only where it says something
    position            how far the forwarder is
    order               its lock is held while segments are made or removed
    writers             every process that has the device open shares its lock
    ended               the device is configured no more

The file `{name}.undeliverable` beside the directory has the entries that the target will never take.  It outlives the
device.  The operator reads and removes it.

Writers append only to the newest segment, and create a new one when it is full.  They check the size under a shared
lock, so an older segment never grows again.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

PATIENCE_S = 1.0
"""How long a request waits for a lock.

Locks are held for microseconds, unless their holder was stopped.  On a machine with ten times more work than
processors, a holder may not run for a fifth of a second.
"""
_PAUSE_S = 0.0002
_DIRECTORY_MODE = 0o700
_FILE_MODE = 0o600
_DIGITS = 16


class Locked(OSError):
    """Another process has held the lock for too long."""


def try_lock(descriptor: int, kind: int) -> bool:
    """Take a lock if it is free.

    Args:
        kind: `fcntl.LOCK_SH` or `fcntl.LOCK_EX`.
    """
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock(descriptor: int, kind: int) -> None:
    """Take a lock.  Raises `Locked` if it isn't free in time."""
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
        self.undeliverable = directory.with_name(directory.name + ".undeliverable")
        self._target = directory / "target"
        self._options = directory / "options"
        self._order = directory / "order"
        self._ended = directory / "ended"

    def make(self) -> None:
        """Create the directory, readable for its owner only.  Raises `OSError`."""
        self.directory.parent.mkdir(parents=True, exist_ok=True, mode=_DIRECTORY_MODE)
        self.directory.mkdir(exist_ok=True, mode=_DIRECTORY_MODE)

    def segments(self) -> list[int]:
        """The segments by number, oldest first."""
        return sorted(int(name) for name in os.listdir(self.directory) if len(name) == _DIGITS and name.isdecimal())  # noqa: PTH208 - a name is all that is wanted

    def segment(self, number: int) -> Path:
        """A segment's file."""
        return self.directory / f"{number:0{_DIGITS}d}"

    def segments_bytes(self) -> int:
        """The size of all segments.  A segment that is removed meanwhile may or may not count."""
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
        """Keep other processes from creating or removing segments.  Raises `Locked`, `OSError`."""
        descriptor = self.open(self._order, os.O_RDWR | os.O_CREAT)
        try:
            lock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @property
    def target(self) -> str:
        """The target of the entries; empty if it isn't stored yet."""
        try:
            return self._target.read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return ""

    @property
    def options(self) -> dict[str, str]:
        """The device's options for its target.  Raises `OSError` if the file has another content."""
        try:
            text = self._options.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        try:
            return {str(name): str(value) for name, value in json.loads(text).items()}
        except (ValueError, AttributeError) as error:
            raise OSError(f"{self._options} holds no options") from error

    def aim(self, target: str, options: Mapping[str, str]) -> None:
        """Store the target.  The options are written first, because a directory with a target counts as complete."""
        if options and self.options != options:
            self._put(self._options, json.dumps(dict(options)))
        if self.target != target:
            self._put(self._target, target)

    def _put(self, file: Path, text: str) -> None:
        """Write a file whole or not at all, because the forwarder may read it at any time."""
        new = file.with_suffix(f".{os.getpid()}")
        descriptor = self.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as opened:
            opened.write(text)
        new.rename(file)

    @property
    def ended(self) -> bool:
        """Whether the device was marked as no longer configured.  Opening it removes the mark."""
        return self._ended.exists()

    @ended.setter
    def ended(self, ended: bool) -> None:
        """Mark the device as no longer configured, or remove the mark.  Raises `OSError`."""
        if ended:
            os.close(self.open(self._ended, os.O_WRONLY | os.O_CREAT))
        else:
            self._ended.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove everything.  The caller must have the lock of `writers`.  Raises `OSError`.

        The position is removed first: segments without a position are forwarded again, and none is lost.  `writers` is
        removed last: a process that opens the device after that creates new files, which aren't removed.
        """
        self.position.unlink(missing_ok=True)
        for file in list(self.directory.iterdir()):
            if file != self.writers:
                file.unlink(missing_ok=True)
        self.writers.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # another process has created new files
            self.directory.rmdir()
