"""The file with the number of a process, for those who send it signals."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def write_pid(path: Path) -> None:
    """Write the number of this process.  Nobody else may change it: whoever sends a signal believes it.

    A link isn't followed: in a folder where others write, it could lead to any file of the machine.  What is no regular
    file stays, such as `/dev/null`.

    Raises: `OSError`.
    """
    descriptor = os.open(path, _FLAGS, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is no regular file", str(path))
        os.fchmod(descriptor, 0o644)
        os.ftruncate(descriptor, 0)
        file.write(f"{os.getpid()}\n".encode("ascii"))
