"""Reads: short synchronous calls on the event loop's thread, with a connection that never writes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import NamedTuple, TypeVar, cast

import apsw

from strongroom.lib.clock import Clock
from strongroom.lib.errors import FeedTooOld
from strongroom.storage.base import Delta, Entry, Listing, Revision, Snapshot
from strongroom.storage.keys import below, list_start, name_below, unpack_keys
from strongroom.storage.operations import Operation
from strongroom.storage.sqlite.errors import storage_error
from strongroom.storage.sqlite.rows import HEAD, Rows
from strongroom.storage.sqlite.schema import disconnect

_GET = "SELECT value, revision FROM kv WHERE key = ?"
# In SQLite every blob is greater than every text, so an empty blob is the upper end of all keys.
_RANGE = "SELECT key FROM kv WHERE key >= ? AND key < ? ORDER BY key"
_RANGE_LIMIT = _RANGE + " LIMIT ?"
_IS_KEY = "SELECT 1 FROM kv WHERE key = ?"
_IS_FOLDER = "SELECT 1 FROM kv WHERE key >= ? AND key < ? LIMIT 1"
_COMMIT = "SELECT id FROM feed WHERE number = ?"
_FEED = "SELECT number, id, keys FROM feed WHERE number > ? ORDER BY number"
_KNOWN = "SELECT 1 FROM feed WHERE id = ? LIMIT 1"
_END = b""

T = TypeVar("T")
list_ = list


class _Transaction:
    """A read transaction, so that several statements see one snapshot.  It ends within one turn of the event loop."""

    def __init__(self, connection: apsw.Connection, cursor: apsw.Cursor) -> None:
        self._connection = connection
        # The reader's own cursor: executing on it ends an unfinished listing, and so releases the read lock.
        self._execute = cursor.execute

    def __enter__(self) -> None:
        try:
            self._execute("BEGIN")
        except apsw.Error as error:
            raise storage_error(error, "reading") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._connection.in_transaction:
            try:
                self._execute("ROLLBACK")
            except apsw.Error as failed:
                raise storage_error(failed, "reading") from error
        if isinstance(error, apsw.Error):
            raise storage_error(error, "reading") from error


class Part(NamedTuple):
    """A part of a listing, and what has become of the parts before, at one revision.

    Attributes:
        changed: names of the parts before that may have come or gone since the last one, and whether they are there.
    """

    revision: Revision
    names: list_[str]
    changed: dict[str, bool]


class Reader:
    """Serves reads.  Each method is atomic, because it doesn't await."""

    def __init__(self, connection: apsw.Connection, clock: Clock) -> None:
        connection.execute("PRAGMA query_only = ON").fetchall()
        self._connection = connection
        cursor = connection.cursor()
        self._execute = cursor.execute
        self._snapshot = _Transaction(connection, cursor)
        self._rows = Rows(connection, clock)
        self._data_version = -1
        self._newest = Revision(0, b"")

    def close(self) -> None:
        """Close the connection."""
        disconnect(self._connection)

    def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        try:
            rows = self._execute(_GET, (key,)).fetchall()
        except apsw.Error as error:
            raise storage_error(error, "reading") from error
        except UnicodeEncodeError:
            return None
        return Entry(*cast("tuple[bytes, int]", rows[0])) if rows else None

    def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        entries: dict[str, Entry] = {}
        with self._snapshot:
            for key in keys:
                entry = self.get(key)
                if entry is not None:
                    entries[key] = entry
            return Snapshot(self._head().number, entries)

    def list(self, prefix: str, after: str, limit: int | None) -> Listing:
        """The distinct next segments below `prefix`."""
        with self._snapshot:
            return Listing(self._head().number, list_(self._names(prefix, after, limit)))

    def scan(self, prefix: str, after: str, limit: int | None) -> Listing:
        """Every key below `prefix`, as its remainder."""
        with self._snapshot:
            return Listing(self._head().number, list_(self._remainders(prefix, after, limit)))

    def first_part(self, prefix: str, after: str, limit: int, *, deep: bool) -> Part:
        """The first names of `list`, or with `deep` of `scan`, for a listing that is read in parts."""
        with self._snapshot:
            return Part(self._head(), list_((self._remainders if deep else self._names)(prefix, after, limit)), {})

    def next_part(self, prefix: str, after: str, limit: int, *, deep: bool, read: str, since: Revision) -> Part:
        """The names after those that were read, and the changes of these.

        Args:
            after: what the first part came after. read: the last name that was read. since: the revision then.

        Raises: `FeedTooOld` if the changes aren't known any more.
        """
        with self._snapshot:
            changed = self._changes(prefix, since, deep=deep)
            return Part(
                self._head(),
                list_((self._remainders if deep else self._names)(prefix, read, limit)),
                {name: self._is_there(prefix, name) for name in changed if after < name <= read},
            )

    def _changes(self, prefix: str, since: Revision, *, deep: bool) -> set[str]:
        """Names below `prefix` that may have come or gone."""
        keys = (key for key in self._changed_keys(since) if key.startswith(prefix))
        return {key[len(prefix) :] if deep else name_below(prefix, key) for key in keys}

    def _is_there(self, prefix: str, name: str) -> bool:
        key = prefix + name
        if name.endswith("/"):
            return bool(self._execute(_IS_FOLDER, (key, below(key))).fetchall())
        return bool(self._execute(_IS_KEY, (key,)).fetchall())

    def _names(self, prefix: str, after: str, limit: int | None) -> Iterator[str]:
        """One step of the index per leaf, one seek per folder."""
        end = below(prefix) if prefix else _END
        start: str | None = list_start(prefix, after)
        left = math.inf if limit is None else limit
        while start is not None and left:
            position, start = start, None
            for (key,) in self._execute(_RANGE, (position, end)):
                name = name_below(prefix, cast(str, key))
                yield name
                left -= 1
                if name.endswith("/"):
                    start = below(prefix + name)
                    break
                if not left:
                    break

    def _remainders(self, prefix: str, after: str, limit: int | None) -> Iterator[str]:
        start = prefix + after + "\0" if after else prefix
        bounds = (start, below(prefix) if prefix else _END, -1 if limit is None else limit)
        for (key,) in self._execute(_RANGE_LIMIT, bounds):
            yield cast(str, key)[len(prefix) :]

    def synced(self) -> Revision:
        """The newest revision of any process.  This needs one pragma, and a read of the head only after a commit."""
        try:
            # This uses the pragma, because the file control of the same name returns a value that an earlier read has
            # cached.
            version = cast(int, self._execute("PRAGMA data_version").fetchall()[0][0])
            if version != self._data_version:
                self._newest = self._head()
                self._data_version = version
        except apsw.Error as error:
            raise storage_error(error, "reading") from error
        return self._newest

    def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`, each once; raises `FeedTooOld`."""
        with self._snapshot:
            return list(dict.fromkeys(self._changed_keys(revision)))

    def delta(self, since: Revision, limit: int | None) -> Delta:
        """The rows written after `since`; raises `FeedTooOld`."""
        with self._snapshot:
            head = self._head()
            through, keys = since, set[str]()
            for number, revision_id, packed in self._commits_after(since):
                keys.update(unpack_keys(packed))
                through = Revision(number, revision_id)
                if limit is not None and len(keys) >= limit:
                    break
            return Delta(head, through, {key: self.get(key) for key in sorted(keys)})

    def _changed_keys(self, revision: Revision) -> Iterator[str]:
        return (key for _, _, packed in self._commits_after(revision) for key in unpack_keys(packed))

    def _commits_after(self, revision: Revision) -> Iterator[tuple[int, bytes, bytes]]:
        """Number, id and packed keys of the commits after `revision`.  It ends at the next statement."""
        if revision.number == 0:
            known = revision.id == b"" and self._rows.first() == 1
        else:
            known = self._execute(_COMMIT, (revision.number,)).fetchall() == [(revision.id,)]
        if not known:
            raise FeedTooOld(detail=f"revision {revision.number}")
        return cast("Iterator[tuple[int, bytes, bytes]]", self._execute(_FEED, (revision.number,)))

    def committed(self, revision_id: bytes) -> bool:
        """Whether the feed holds the commit with this id."""
        with self._snapshot:
            return bool(self._execute(_KNOWN, (revision_id,)).fetchall())

    def check(self, operation: Operation[T]) -> T:
        """Run an operation that writes nothing."""
        with self._snapshot:
            self._rows.load()
            operation.settle(self._rows)
            return operation.answer(self._rows.head)

    def reusable_bytes(self) -> int:
        """Free space inside the file, from removed rows."""
        try:
            pages, bytes_ = (
                cast(int, self._execute(f"PRAGMA {name}").fetchall()[0][0]) for name in ("freelist_count", "page_size")
            )
        except apsw.Error as error:
            raise storage_error(error, "reading") from error
        return pages * bytes_

    def _head(self) -> Revision:
        rows = self._execute(HEAD).fetchall()
        return Revision(*cast("tuple[int, bytes]", rows[0])) if rows else Revision(0, b"")
