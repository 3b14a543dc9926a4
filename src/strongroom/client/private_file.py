"""Writing a file that only its owner may read."""

from __future__ import annotations

import errno
import os
import stat


def replace_private(path: str, content: bytes) -> None:
    """Put a file with mode 0600 at `path` in one step, so that nobody reads half of it.  An existing file is replaced.

    The content is never written into the existing file: others may be able to read it or have it open, or it may be an
    attacker's link.  A link is replaced by the file, and its target stays unchanged.

    Raises: `OSError`; what was there is still there then.  A device, such as `/dev/null`, isn't replaced.
    """
    try:
        kind = stat.S_IFMT(os.stat(path).st_mode)  # noqa: PTH116 - the command line uses this; see below
    except OSError:
        kind = stat.S_IFREG  # nothing is there, or a link that leads nowhere
    if kind not in {stat.S_IFREG, stat.S_IFDIR}:
        raise OSError(errno.EINVAL, "is no regular file", path)
    temporary = f"{path}.{os.urandom(8).hex()}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)  # noqa: PTH105 - the command line uses this, and pathlib is slow to import
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108 - as above
        raise
