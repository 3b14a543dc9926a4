"""A snapshot as a store that can only be read: for single items of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import apsw
import msgspec

from strongroom.lib.errors import StorageError
from strongroom.snapshot.meta import Origin
from strongroom.snapshot.rows import MOST_VALUE_BYTES, Row
from strongroom.storage import keys
from strongroom.storage.base import (
    Add,
    Committer,
    Condition,
    Delta,
    Entry,
    Fence,
    Limits,
    Listing,
    Reserve,
    Revision,
    Snapshot,
)

_SETTINGS: Final = ("journal_mode=OFF", "synchronous=OFF")
_REVISION: Final = Revision(1, b"\0" * 16)
"""All rows are of one moment."""
_TABLES: Final = (
    "CREATE TABLE kv (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL)",
    "CREATE TABLE about (origin BLOB NOT NULL)",
)


def write(file: Path, origin: Origin, rows: Iterable[Row]) -> Iterator[int]:
    """Write the rows of a snapshot to a new file.  Yields the number of rows so far, now and then.

    Raises: `StorageError`.
    """
    try:
        connection = apsw.Connection(str(file))
        try:
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            with connection:
                for table in _TABLES:
                    connection.execute(table)
                connection.execute("INSERT INTO about VALUES (?)", (msgspec.json.encode(origin),))
                for count, row in enumerate(rows, 1):
                    connection.execute("INSERT INTO kv VALUES (?, ?)", row)
                    if not count % 64:
                        yield count
        finally:
            connection.close(True)
    except apsw.Error as error:
        raise StorageError("the snapshot could not be loaded", detail=f"{type(error).__name__}: {error}") from error


class LoadedStore:
    """The rows of a file that `write` has written.  See `Storage`; whatever would change something raises.

    Raises: `StorageError` if the file can't be read.
    """

    limits = Limits(keys=4096, bytes=MOST_VALUE_BYTES, value_bytes=MOST_VALUE_BYTES)
    immediate = True
    reserve: Reserve | None = None

    def __init__(self, file: Path) -> None:
        uri = f"file:{quote(str(file))}?mode=ro&immutable=1"
        try:
            self._connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
            content = self._connection.execute("SELECT origin FROM about").fetchall()
            self.origin = msgspec.json.decode(content[0][0], type=Origin)  # type: ignore[arg-type]
        except (apsw.Error, IndexError, msgspec.MsgspecError) as error:
            raise StorageError("the loaded snapshot cannot be read", detail=str(error)) from error

    def condition(self) -> Condition:
        """Nothing is wrong with it."""
        return Condition()

    async def start(self) -> None:
        """Do nothing: it is open."""

    async def close(self) -> None:
        """Close the file."""
        self.shut()

    def shut(self) -> None:
        """Close the file, without waiting."""
        self._connection.close(True)

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        found = self._ask("SELECT value FROM kv WHERE key = ?", key)
        return Entry(found[0][0], 1) if found else None

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`."""
        found = {key: await self.get(key) for key in keys}
        return Snapshot(1, {key: entry for key, entry in found.items() if entry is not None})

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments of the keys below `prefix`."""
        keys.check_page(prefix, after, limit)
        names: list_[str] = []
        begin = keys.list_start(prefix, after)
        end = keys.below(prefix) if prefix else "\U0010ffff"
        while limit is None or len(names) < limit:
            found = self._ask("SELECT key FROM kv WHERE key >= ? AND key < ? ORDER BY key LIMIT 1", begin, end)
            if not found:
                break
            name = keys.name_below(prefix, found[0][0])
            if name > after:
                names.append(name)
            begin = keys.list_start(prefix, name)
        return Listing(1, names)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`, as its remainder."""
        keys.check_page(prefix, after, limit)
        end = keys.below(prefix) if prefix else "\U0010ffff"
        query = "SELECT key FROM kv WHERE key >= ? AND key > ? AND key < ? ORDER BY key LIMIT ?"
        found = self._ask(query, prefix, prefix + after, end, -1 if limit is None else limit)
        return Listing(1, [key[len(prefix) :] for (key,) in found])

    async def synced(self) -> Revision:
        """The only revision."""
        return _REVISION

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """Nothing."""
        return ()

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """Nothing."""
        return Delta(_REVISION, _REVISION, {})

    async def committed(self, revision_id: bytes) -> bool:
        """Nothing is ever committed."""
        return False

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Refuse to write; what was read hasn't changed."""
        if writes or adds:
            raise _read_only()
        return _REVISION

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """Refuse."""
        raise _read_only()

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Nobody gets a role."""
        return None

    async def unlock(self, fence: Fence) -> None:
        """Do nothing."""

    async def now(self) -> float:
        """The time that the rows are of."""
        return self.origin.created_at

    def _ask(self, query: str, *bindings: object) -> list_[Any]:
        try:
            return self._connection.execute(query, bindings).fetchall()
        except apsw.Error as error:
            raise StorageError("the loaded snapshot cannot be read", detail=str(error)) from error


list_ = list


def _read_only() -> StorageError:
    return StorageError("a snapshot can only be read")
