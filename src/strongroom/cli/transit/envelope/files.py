"""Files that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """A file that only its owner may read, and that has its name when the block ends without an error.

    Another name is used until then, in the same directory; an error removes it.

    Raises: `FileExistsError` if there is a file of the name, before or after the block.
    """
    if os.path.lexists(target):
        raise FileExistsError(f"{target} exists")
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # The name is taken first: `replace` alone would overwrite a file that has come meanwhile.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            Path(temporary).replace(target)
        except BaseException:
            target.unlink()
            raise
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
