"""The file of entries that a target will never take."""

from __future__ import annotations

import os
from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024
"""The most bytes that one device may set aside.

After that, entries wait in the spool, and the spool's limit stops the server, because a target that refuses everything
is no audit log.
"""


def set_aside(file: Path, line: bytes) -> None:
    """Append an entry, and sync it to the disk.

    An entry may be appended twice, if the process is killed before it stores that it is done.

    Args:
        line: ends in a newline.

    Raises: `OSError` if the whole entry isn't on the disk.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(file, flags, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size + len(line) > MAX_BYTES:
            raise OSError(f"{file} holds {size} bytes: read it, mend the target, and move the file away")
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # ends a line that a full disk has cut
        if os.write(descriptor, line) != len(line):
            raise OSError(f"{file} took only part of an entry")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
