"""Opens a file that can't be outside of a folder, whoever changes links in it meanwhile."""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from pathlib import PurePosixPath
from typing import Final

_MOST_LINKS: Final = 40
"""As many as the kernel follows.  Source: path_resolution(7)"""
_LOOK: Final = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


class Outside(OSError):
    """A path leads out of the folder."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EXDEV, "is outside of sandbox_path", path)


def open_beneath(folder: str, path: str, flags: int) -> int:
    """Open what a path names, as if the folder were the root: `/etc/x` is the folder's own `etc/x`.

    A path that begins with the folder's is taken as it is meant.

    Args:
        flags: for `os.open`.

    Returns: a descriptor.

    Raises:
        Outside: the path, or a link on the way, goes above the folder by `..`.
        OSError: as `os.open` does.
    """
    root = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    opened = [root]
    try:
        parts, links = deque(_parts(path, folder)), 0
        while parts:
            name = parts.popleft()
            if name == "..":
                if len(opened) == 1:
                    raise Outside(path)
                os.close(opened.pop())
                continue
            found = os.open(name, _LOOK, dir_fd=opened[-1])
            if stat.S_ISLNK(os.fstat(found).st_mode):
                target = _target(found)
                links += 1
                if links > _MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
                if target.startswith("/"):
                    _close(opened[1:])
                    del opened[1:]
                parts.extendleft(reversed(_parts(target, folder)))
            elif parts:
                opened.append(found)
            else:
                os.close(found)
                return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=opened[-1])
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    finally:
        _close(opened)


def _target(link: int) -> str:
    try:
        return os.readlink("", dir_fd=link)
    finally:
        os.close(link)


def _parts(path: str, folder: str) -> list[str]:
    pure, base = PurePosixPath(path), PurePosixPath(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are
    if pure.is_absolute():
        pure = pure.relative_to(base if pure.is_relative_to(base) else "/")
    return [part for part in pure.parts if part != "."]


def _close(descriptors: list[int]) -> None:
    for each in descriptors:
        os.close(each)
