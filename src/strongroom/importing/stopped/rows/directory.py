"""The store of Vault's and OpenBao's `storage "file"`: a directory for each folder, a JSON file for each row.

Source: https://developer.hashicorp.com/vault/docs/configuration/storage/filesystem
"""

from __future__ import annotations

import binascii
import os
import stat
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from strongroom.importing.stopped.rows import VALUE_BYTES, UnreadableStore

_FILE_BYTES: Final = VALUE_BYTES * 2
"""A value is written in base64, which takes a third more."""
_MARK: Final = "_"
"""Stands before a row's name, which tells it from a folder's."""


class _File(msgspec.Struct):
    Value: str


class DirectoryRows:
    """A store in a directory.

    Args:
        path: the directory that the server's configuration names.

    Raises: `UnreadableStore` if it isn't there, or has no rows of a server.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if not (path / "core").is_dir():
            raise UnreadableStore(f"{path} has no directory `core`, so no server's rows are there")

    @property
    def label(self) -> str:
        """The directory."""
        return f"file {self._path}"

    def close(self) -> None:
        """Nothing stays open between two reads."""

    def get(self, key: str) -> bytes | None:
        """The stored value at `key`.  Raises `UnreadableStore`."""
        folder, _, name = key.rpartition("/")
        if any(part in {"", ".", ".."} for part in key.split("/")) or "\0" in key:
            raise UnreadableStore(f"{key!r} is no key")
        try:
            # Neither a link nor a pipe, whose end might never come.
            descriptor = os.open(self._path / folder / (_MARK + name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreadableStore(f"{key}: {error.strerror}") from error
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > _FILE_BYTES:
                raise UnreadableStore(f"{key} is no file, or too large for a row")
            try:
                return b64decode(msgspec.json.decode(file.read(), type=_File).Value, validate=True)
            except (msgspec.DecodeError, binascii.Error, ValueError) as error:
                raise UnreadableStore(f"{key} isn't the file of a row") from error

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below `prefix`.  Raises `UnreadableStore`."""
        top = self._path / prefix

        def failed(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError):
                raise UnreadableStore(f"{error.filename}: {error.strerror}") from error

        for folder, folders, names in os.walk(top, onerror=failed):
            folders.sort()
            below = os.path.relpath(folder, self._path)
            yield from (f"{below}/{name[1:]}" for name in sorted(names) if name.startswith(_MARK))
