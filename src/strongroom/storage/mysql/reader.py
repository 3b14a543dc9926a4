"""Reads.  Each is one statement, or several in one snapshot, so that its rows and its revision belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.storage import feed
from strongroom.storage.base import Delta, Entry, Listing, Revision, Snapshot
from strongroom.storage.keys import is_key, list_start, unpack_keys
from strongroom.storage.mysql.connections import LISTING_TIMES, Connections
from strongroom.storage.mysql.listing import Walk
from strongroom.storage.mysql.rows import Rows
from strongroom.storage.mysql.session import Session, Table
from strongroom.storage.mysql.tables import Tables, lists, octets, text
from strongroom.storage.operations import Operation
from strongroom.storage.shared_question import SharedQuestion

T = TypeVar("T")

_Walked = Callable[[Walk], list[str]]

_CLOCK_AGE_S = 5.0

_SNAPSHOT = b"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
_END = b"COMMIT"
_HEAD = "SELECT number, id FROM {head} WHERE single = 1"
_GET = "SELECT value, revision FROM {rows} WHERE path = %s"
_AT = "SELECT path, value, revision FROM {rows} WHERE path IN ("
_SYNCED = (
    "SELECT number, id, UNIX_TIMESTAMP(NOW(6)) + 0e0, @@global.read_only OR @@global.innodb_read_only"
    " FROM {head} WHERE single = 1"
)
_FEED = "SELECT number, id, paths FROM {feed} WHERE number >= %d ORDER BY number LIMIT %d"
_KNOWN = "SELECT 1 FROM {feed} WHERE id = %s LIMIT 1"
_ALL = 1 << 62


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
        self._connections.close()

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        if not is_key(key):
            return None
        query = self._tables.query(_GET % text(key).decode())
        rows = await self._connections.read(lambda session: session.ask([query])[0])
        return Entry(*rows[0]) if rows else None

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        wanted = [key for key in dict.fromkeys(keys) if is_key(key)]

        def question(session: Session) -> Snapshot:
            query = self._tables.query
            statements = [_SNAPSHOT, query(_HEAD), *lists(query(_AT), map(text, wanted), b")"), _END]
            answers = session.ask(statements)
            return Snapshot(_head(answers[1]).number, _entries(answers[2:-1]))

        return await self._connections.read(question)

    async def list(self, prefix: str, after: str, limit: int | None) -> Listing:
        """The distinct next segments below `prefix`."""
        start = list_start(prefix, after)
        return await self._listing(prefix, limit, lambda walk: walk.names(start))

    async def scan(self, prefix: str, after: str, limit: int | None) -> Listing:
        """Every key below `prefix`, as its remainder."""
        start = prefix + after + "\0" if after else prefix
        return await self._listing(prefix, limit, lambda walk: walk.keys(start))

    async def synced(self) -> Revision:
        """The newest revision.  All waiting callers share one query."""
        return await self._newest.answer()

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`, each once; raises `FeedTooOld`."""

        def question(session: Session) -> Sequence[feed.FeedRow]:
            query = self._tables.query
            answers = session.ask([_SNAPSHOT, query(_HEAD), query(_FEED % (revision.number, _ALL)), _END])
            return feed.after(revision, _head(answers[1]).number, answers[2])

        later = await self._connections.read(question)
        return list(dict.fromkeys(key for _, _, packed in later for key in unpack_keys(packed)))

    async def delta(self, since: Revision, limit: int | None) -> Delta:
        """The rows written after `since`; raises `FeedTooOld`."""
        # Each commit has a key at least.
        most = _ALL if limit is None else max(limit, 1) + 1

        def question(session: Session) -> Delta:
            query = self._tables.query
            answers = session.ask([_SNAPSHOT, query(_HEAD), query(_FEED % (since.number, most))], times=LISTING_TIMES)
            newest = _head(answers[1])
            through, keys = feed.up_to(limit, since, feed.after(since, newest.number, answers[2]))
            rows = session.ask([*lists(query(_AT), map(text, keys), b")"), _END], times=LISTING_TIMES)
            return Delta(newest, through, {**dict.fromkeys(keys), **_entries(rows[:-1])})

        return await self._connections.read(question, LISTING_TIMES)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the feed holds the commit with this id."""
        query = self._tables.query(_KNOWN % octets(revision_id).decode())
        return bool(await self._connections.read(lambda session: session.ask([query])[0]))

    async def check(self, operation: Operation[T]) -> T:
        """Run an operation that writes nothing, in a snapshot."""

        def question(session: Session) -> Rows:
            rows = Rows(self._tables, [operation])
            answers = session.ask([_SNAPSHOT, self._tables.query(_HEAD), *rows.questions(), _END])
            rows.take(_head(answers[1]), answers[2:-1])
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
        query = self._tables.query(_SYNCED)
        rows = await self._connections.read(lambda session: session.ask([query])[0])
        if not rows:
            raise StorageError("the store failed", detail="the row of the newest revision is gone")
        number, revision_id, now, read_only = rows[0]
        if read_only:
            self._connections.renew()
            raise StorageError("this MySQL server takes no writes; the storage needs one that does")
        # Counted from the time when the query was sent, so it is never behind the database's clock.
        self._clock_offset_s = now - asked_at
        self._clock_read_at = asked_at
        return Revision(number, revision_id)

    async def _listing(self, prefix: str, limit: int | None, walked: _Walked) -> Listing:
        def question(session: Session) -> Listing:
            head = session.ask([_SNAPSHOT, self._tables.query(_HEAD)])[1]
            names = walked(Walk(session, self._tables, prefix, limit, LISTING_TIMES))
            session.ask([_END])
            return Listing(_head(head).number, names)

        return await self._connections.read(question, LISTING_TIMES)


def _head(rows: Table) -> Revision:
    if not rows:
        raise StorageError("the store failed", detail="the row of the newest revision is gone")
    return Revision(*rows[0])


def _entries(answers: Iterable[Table]) -> dict[str, Entry]:
    return {path.decode(): Entry(value, revision) for rows in answers for path, value, revision in rows}
