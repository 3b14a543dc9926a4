"""A disk that fills up or fails on demand, as an SQLite VFS."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import apsw


class FaultyDisk(apsw.VFS):
    """Works as the system's VFS does, until told otherwise.  Use it as a context manager.

    Attributes:
        quota_bytes: a write that would make the directory larger than this finds the disk full.
        syncs_fail: whether every sync is an I/O error.
    """

    def __init__(self, name: str, directory: Path) -> None:
        super().__init__(name, "")
        self.name = name
        self.directory = directory
        self.quota_bytes: int | None = None
        self.syncs_fail = False

    def __enter__(self) -> FaultyDisk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.unregister()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Open a file that is subject to the disk's faults."""
        return _FaultyFile(self, name, flags)

    def used_bytes(self) -> int:
        """Room that the directory's files take."""
        return sum(path.stat().st_size for path in self.directory.iterdir())


class _FaultyFile(apsw.VFSFile):
    def __init__(self, disk: FaultyDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def excepthook(self, *error: object) -> bool:
        """The faults are raised on purpose; SQLite gets them as result codes."""
        return True

    def xWrite(self, data: bytes, offset: int) -> None:
        quota = self._disk.quota_bytes
        growth = max(0, offset + len(data) - self.xFileSize())
        if quota is not None and growth and self._disk.used_bytes() + growth > quota:
            raise apsw.FullError("the disk is full")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        if self._disk.syncs_fail:
            raise apsw.IOError("the disk failed")
        super().xSync(flags)
