"""Reads an audit log backwards, a piece at a time: the file, then the files that it was moved away to.

So a search finds what happened lately at once, in a log of any size, and no request reads more than one piece.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from strongroom.audit.file.opening import Ground, directory_of, is_own_log, real_path
from strongroom.audit.file.rotating import moved_names
from strongroom.lib.errors import InvalidRequest

PIECE_BYTES: Final = 4 * 1024 * 1024
_BEHIND_BYTES: Final = 256 * 1024
"""How far behind a piece answers to its requests are looked for."""
_TRIES: Final = 10
"""How often a log is read anew whose files were moved meanwhile.  They are moved once a second at most."""
_PLACE: Final = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW


class Piece(msgspec.Struct, frozen=True):
    """Some lines of a log, the oldest first."""

    lines: tuple[bytes, ...]
    behind: tuple[bytes, ...]
    """Lines that follow, among them answers to requests of the piece."""
    before: str
    """Where the piece before it ends; empty if it is the first of the log."""
    left_bytes: int
    """How much of the log is before it."""
    passed_over: int = 0
    """Lines that end here and are longer than a piece, so that nobody has looked at them."""


class _File(msgspec.Struct, frozen=True):
    name: str
    inode: int
    size: int


def read_piece(path: str, ground: Ground, before: str, most_bytes: int = PIECE_BYTES) -> Piece:
    """The piece of a log that ends at a place.

    Args:
        path: of the log. ground: knows this server's own logs; others are passed over.
        before: the place, from the piece behind it; empty for the end of the log.
        most_bytes: how long it is.  A line that is longer still is passed over, and counted.

    Raises: `InvalidRequest` for a place that isn't of this log, or was removed meanwhile, or if files are moved away
    again and again. `OSError`.
    """
    directory, name = os.path.split(real_path(path))
    parent = directory_of(directory)
    try:
        for _ in range(_TRIES):
            here = _layout(name, parent)
            try:
                piece = _read(name, parent, ground, before, most_bytes)
            except (FileNotFoundError, InvalidRequest):
                if here == _layout(name, parent):
                    raise
                continue
            # What was moved away in the middle of this would be in no piece, and nobody would know.
            if here == _layout(name, parent):
                return piece
    finally:
        os.close(parent)
    raise InvalidRequest("the files of the log are being moved away: try again in a moment")


def _read(name: str, parent: int, ground: Ground, before: str, most_bytes: int) -> Piece:
    files = _files(name, parent, ground)
    at, end = _found(files, before)
    while at < len(files) and end == 0:
        at, end = at + 1, files[at + 1].size if at + 1 < len(files) else 0
    if at >= len(files):
        return Piece((), (), "", 0)
    return _piece(files, at, end, parent, most_bytes)


def _layout(name: str, parent: int) -> dict[str, int]:
    """Which file has which of the log's names."""
    found = {}
    for each in (name, *moved_names(parent, name)):
        with contextlib.suppress(FileNotFoundError):
            found[each] = os.stat(each, dir_fd=parent, follow_symlinks=False).st_ino
    return found


def _files(name: str, parent: int, ground: Ground) -> list[_File]:
    """The files of a log, the newest first."""
    found = []
    for each in (name, *reversed(moved_names(parent, name))):
        try:
            status = os.stat(each, dir_fd=parent, follow_symlinks=False)
            if stat.S_ISREG(status.st_mode) and status.st_size and is_own_log(each, parent, ground):
                found.append(_File(each, status.st_ino, status.st_size))
        except FileNotFoundError:
            continue  # it was moved or removed meanwhile
    return found


def _found(files: list[_File], before: str) -> tuple[int, int]:
    """Which file a place is in, and where."""
    if not before:
        return 0, files[0].size if files else 0
    if match := _PLACE.fullmatch(before):
        inode, end = int(match[1]), int(match[2])
        for at, file in enumerate(files):
            if file.inode == inode and end <= file.size:
                return at, end
    raise InvalidRequest("that place of the log is gone: begin at its end again")


def _piece(files: list[_File], at: int, end: int, parent: int, most_bytes: int) -> Piece:
    file = files[at]
    # With the byte before the piece, which tells whether a line begins with it.
    start = max(0, end - most_bytes - 1)
    with _opened(file.name, parent) as descriptor:
        data = os.pread(descriptor, end - start, start)
        behind = os.pread(descriptor, _BEHIND_BYTES, end)
    if not behind and at > 0:
        with _opened(files[at - 1].name, parent) as descriptor:
            behind = os.pread(descriptor, _BEHIND_BYTES, 0)
    cut = data.find(b"\n") + 1 if start else 0
    if start and cut in {0, len(data)}:
        # It is part of one line, which is passed over, and counted where it ends.
        first, lines, passed_over = start, b"", int(cut > 0)
    else:
        first, lines, passed_over = start + cut, data[cut:], 0
    older = sum(each.size for each in files[at + 1 :])
    place = f"{file.inode}-{first}" if first or older else ""
    return Piece(_whole_lines(lines), _whole_lines(behind), place, first + older, passed_over)


def _whole_lines(data: bytes) -> tuple[bytes, ...]:
    """What behind the last line's end is being written, or was cut."""
    return tuple(line for line in data[: data.rfind(b"\n") + 1].split(b"\n") if line)


@contextmanager
def _opened(name: str, parent: int) -> Iterator[int]:
    descriptor = os.open(name, _FLAGS, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
