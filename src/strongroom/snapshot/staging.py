"""Collects the rows of a snapshot in a file without a name, in the order of their keys.

A store is copied while it is written, so rows come more than once, and some are removed again.  They can be as many as
the store has, so they are kept on disk.  The values are encrypted as they are in the store.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

from strongroom.lib.errors import StorageError
from strongroom.snapshot.rows import Row, encoded_bytes

_SETTINGS = ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-8192")
_TABLE = "CREATE TABLE kv (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL)"


class Staging:
    """Rows on their way into a snapshot.  Use it as a context; the file is gone afterwards.

    Args:
        directory: where the file is made; it needs as much room as the store.

    Raises: `StorageError`, as all methods do, if the file can't be written.
    """

    def __init__(self, directory: Path) -> None:
        try:
            handle, name = tempfile.mkstemp(prefix=".strongroom-", suffix=".staging", dir=directory)
            os.close(handle)
        except OSError as error:
            raise StorageError(f"{directory} cannot be written: {error.strerror}") from error
        try:
            self._connection = apsw.Connection(name)
            for setting in _SETTINGS:
                self._connection.execute(f"PRAGMA {setting}")
            self._connection.execute(_TABLE)
        except apsw.Error as error:
            raise _failed(directory, error) from error
        finally:
            # Whatever becomes of this process, nothing stays behind.
            Path(name).unlink()
        self._directory = directory
        self._lock = threading.RLock()
        """Whoever gave up waiting for rows to be taken over may close this while a thread still takes them."""
        self._size: tuple[int, int] | None = None

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the rows from the disk."""
        with suppress(apsw.ConnectionClosedError):
            self._connection.interrupt()  # a thread may look at all rows, for seconds, which nobody waits for
        with self._lock:
            self._connection.close(True)

    async def put(self, rows: Mapping[str, bytes | None]) -> None:
        """Take rows over.  They replace earlier ones of the same keys; None removes a row."""
        await asyncio.to_thread(self._put, rows)

    def _put(self, rows: Mapping[str, bytes | None]) -> None:
        kept = [(key, value) for key, value in rows.items() if value is not None]
        gone = [(key,) for key, value in rows.items() if value is None]
        try:
            with self._lock, self._connection:
                self._size = None
                self._connection.executemany("INSERT OR REPLACE INTO kv VALUES (?, ?)", kept)
                self._connection.executemany("DELETE FROM kv WHERE key = ?", gone)
        except apsw.Error as error:
            raise _failed(self._directory, error) from error

    def size(self) -> tuple[int, int]:
        """The number of rows, and how many bytes they take in a snapshot.  Looks at all of them, once."""
        with self._lock:
            if self._size is None:
                self._size = self._measured()
            return self._size

    def _measured(self) -> tuple[int, int]:
        rows = size = 0
        for key_bytes, value_bytes, count in self._ask(
            "SELECT length(CAST(key AS BLOB)), length(value), count(*) FROM kv GROUP BY 1, 2"
        ):
            rows += count
            size += count * encoded_bytes(key_bytes, value_bytes)
        return rows, size

    def rows(self) -> Iterator[Row]:
        """All rows, in the order of their keys."""
        yield from self._rows("SELECT key, value FROM kv ORDER BY key")

    def below(self, prefix: str) -> list[Row]:
        """The rows whose keys begin with a prefix, which ends in `/`.  For a few rows."""
        with self._lock:
            return list(self._rows("SELECT key, value FROM kv WHERE key >= ? AND key < ?", prefix, prefix[:-1] + "0"))

    def get(self, key: str) -> bytes | None:
        """The value of one row."""
        with self._lock:
            found = list(self._rows("SELECT key, value FROM kv WHERE key = ?", key))
        return found[0][1] if found else None

    def _rows(self, query: str, *bindings: str) -> Iterator[Row]:
        yield from self._ask(query, bindings)

    def _ask(self, query: str, bindings: tuple[str, ...] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query, bindings)
        except apsw.Error as error:
            raise _failed(self._directory, error) from error


def _failed(directory: Path, error: apsw.Error) -> StorageError:
    return StorageError(
        f"the rows of a snapshot cannot be kept in {directory}", detail=f"{type(error).__name__}: {error}"
    )
