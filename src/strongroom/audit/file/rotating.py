"""Moves an audit file that has its size out of the way: `audit.log` becomes `audit.log.20261128T002046Z`.

All processes of a node see each second whether the file has its size, and one of them moves it.  The others notice that
another file is at the path, and go on there.  Files that were moved before keep their names, so none has to be looked
at, unless the oldest are removed: of those, only such as are logs of this server.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from strongroom.audit.file.opening import Ground, Unfit, directory_of, is_own_log
from strongroom.lib.durations import parse_size_bytes
from strongroom.lib.errors import InvalidRequest

LEAST_BYTES: Final = 1024 * 1024
_MOST_FILES: Final = 1000
_ENDING: Final = re.compile(r"\.[0-9]{8}T[0-9]{6}Z")
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


def excess(names: Collection[str], name: str, max_files: int) -> list[str]:
    """The oldest files that have to go before another one is moved away (pure).

    Args:
        names: of all files of the directory. name: of the log. max_files: how many are kept; 0 for all.
    """
    if not max_files:
        return []
    moved = _moved(names, name)
    return moved[: max(0, len(moved) + 1 - max_files)]


def moved_names(parent: int, name: str) -> list[str]:
    """The files of a directory that a log was moved away to, the oldest first.  Raises `OSError`."""
    return _moved(_names(parent), name)


def _moved(names: Collection[str], name: str) -> list[str]:
    return sorted(each for each in names if each.startswith(name) and _ENDING.fullmatch(each, len(name)))


def rotate(real: str, descriptor: int, max_files: int, ground: Ground, now: float) -> bool:
    """Move a file away, unless another process is doing so or has done so.

    Args:
        real: the file's path, without symbolic links. descriptor: it, opened. ground: knows this server's own logs.
        now: seconds since the epoch.

    Returns: whether it was moved.
    Raises: `Unfit` if a file that has to go isn't one of this server's logs, or was written to just now. `OSError`.
    """
    directory, name = os.path.split(real)
    parent = directory_of(directory)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_at(descriptor, name, parent):
            return False
        names = _names(parent)
        moved = name + datetime.fromtimestamp(now, UTC).strftime(".%Y%m%dT%H%M%SZ")
        if moved in names:
            return False  # one was moved in this second
        gone = excess(names, name, max_files)
        for each in gone:
            _check(each, parent, ground, now)
        for each in gone:
            os.unlink(each, dir_fd=parent)
        os.rename(name, moved, src_dir_fd=parent, dst_dir_fd=parent)
    except BlockingIOError:
        return False
    finally:
        os.close(parent)
    return True


def _is_at(descriptor: int, name: str, parent: int) -> bool:
    found, here = os.stat(name, dir_fd=parent, follow_symlinks=False), os.fstat(descriptor)
    return (found.st_dev, found.st_ino) == (here.st_dev, here.st_ino)


def _names(parent: int) -> list[str]:
    readable = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=parent)
    try:
        return os.listdir(readable)  # noqa: PTH208 - of a descriptor, so that it is this directory
    finally:
        os.close(readable)


def _check(name: str, parent: int, ground: Ground, now: float) -> None:
    if not is_own_log(name, parent, ground):
        raise Unfit(f'"{name}" is no audit log of this server')
    if os.stat(name, dir_fd=parent, follow_symlinks=False).st_mtime > now - _STILL_S:
        raise Unfit(f'"{name}" was written to just now')
