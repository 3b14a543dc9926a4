"""`MysqlStorage`: one database for the nodes of many machines."""

from __future__ import annotations

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.storage.base import Limits
from strongroom.storage.mysql.connections import LISTING_TIMES, Connections
from strongroom.storage.mysql.hold import Hold
from strongroom.storage.mysql.login import Login
from strongroom.storage.mysql.reader import Reader
from strongroom.storage.mysql.schema import ensure_schema
from strongroom.storage.mysql.session import Session
from strongroom.storage.mysql.tables import tables_named
from strongroom.storage.mysql.writer import Writer
from strongroom.storage.patience import PATIENCE_S
from strongroom.storage.remote import Parts, Periodic, RemoteStorage

_HEAD = "SELECT number FROM {head} WHERE single = 1"
_PRUNE = "DELETE FROM {feed} WHERE number <= %d AND number < %d ORDER BY number LIMIT %d"
_AFFECTED = b"SELECT ROW_COUNT()"
_PRUNED_ROWS = 5000
_AROUND_A_VALUE_BYTES = 8192
"""The statement about it, with the longest key in hexadecimal digits."""


class MysqlStorage(RemoteStorage[Hold]):
    """A store in four tables of a MySQL or MariaDB database.

    Args:
        login: who logs in, and where.
        database: the database's name; it is created if the user may.
        table: the name of the table of rows.  The other tables' names are derived from it.
        clock: measures the time between two queries of the database's clock.
        random: makes the ids of commits.
        connections: how connections are shared; see `Connections`.
        max_parallel: the number of concurrent reads.  One more connection commits.
        max_idle: how many connections are kept that nobody uses; None for `max_parallel`.
        lifetime_s: how long a connection is used for reading, in seconds; None for as long as it works.
        patience_s: the time limit for an answer.  A listing gets four times as long.
        feed_commits: the least number of commits in the change feed.
        upkeep_interval_s: how often the feed is pruned, in seconds.
    """

    def __init__(
        self,
        login: Login,
        database: str,
        table: str,
        clock: Clock,
        random: Random,
        *,
        max_parallel: int = 4,
        max_idle: int | None = None,
        lifetime_s: float | None = None,
        patience_s: float = PATIENCE_S,
        feed_commits: int = 65_536,
        upkeep_interval_s: float = 10.0,
    ) -> None:
        super().__init__()
        self._tables = tables_named(database, table)
        self._connections = Connections(login, max_parallel, patience_s, idle=max_idle, lifetime_s=lifetime_s)
        self._clock = clock
        self._random = random
        self._feed_commits = feed_commits
        self._upkeep_interval_s = upkeep_interval_s

    async def _open(self) -> Parts[Hold]:
        """Connect, and create the tables where they are missing.

        Raises: `StorageError` if the server can't be reached, or its settings, privileges or tables are unsuitable.
        """
        line, variables = await self._connections.open(writes=False)
        try:
            await line.run(lambda session: ensure_schema(session, self._tables))
        finally:
            line.leave()
        # A value takes two hexadecimal digits a byte in its statement.
        fits = (int(variables["max_allowed_packet"]) - (1 << 16) - _AROUND_A_VALUE_BYTES) // 2
        most = RemoteStorage.limits
        self.limits = Limits(keys=most.keys, bytes=most.bytes, value_bytes=min(most.value_bytes, fits))
        reader = Reader(self._connections, self._tables, self._clock)
        writer = Writer(self._connections, self._tables, self._random)
        upkeep = Periodic(lambda: self.prune(self._feed_commits), self._upkeep_interval_s)
        return Parts(reader, writer, reader.check, writer.hold, closing=(upkeep, writer, reader))

    async def prune(self, keep: int) -> None:
        """Prune the feed to its newest `keep` commits (at least one stays), in bounded statements."""
        self._require_open()

        def question(session: Session) -> int:
            query = self._tables.query
            head = session.ask([query(_HEAD)])[0][0][0]
            answers = session.ask([query(_PRUNE % (head - keep, head, _PRUNED_ROWS)), _AFFECTED], times=LISTING_TIMES)
            return int(answers[1][0][0])

        while await self._connections.read(question, LISTING_TIMES) == _PRUNED_ROWS:
            continue
