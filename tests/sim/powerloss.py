"""A disk that remembers what was synced, and shows what is left of it after a power loss."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import TracebackType

import apsw

SECTOR_BYTES = 512


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written at an offset; in doubt until the file's next sync."""

    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file cut to a size; in doubt until the file's next sync."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """All that was done to the file before is on the disk."""

    file: str


@dataclass(frozen=True, slots=True)
class Delete:
    """A file removed."""

    file: str


Event = Write | Truncate | Sync | Delete


class RecordingDisk(apsw.VFS):
    """An SQLite VFS that works as the system's does and records every change, in order.

    Use it as a context manager; `name` goes to SQLite.  The shared memory is not on the disk and is not recorded.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self.events: list[Event] = []

    def __enter__(self) -> RecordingDisk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.unregister()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Open a file whose changes are recorded."""
        return _RecordedFile(self.events, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Record and remove."""
        self.events.append(Delete(Path(filename).name))
        super().xDelete(filename, syncdir)

    def image(self, moment: int, chance: Random | None = None) -> dict[str, bytes]:
        """The files as they are after the power failed when `moment` events had happened.

        Args:
            moment: an index into `events`.
            chance: decides, sector by sector, which of the changes that were never synced are there all the same;
                without it all of them are lost.
        """
        files: dict[str, bytearray] = {}
        doubtful: dict[str, list[Write | Truncate]] = {}
        for event in self.events[:moment]:
            match event:
                case Write(file) | Truncate(file):
                    doubtful.setdefault(file, []).append(event)
                case Sync(file):
                    content = files.setdefault(file, bytearray())
                    for change in doubtful.pop(file, []):
                        _apply(content, change)
                case Delete(file):
                    # A deletion that was not synced may be undone, but SQLite only deletes what no longer counts.
                    files.pop(file, None)
                    doubtful.pop(file, None)
        if chance is not None:
            for file, changes in doubtful.items():
                content = files.setdefault(file, bytearray())
                for change in changes:
                    for part in _torn(change, chance):
                        _apply(content, part)
        return {file: bytes(content) for file, content in files.items()}


class _RecordedFile(apsw.VFSFile):
    def __init__(self, events: list[Event], name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._events = events
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._file = Path(path).name if path else ""
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._events.append(Write(self._file, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._events.append(Truncate(self._file, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._events.append(Sync(self._file))


def _apply(content: bytearray, change: Write | Truncate) -> None:
    match change:
        case Write(_, offset, data):
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        case Truncate(_, size):
            content.extend(bytes(max(0, size - len(content))))
            del content[size:]


def _torn(change: Write | Truncate, chance: Random) -> list[Write | Truncate]:
    """The parts of a change that reached the disk."""
    if isinstance(change, Truncate):
        return [change] if chance.random() < 0.5 else []
    kind = chance.random()
    if kind < 0.3:
        return []
    if kind < 0.6:
        return [change]
    parts: list[Write | Truncate] = []
    start = 0
    while start < len(change.data):
        sector_end = ((change.offset + start) // SECTOR_BYTES + 1) * SECTOR_BYTES
        end = min(len(change.data), sector_end - change.offset)
        if chance.random() < 0.5:
            parts.append(Write(change.file, change.offset + start, change.data[start:end]))
        start = end
    return parts
