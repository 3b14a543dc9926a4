"""`MysqlStorage`: one database for the nodes of many machines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.base import Add, Committer, Condition, Delta, Entry, Fence, Limits, Listing, Revision, Snapshot
from strongroom.storage.keys import check_commit, check_page
from strongroom.storage.mysql.connections import LISTING_TIMES, Connections
from strongroom.storage.mysql.hold import Hold
from strongroom.storage.mysql.login import Login
from strongroom.storage.mysql.reader import Reader
from strongroom.storage.mysql.schema import ensure_schema
from strongroom.storage.mysql.session import Session
from strongroom.storage.mysql.tables import tables_named
from strongroom.storage.mysql.writer import Writer
from strongroom.storage.operations import Commit, GiveRole, TakeRole
from strongroom.storage.patience import PATIENCE_S

log = structlog.get_logger(__name__)

_HEAD = "SELECT number FROM {head} WHERE single = 1"
_PRUNE = "DELETE FROM {feed} WHERE number <= %d AND number < %d ORDER BY number LIMIT %d"
_AFFECTED = b"SELECT ROW_COUNT()"
_PRUNED_ROWS = 5000
_VALUE_BYTES = 16 << 20
_AROUND_A_VALUE_BYTES = 8192
"""The statement about it, with the longest key in hexadecimal digits."""


class MysqlStorage:
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

    reserve = None
    immediate = False

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
        self._tables = tables_named(database, table)
        self._connections = Connections(login, max_parallel, patience_s, idle=max_idle, lifetime_s=lifetime_s)
        self._clock = clock
        self._random = random
        self._feed_commits = feed_commits
        self._upkeep_interval_s = upkeep_interval_s
        self._reader: Reader | None = None
        self._writer: Writer | None = None
        self._upkeep: asyncio.Task[None] | None = None
        self.limits = Limits(keys=4096, bytes=32 << 20, value_bytes=_VALUE_BYTES)

    async def start(self) -> None:
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
        self.limits = Limits(keys=4096, bytes=32 << 20, value_bytes=min(_VALUE_BYTES, fits))
        self._reader = Reader(self._connections, self._tables, self._clock)
        self._writer = Writer(self._connections, self._tables, self._random)
        self._upkeep = asyncio.create_task(self._keep_short(), name="strongroom-upkeep")

    def condition(self) -> Condition:
        """Always the empty condition: a query finds all trouble."""
        return Condition()

    async def close(self) -> None:
        """Commit the accepted operations, then close all connections."""
        writer, reader, upkeep = self._writer, self._reader, self._upkeep
        self._writer = self._reader = self._upkeep = None
        if upkeep is not None:
            upkeep.cancel()
            await asyncio.wait({upkeep})
        if writer is not None:
            await writer.close()
        if reader is not None:
            await reader.close()

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        return await self._reading().get(key)

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        return await self._reading().get_many(keys)

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments below `prefix`; see `Storage.list`."""
        check_page(prefix, after, limit)
        return await self._reading().list(prefix, after, limit)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`; see `Storage.scan`."""
        check_page(prefix, after, limit)
        return await self._reading().scan(prefix, after, limit)

    async def synced(self) -> Revision:
        """The newest revision of any node."""
        return await self._reading().synced()

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`; raises `FeedTooOld`."""
        return await self._reading().changed_since(revision)

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """The rows written after `since`; see `Storage.delta`."""
        return await self._reading().delta(since, limit)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the feed contains the commit with this id.

        Call it inside `exclusive` to rule out that the commit still arrives.
        """
        return await self._reading().committed(revision_id)

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once; see `Committer.commit`."""
        check_commit(self.limits, reads, writes, adds)
        operation = Commit(reads, writes, adds)
        if operation.only_checks:
            return await self._reading().check(operation)
        return await self._writing().run(operation)

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Take or prolong `role`; its row is `role/` and the role's name.  See `Storage.lock`."""
        return await self._writing().run(TakeRole(role, holder, ttl_s))

    async def unlock(self, fence: Fence) -> None:
        """Release the role."""
        await self._writing().run(GiveRole(fence))

    async def now(self) -> float:
        """The database's clock."""
        return await self._reading().now()

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """Block all other commits; see `Storage.exclusive`."""
        return self._exclusive(timeout_s)

    @asynccontextmanager
    async def _exclusive(self, timeout_s: float) -> AsyncIterator[Committer]:
        writer = self._writing()
        async with writer.hold(timeout_s) as hold:
            yield _Exclusive(writer, hold, self.limits)

    async def prune(self, keep: int) -> None:
        """Prune the feed to its newest `keep` commits (at least one stays), in bounded statements."""
        self._reading()

        def question(session: Session) -> int:
            query = self._tables.query
            head = session.ask([query(_HEAD)])[0][0][0]
            answers = session.ask([query(_PRUNE % (head - keep, head, _PRUNED_ROWS)), _AFFECTED], times=LISTING_TIMES)
            return int(answers[1][0][0])

        while await self._connections.read(question, LISTING_TIMES) == _PRUNED_ROWS:
            continue

    async def _keep_short(self) -> None:
        failed = False
        while True:
            await asyncio.sleep(self._upkeep_interval_s)
            try:
                await self.prune(self._feed_commits)
                failed = False
            except StorageError as error:
                if not failed:
                    log.warning("storage upkeep failed", error=error.text, detail=error.detail)
                failed = True

    def _reading(self) -> Reader:
        if self._reader is None:
            raise StorageError("the store is closed")
        return self._reader

    def _writing(self) -> Writer:
        if self._writer is None:
            raise StorageError("the store is closed")
        return self._writer


class _Exclusive:
    """The committer inside `exclusive`."""

    def __init__(self, writer: Writer, hold: Hold, limits: Limits) -> None:
        self._writer = writer
        self._hold = hold
        self._limits = limits

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once."""
        check_commit(self._limits, reads, writes, adds)
        return await self._writer.run_held(self._hold, Commit(reads, writes, adds))
