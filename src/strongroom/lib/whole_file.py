"""Files that get their name only when they are whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from strongroom.lib.errors import StorageError


@contextmanager
def appearing(target: Path, *, replacing: bool = False) -> Iterator[Path]:
    """Yields an empty file (0600) beside `target`.  It gets the name `target` when the block ends without an error.

    Args:
        replacing: whether it takes the place of a file of that name, which is whole until then.  A link isn't followed,
            and stays; so does anything that is no file.

    Raises: `StorageError` if `target` exists and isn't to be replaced (it isn't changed), or if the directory can't be
        used.
    """
    partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}.partial")
    if os.path.lexists(target) and not (replacing and _is_file(target)):
        raise _taken(target)
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise unwritable(target, error) from error
    try:
        yield partial
        sync(partial)
        if replacing and _is_file(target):
            partial.replace(target)
        else:
            # A hard link, unlike a rename, never replaces a file that somebody has put there meanwhile.
            os.link(partial, target, follow_symlinks=False)
        sync(target.parent)
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        partial.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Sync a file or directory to the disk."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def unwritable(path: Path, error: OSError) -> StorageError:
    """The error for a file or its directory that can't be written."""
    return StorageError(f"{path} cannot be written: {error.strerror}", detail=f"as user {os.geteuid()}")


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _taken(target: Path) -> StorageError:
    return StorageError(f"{target} exists: it is not overwritten")
