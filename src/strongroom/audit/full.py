"""An audit device whose file system is full, and what it took of several lines."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Sequence

from strongroom.lib.errors import Unavailable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class DeviceFullError(Unavailable):
    """The entry wasn't written whole, because the device's file system is full.

    Args:
        file_system: the number of its device, as `st_dev` has it.
    """

    def __init__(self, text: str, *, file_system: int, detail: str) -> None:
        super().__init__(text, detail=detail)
        self.file_system = file_system


def untaken(text: str, detail: str, descriptor: int, error: OSError | None = None) -> Unavailable:
    """The error for an entry that wasn't written whole.

    Args:
        error: the error of the write; None if a part was written.
    """
    if error is None or error.errno in _FULL:
        with contextlib.suppress(OSError):
            return DeviceFullError(text, file_system=os.fstat(descriptor).st_dev, detail=detail)
    return Unavailable(text, detail=detail)


def whole(lines: Sequence[bytes], written: int) -> int:
    """How many of the lines were written whole (pure).

    Args:
        written: the bytes that one write of all the lines has taken.
    """
    for taken, line in enumerate(lines):
        if written < len(line):
            return taken
        written -= len(line)
    return len(lines)
