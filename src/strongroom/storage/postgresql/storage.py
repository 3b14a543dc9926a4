"""`PostgresqlStorage`: one database for the nodes of many machines."""

from __future__ import annotations

from strongroom.lib.clock import Clock
from strongroom.lib.postgresql.answering import LISTING_TIMES
from strongroom.lib.rand import Random
from strongroom.storage.patience import PATIENCE_S
from strongroom.storage.postgresql.connections import Connection, Connections
from strongroom.storage.postgresql.hold import Hold
from strongroom.storage.postgresql.pooler import check_pooler
from strongroom.storage.postgresql.reader import Reader
from strongroom.storage.postgresql.schema import ensure_schema, tables_named
from strongroom.storage.postgresql.writer import Writer
from strongroom.storage.remote import Parts, Periodic, RemoteStorage

_PRUNE = """
DELETE FROM {feed}
 WHERE number <= (SELECT number FROM {head}) - %(keep)s
   AND number < (SELECT number FROM {head})
   AND number < (SELECT min(number) FROM {feed}) + %(rows)s
"""
_PRUNED_ROWS = 5000


class PostgresqlStorage(RemoteStorage[Hold]):
    """A store in four tables of a PostgreSQL database.

    Args:
        connection_url: a libpq URL or keyword string.
        table: the name of the table of rows, or `schema.table`; the other tables' names are derived from it. clock:
        measures the time between two queries of the database's clock. random: makes the ids of commits. max_parallel:
        the number of concurrent reads.  One more connection commits. patience_s: the time limit for a response.  A
        listing gets four times as long. feed_commits: the least number of commits in the change feed.
        upkeep_interval_s: how often the feed is pruned, in seconds.

    Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
    """

    def __init__(
        self,
        connection_url: str,
        table: str,
        clock: Clock,
        random: Random,
        *,
        max_parallel: int = 4,
        patience_s: float = PATIENCE_S,
        feed_commits: int = 65_536,
        upkeep_interval_s: float = 10.0,
    ) -> None:
        super().__init__()
        self._tables = tables_named(table)
        self._connections = Connections(connection_url, max_parallel, patience_s)
        self._clock = clock
        self._random = random
        self._feed_commits = feed_commits
        self._upkeep_interval_s = upkeep_interval_s

    async def _open(self) -> Parts[Hold]:
        """Connect, and create the tables where they are missing.

        Raises: `StorageError` if the server can't be reached, or its settings, privileges or tables are unsuitable.
        """
        connection = await self._connections.connect()
        try:
            if self._connections.pooled:
                await check_pooler(connection, self._connections.patience_s)
            advisory_key = await ensure_schema(connection, self._tables)
        finally:
            await connection.close()
        reader = Reader(self._connections, self._tables, self._clock)
        writer = Writer(self._connections, self._tables, advisory_key, self._random)
        upkeep = Periodic(lambda: self.prune(self._feed_commits), self._upkeep_interval_s)
        return Parts(reader, writer, reader.check, writer.hold, closing=(upkeep, writer, reader))

    async def prune(self, keep: int) -> None:
        """Prune the feed to its newest `keep` commits (at least one stays), in bounded statements."""
        self._require_open()
        query = self._tables.query(_PRUNE)

        async def question(connection: Connection) -> int:
            return (await connection.execute(query, {"keep": keep, "rows": _PRUNED_ROWS})).rowcount

        while await self._connections.read(question, LISTING_TIMES) == _PRUNED_ROWS:
            continue
