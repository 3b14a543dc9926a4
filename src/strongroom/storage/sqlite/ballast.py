"""The disk reserve: a file that only takes space, and is freed in parts when the disk is full."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

BALLAST = "strongroom.ballast"
_PARTS: Final = 64
_LEAST_PART_BYTES: Final = 64 << 10
_NEARLY_FULL: Final = 4
"""The disk counts as nearly full with less free space than this many reserves."""


class Ballast:
    """Disk space for revocations, deletions and their audit entries while the disk is full.

    While the reserve isn't complete, every process commits only changes that don't make the store larger. It is freed
    part by part, because any request can use up free disk space, also one that reads or logs.
    """

    def __init__(self, directory: Path, size_bytes: int) -> None:
        self._path = directory / BALLAST
        self._size_bytes = size_bytes
        self._part_bytes = max(size_bytes // _PARTS, _LEAST_PART_BYTES)

    def present(self) -> bool:
        """Whether it is complete."""
        try:
            return self._path.stat().st_size >= self._size_bytes
        except FileNotFoundError:
            return False

    def left_bytes(self) -> int:
        """The present size of it."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def half_bytes(self) -> int:
        """The part that only requests that free space may use."""
        return self._size_bytes // 2

    def free_bytes(self) -> int:
        """Free space on its file system."""
        room = os.statvfs(self._path.parent)
        return room.f_bavail * room.f_frsize

    def is_nearly_full(self) -> bool:
        """Whether the disk may be full soon."""
        return self.free_bytes() < _NEARLY_FULL * self._size_bytes

    def share(self, file_system: int, *, rescue: bool) -> bool:
        """Free a part for the audit log; see `base.Reserve`."""
        if self._path.parent.stat().st_dev != file_system:
            return False
        return self.give_up(0 if rescue else self.half_bytes)

    def spares(self) -> bool:
        """Whether requests that don't free space may use it; see `base.Reserve`."""
        return self.left_bytes() > self.half_bytes or self.free_bytes() > self._part_bytes

    def give_up(self, keep_bytes: int = 0) -> bool:
        """Free a part of it for the next write.  Returns False if nothing is left.

        Args:
            keep_bytes: leave this much.
        """
        try:
            held = self._path.stat().st_size
        except FileNotFoundError:
            return False
        if held <= keep_bytes:
            return False
        left = max(keep_bytes, held - self._part_bytes)
        with contextlib.suppress(FileNotFoundError):  # another process has just freed the rest
            if left:
                os.truncate(self._path, left)
            else:
                self._path.unlink()
        return True

    def restore(self) -> bool:
        """Create it again, if the disk then still has the same amount free.  Returns whether it is complete."""
        if self.present():
            return True
        # A remaining part is replaced, so for a moment there are two files.
        if self.free_bytes() < max(2 * self._size_bytes - self.left_bytes(), self._size_bytes):
            return False
        partial = self._path.with_suffix(".partial")
        try:
            fd = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if self._size_bytes:
                    os.posix_fallocate(fd, 0, self._size_bytes)
            finally:
                os.close(fd)
            partial.rename(self._path)
        except OSError:
            # Another program may have used the space meanwhile.  The next round tries again.
            partial.unlink(missing_ok=True)
            return False
        return True
