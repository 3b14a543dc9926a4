"""Moves an audit file that has its size out of the way: `audit.log` becomes `audit.log.1`, and so on.

All processes of a node see each second whether the file has its size, and one of them moves it.  The others notice that
another file is at the path, and go on there.  No file is touched that isn't a log of this server.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import msgspec

from strongroom.audit.file.opening import Ground, Unfit, directory_of, is_own_log
from strongroom.lib.durations import parse_size_bytes
from strongroom.lib.errors import InvalidRequest

LEAST_BYTES: Final = 64 * 1024
_MOST_FILES: Final = 1000
_NUMBER: Final = re.compile("[1-9][0-9]{0,5}")
_STILL_S: Final = 10.0
"""How long nobody may have written to a file that is removed.

A process that was held up may still write to one that was moved meanwhile.
"""


class Rotation(msgspec.Struct, frozen=True):
    """When a file is moved away, and how many of those are kept."""

    max_bytes: int = 0
    """0: never."""
    max_files: int = 0
    """0: all."""


class Move(NamedTuple):
    """What becomes of a file that was moved away before, by its number."""

    number: int
    to: int
    """0: it is removed."""


def rotation_of(options: Mapping[str, str]) -> Rotation:
    """The rotation that a device's options ask for.  Raises `InvalidRequest`."""
    size, files = options.get("max_bytes", ""), options.get("max_files", "")
    max_bytes = parse_size_bytes(size) if size else 0
    if max_bytes and max_bytes < LEAST_BYTES:
        raise InvalidRequest(f"max_bytes is {LEAST_BYTES} bytes at least, or 0 for files of any size")
    if files and not (files.isascii() and files.isdigit() and len(files) < 5 and int(files) <= _MOST_FILES):
        raise InvalidRequest(f"max_files is a number up to {_MOST_FILES}, or 0 to keep all")
    if files and int(files) and not max_bytes:
        raise InvalidRequest("max_files needs max_bytes")
    return Rotation(max_bytes, int(files or 0))


def moves(present: Collection[int], max_files: int) -> list[Move]:
    """What to do with earlier files so that number 1 is free, in this order (pure).

    Args:
        present: their numbers.
    """
    last = 0
    while last + 1 in present:
        last += 1
    kept = [Move(number, number + 1) for number in range(last, 0, -1)]
    if not max_files:
        return kept
    gone = [Move(number, 0) for number in sorted(present, reverse=True) if number >= max_files]
    return gone + [move for move in kept if move.number < max_files]


def rotate(real: str, descriptor: int, max_files: int, ground: Ground) -> bool:
    """Move a file away, unless another process is doing so or has done so.

    Args:
        real: the file's path, without symbolic links. descriptor: it, opened. ground: knows this server's own logs.

    Returns: whether it was moved.
    Raises: `Unfit` if an earlier file isn't one of this server's logs, or was written to just now. `OSError`.
    """
    directory, name = os.path.split(real)
    parent = directory_of(directory)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_at(descriptor, name, parent):
            return False
        planned = moves(_numbers(name, parent), max_files)
        for move in planned:
            _check(f"{name}.{move.number}", parent, ground, removed=not move.to)
        for move in planned:
            if move.to:
                os.rename(f"{name}.{move.number}", f"{name}.{move.to}", src_dir_fd=parent, dst_dir_fd=parent)
            else:
                os.unlink(f"{name}.{move.number}", dir_fd=parent)
        os.rename(name, f"{name}.1", src_dir_fd=parent, dst_dir_fd=parent)
    except BlockingIOError:
        return False
    finally:
        os.close(parent)
    return True


def _is_at(descriptor: int, name: str, parent: int) -> bool:
    found, here = os.stat(name, dir_fd=parent, follow_symlinks=False), os.fstat(descriptor)
    return (found.st_dev, found.st_ino) == (here.st_dev, here.st_ino)


def _numbers(name: str, parent: int) -> set[int]:
    """The numbers of the files that were moved away."""
    readable = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=parent)
    try:
        found = os.listdir(readable)  # noqa: PTH208 - of a descriptor, so that it is this directory
    finally:
        os.close(readable)
    endings = (each.removeprefix(name + ".") for each in found if each.startswith(name + "."))
    return {int(ending) for ending in endings if _NUMBER.fullmatch(ending)}


def _check(name: str, parent: int, ground: Ground, *, removed: bool) -> None:
    if not is_own_log(name, parent, ground):
        raise Unfit(f'"{name}" is no audit log of this server')
    if removed and os.stat(name, dir_fd=parent, follow_symlinks=False).st_mtime > time.time() - _STILL_S:
        raise Unfit(f'"{name}" was written to just now')
