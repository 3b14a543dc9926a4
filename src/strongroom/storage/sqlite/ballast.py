"""The reserve: a file that only takes room, and is given up in parts when the disk is full."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

BALLAST = "strongroom.ballast"
_PARTS: Final = 64
_LEAST_PART_BYTES: Final = 64 << 10


class Ballast:
    """Room for revoking, deleting and recording it while the disk is full.

    While it isn't there in full, in the view of every process, only what doesn't make the store larger is committed.
    It is given up part by part: what is free on the disk, anybody may take, who reads or logs as well as who deletes.
    """

    def __init__(self, directory: Path, size_bytes: int) -> None:
        self._path = directory / BALLAST
        self._size_bytes = size_bytes
        self._part_bytes = max(size_bytes // _PARTS, _LEAST_PART_BYTES)

    def present(self) -> bool:
        """Whether it is there in full."""
        try:
            return self._path.stat().st_size >= self._size_bytes
        except FileNotFoundError:
            return False

    def left_bytes(self) -> int:
        """How much of it is there."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def half_bytes(self) -> int:
        """What stays for those who make room, when all others have had their part."""
        return self._size_bytes // 2

    def free_bytes(self) -> int:
        """Room on its file system, for whoever comes."""
        room = os.statvfs(self._path.parent)
        return room.f_bavail * room.f_frsize

    def share(self, file_system: int, *, rescue: bool) -> bool:
        """Give a part up for the audit log; see `base.Reserve`."""
        if self._path.parent.stat().st_dev != file_system:
            return False
        return self.give_up(0 if rescue else self.half_bytes)

    def spares(self) -> bool:
        """Whether there is room for others than those who make some; see `base.Reserve`."""
        return self.left_bytes() > self.half_bytes or self.free_bytes() > self._part_bytes

    def give_up(self, keep_bytes: int = 0) -> bool:
        """Give a part of it to whoever writes next; False when there is no more to give.

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
        with contextlib.suppress(FileNotFoundError):  # another process has just given up the rest
            if left:
                os.truncate(self._path, left)
            else:
                self._path.unlink()
        return True

    def restore(self) -> bool:
        """Lay it in again, if that leaves as much room once more; returns whether it is there."""
        if self.present():
            return True
        # A part that is still there is replaced, so that for a moment there are two.
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
            # Another may have taken the room meanwhile; the next round tries again.
            partial.unlink(missing_ok=True)
            return False
        return True
