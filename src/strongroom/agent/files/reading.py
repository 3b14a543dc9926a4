"""Reads a file for a template: text of a bounded length, of a regular file."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import Final

from strongroom.agent.files.beneath import open_beneath
from strongroom.template.values import text_of

MOST_BYTES: Final = 4 * 1024 * 1024
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
"""Not waiting is for pipes, which are refused."""


class FileUnreadable(Exception):
    """A file can't be read.  The text says which and why."""


@dataclass(frozen=True, slots=True)
class FileText:
    """What a file held.

    Attributes:
        mark: what is another one when the file has changed.
    """

    text: str = field(repr=False)
    mark: tuple[int, ...]


def read_file(path: str, sandbox: str = "", *, follows_link: bool = True) -> str:
    """The text of a file.  Bytes that aren't UTF-8 are kept as templates have them.

    Args:
        sandbox: the folder that it has to be in; empty for any.
        follows_link: whether it may be a symbolic link itself.

    Raises: `FileUnreadable`.
    """
    return read_marked(path, sandbox, follows_link=follows_link).text


def read_marked(path: str, sandbox: str = "", *, follows_link: bool = True) -> FileText:
    """The text of a file, with its mark.  Arguments and errors as those of `read_file`."""
    try:
        descriptor = _opened(path, sandbox, _FLAGS if follows_link else _FLAGS | os.O_NOFOLLOW)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise FileUnreadable(f"{path}: {_kind(found.st_mode)}")
            with os.fdopen(descriptor, "rb", closefd=False) as opened:
                data = opened.read(MOST_BYTES + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise FileUnreadable(f"{path}: {reason(error)}") from error
    if len(data) > MOST_BYTES:
        raise FileUnreadable(f"{path}: is longer than {MOST_BYTES} bytes")
    return FileText(text_of(data), _mark(found))


def mark_of(path: str, sandbox: str = "") -> tuple[int, ...]:
    """The mark of a file, without reading it.  Raises `FileUnreadable`."""
    try:
        descriptor = _opened(path, sandbox, _FLAGS)
        try:
            return _mark(os.fstat(descriptor))
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise FileUnreadable(f"{path}: {reason(error)}") from error


def reason(error: OSError | ValueError) -> str:
    """Why the operating system refused, in lower case."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


def _kind(mode: int) -> str:
    return "is a directory" if stat.S_ISDIR(mode) else "is no regular file"


def _opened(path: str, sandbox: str, flags: int) -> int:
    return open_beneath(sandbox, path, flags) if sandbox else os.open(path, flags)


def _mark(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
