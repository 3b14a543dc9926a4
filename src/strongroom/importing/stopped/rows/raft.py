"""The store of Vault's and OpenBao's integrated storage (`storage "raft"`): the file `vault.db`.

The file `raft/raft.db` beside it is the log, which isn't needed: a write is acknowledged when it is in `vault.db`.

Source: https://developer.hashicorp.com/vault/docs/internals/integrated-storage
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from strongroom.importing.stopped.rows import UnreadableStore
from strongroom.importing.stopped.rows.boltdb import Database

_FILE: Final = "vault.db"
_BUCKET: Final = b"data"


class RaftRows:
    """The store of a node.

    Args:
        path: the directory that the server's configuration names, or the file in it.

    Raises: `UnreadableStore`, also while a server has it open.
    """

    def __init__(self, path: Path) -> None:
        self._path = path / _FILE if path.is_dir() else path
        self._database = Database(self._path)

    @property
    def label(self) -> str:
        """The file."""
        return f"raft {self._path}"

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def get(self, key: str) -> bytes | None:
        """The stored value at `key`.  Raises `UnreadableStore`."""
        name = key.encode()
        found = next(self._database.items(_BUCKET, name), None)
        return found[1] if found is not None and found[0] == name else None

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below `prefix`.  Raises `UnreadableStore`."""
        start = prefix.encode()
        for name, _ in self._database.items(_BUCKET, start):
            if not name.startswith(start):
                return
            try:
                yield name.decode()
            except UnicodeDecodeError as error:
                raise UnreadableStore("the file has a key that is no text") from error
