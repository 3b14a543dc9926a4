"""Writing a file that only its owner may read."""

from __future__ import annotations

import os


def replace_private(path: str, content: bytes) -> None:
    """Put a file with mode 0600 at `path`, whatever is there, in one step: nobody ever reads half of it.

    The content never goes into what was there: a file that others may read, one that somebody else still has open, or
    a link that somebody laid out.  A link is replaced by the file, and what it led to stays as it is.

    Raises: `OSError`; what was there is still there then.
    """
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
