"""Reads.  Each is one statement, so that its rows and its revision come from one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import LiteralString, TypeVar, cast

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.lib.postgresql.answering import LISTING_TIMES
from strongroom.storage import feed
from strongroom.storage.base import Delta, Entry, Listing, Revision, Snapshot
from strongroom.storage.feed import FeedRow
from strongroom.storage.keys import below, is_key, list_start, unpack_keys
from strongroom.storage.operations import Operation
from strongroom.storage.postgresql.connections import Connection, Connections
from strongroom.storage.postgresql.rows import Rows
from strongroom.storage.postgresql.schema import Tables
from strongroom.storage.shared_question import SharedQuestion

T = TypeVar("T")
_Table = list[tuple[object, ...]]

_CLOCK_AGE_S = 5.0

_GET = "SELECT value, revision FROM {rows} WHERE key = %s"
_GET_MANY = """
SELECT h.number, r.key, r.value, r.revision
  FROM {head} h LEFT JOIN {rows} r ON r.key = ANY (%s::text[])
"""
# One index seek per name: from a key to the first key with another name.  The next text after a key is the key with
# U+0001 at its end, because keys contain no NUL.
_LIST = """
WITH RECURSIVE step (key) AS (
    (SELECT key FROM {rows} WHERE key >= %(start)s::text COLLATE "C" AND <BOUND> ORDER BY key LIMIT 1)
    UNION ALL
    SELECT (
        SELECT r.key FROM {rows} r
         WHERE r.key >= (
            CASE strpos(substr(step.key, %(from)s), '/')
                WHEN 0 THEN step.key || chr(1)
                ELSE %(prefix)s::text || split_part(substr(step.key, %(from)s), '/', 1) || '0'
            END) COLLATE "C" AND <BOUND>
         ORDER BY r.key LIMIT 1)
      FROM step WHERE step.key IS NOT NULL
)
SELECT h.number, ARRAY(
    SELECT split_part(substr(key, %(from)s), '/', 1)
           || CASE strpos(substr(key, %(from)s), '/') WHEN 0 THEN '' ELSE '/' END
      FROM step WHERE key IS NOT NULL LIMIT %(limit)s)
  FROM {head} h
"""
_SCAN = """
SELECT h.number, ARRAY(
    SELECT substr(key, %(from)s) FROM {rows}
     WHERE key >= %(start)s::text COLLATE "C" AND <BOUND> ORDER BY key LIMIT %(limit)s)
  FROM {head} h
"""
_BOUND = 'key < %(end)s::text COLLATE "C"'
_SYNCED = """
SELECT number, id, pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
       extract(epoch FROM clock_timestamp())::float8
  FROM {head}
"""
_CHANGED = """
SELECT h.number, f.number, f.id, f.keys FROM {head} h LEFT JOIN {feed} f ON f.number >= %s ORDER BY f.number
"""
_FEED = "SELECT number, id, keys FROM {feed} WHERE number >= %s ORDER BY number LIMIT %s"
_AT = "SELECT key, value, revision FROM {rows} WHERE key = ANY (%s::text[])"
_KNOWN = "SELECT EXISTS (SELECT FROM {feed} WHERE id = %s)"
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_HEAD = "SELECT number, id FROM {head}"


class Reader:
    """Serves reads on a few shared connections."""

    def __init__(self, connections: Connections, tables: Tables, clock: Clock) -> None:
        self._connections = connections
        self._tables = tables
        self._clock = clock
        self._newest = SharedQuestion(self._ask_newest)
        self._clock_offset_s = 0.0
        self._clock_read_at = float("-inf")

    async def close(self) -> None:
        """Serve the waiting callers, then close the connections."""
        await self._newest.close()
        await self._connections.close()

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        if not is_key(key):
            return None
        rows = await self._rows(_GET, (key,))
        return Entry(*cast("tuple[bytes, int]", rows[0])) if rows else None

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        rows = await self._rows(_GET_MANY, ([key for key in keys if is_key(key)],))
        found = cast("list[tuple[int, str | None, bytes, int]]", rows)
        entries = {key: Entry(value, revision) for _, key, value, revision in found if key is not None}
        return Snapshot(found[0][0], entries)

    async def list(self, prefix: str, after: str, limit: int | None) -> Listing:
        """The distinct next segments below `prefix`."""
        return await self._listing(_LIST, prefix, list_start(prefix, after), limit)

    async def scan(self, prefix: str, after: str, limit: int | None) -> Listing:
        """Every key below `prefix`, as its remainder."""
        return await self._listing(_SCAN, prefix, prefix + after + "\0" if after else prefix, limit)

    async def synced(self) -> Revision:
        """The newest revision.  All waiting callers share one query."""
        return await self._newest.answer()

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`, each once; raises `FeedTooOld`."""
        rows = await self._rows(_CHANGED, (revision.number,))
        newest = cast(int, rows[0][0])
        commits = cast("list[FeedRow]", [row[1:] for row in rows if row[1] is not None])
        later = feed.after(revision, newest, commits)
        return list(dict.fromkeys(key for _, _, packed in later for key in unpack_keys(packed)))

    async def delta(self, since: Revision, limit: int | None) -> Delta:
        """The rows written after `since`; raises `FeedTooOld`."""
        # Each commit has a key at least.
        most = None if limit is None else max(limit, 1) + 1

        async def question(connection: Connection) -> Delta:
            await connection.execute(_SNAPSHOT)
            try:
                query = self._tables.query
                head = await (await connection.execute(query(_HEAD), binary=True)).fetchone()
                newest = Revision(*cast("tuple[int, bytes]", head))
                rows = await connection.execute(query(_FEED), (since.number, most), binary=True)
                later = feed.after(since, newest.number, cast("list[FeedRow]", await rows.fetchall()))
                through, keys = feed.up_to(limit, since, later)
                rows = await connection.execute(query(_AT), (list(keys),), binary=True)
                found = cast("list[tuple[str, bytes, int]]", await rows.fetchall())
            finally:
                if not connection.closed:
                    await connection.execute("ROLLBACK")
            entries: dict[str, Entry | None] = dict.fromkeys(keys)
            entries.update((key, Entry(value, revision)) for key, value, revision in found)
            return Delta(newest, through, entries)

        return await self._connections.read(question, LISTING_TIMES)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the feed holds the commit with this id."""
        return (await self._rows(_KNOWN, (revision_id,)))[0][0] is True

    async def check(self, operation: Operation[T]) -> T:
        """Run an operation that writes nothing, in a snapshot."""

        async def question(connection: Connection) -> Rows:
            await connection.execute(_SNAPSHOT)
            try:
                head = await (await connection.execute(self._tables.query(_HEAD))).fetchone()
                rows = Rows(self._tables, Revision(*cast("tuple[int, bytes]", head)))
                await rows.load(connection, [operation])
            finally:
                if not connection.closed:
                    await connection.execute("ROLLBACK")
            return rows

        rows = await self._connections.read(question)
        operation.settle(rows)
        return operation.answer(rows.head)

    async def now(self) -> float:
        """The database's clock.  Between queries, this machine's clock continues it."""
        if self._clock.monotonic() - self._clock_read_at > _CLOCK_AGE_S:
            await self.synced()
        return self._clock.monotonic() + self._clock_offset_s

    async def _ask_newest(self) -> Revision:
        asked_at = self._clock.monotonic()
        number, revision_id, standby, read_only, now = (await self._rows(_SYNCED, ()))[0]
        if standby or read_only:
            await self._connections.renew()
        if read_only and not standby:
            raise StorageError("this PostgreSQL server takes no writes; the storage needs one that does")
        if standby:
            raise StorageError("this PostgreSQL server is a standby; the storage needs the primary")
        # Counted from the time when the query was sent, so it is never behind the database's clock.
        self._clock_offset_s = cast(float, now) - asked_at
        self._clock_read_at = asked_at
        return Revision(cast(int, number), cast(bytes, revision_id))

    async def _listing(self, query: LiteralString, prefix: str, start: str, limit: int | None) -> Listing:
        bounded = query.replace("<BOUND>", _BOUND if prefix else "true")
        start = start.replace("\0", "\1")
        # `from` counts characters from 1.
        values = {"start": start, "end": below(prefix), "prefix": prefix, "from": len(prefix) + 1, "limit": limit}
        number, names = (await self._rows(bounded, values, LISTING_TIMES))[0]
        return Listing(cast(int, number), cast("list[str]", names))

    async def _rows(self, query: LiteralString, values: Sequence[object] | dict[str, object], times: int = 1) -> _Table:
        composed = self._tables.query(query)

        async def question(connection: Connection) -> _Table:
            cursor = await connection.execute(composed, values, prepare=True, binary=True)
            return await cursor.fetchall()

        return await self._connections.read(question, times)
