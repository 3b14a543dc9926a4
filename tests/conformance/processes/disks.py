"""File systems of a size that a test decides."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


class SmallDisk:
    """A mounted file system in memory."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def resize(self, kibibytes: int) -> None:
        """Give it another size."""
        subprocess.run(["mount", "-o", f"remount,size={kibibytes}k", str(self.place)], check=True)

    def free_bytes(self) -> int:
        """Room that is left."""
        found = os.statvfs(self.place)
        return found.f_bavail * found.f_frsize


@contextlib.contextmanager
def small_disk(place: Path, kibibytes: int) -> Iterator[SmallDisk]:
    """A file system of that size at `place`, which is created.  Use it outside of what has files open there."""
    if os.geteuid() != 0:
        pytest.skip("mounting a file system of limited size needs root")
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(place)], check=True)
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
