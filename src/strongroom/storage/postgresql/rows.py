"""The store's state under the head's lock: the rows that a batch reads, fetched beforehand, and its changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from strongroom.storage.base import Revision
from strongroom.storage.keys import pack_keys
from strongroom.storage.operations import Changes, Operation
from strongroom.storage.postgresql.connections import Connection
from strongroom.storage.postgresql.schema import Tables

_ROWS = """
SELECT key, revision, CASE WHEN key = ANY (%(counters)s::text[]) THEN value END
  FROM {rows} WHERE key = ANY (%(keys)s::text[])
"""
_FEED = "SELECT keys FROM {feed} WHERE number > %s ORDER BY number"
_EXPIRY = """
SELECT extract(epoch FROM clock_timestamp())::float8, role, expires_at
  FROM (VALUES (true)) AS one LEFT JOIN {expiry} ON role = ANY (%s::text[])
"""
_PUT = """
INSERT INTO {rows} (key, revision, value)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bytea[])
ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, value = excluded.value
"""
_REMOVE = "DELETE FROM {rows} WHERE key = ANY (%s::text[])"
_APPEND = "INSERT INTO {feed} (number, id, keys) SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[])"
_MOVE = "UPDATE {head} SET number = %s, id = %s"
_SET_EXPIRY = """
INSERT INTO {expiry} (role, expires_at) SELECT * FROM unnest(%s::text[], %s::float8[])
ON CONFLICT (role) DO UPDATE SET expires_at = excluded.expires_at
"""
_DROP_EXPIRY = "DELETE FROM {expiry} WHERE role = ANY (%s::text[])"


_FEED_ROWS = 8192
"""The most rows of the feed that a prefix's check reads.  An older listing conflicts."""


class Rows:
    """`batch.WritableState` in memory.

    Args:
        tables: their names.
        head: the newest revision, at which `load` reads.
    """

    def __init__(self, tables: Tables, head: Revision) -> None:
        self._tables = tables
        self._revisions: dict[str, int] = {}
        self._values: dict[str, bytes | None] = {}
        self._feed: list[bytes] = []
        self._expiries: dict[str, float | None] = {}
        self._now = 0.0
        self._written: dict[str, tuple[int, bytes | None]] = {}
        self._appended: list[tuple[Revision, bytes]] = []
        self._new_expiries: dict[str, float | None] = {}
        self.head = head

    async def load(self, connection: Connection, operations: Iterable[Operation[object]]) -> None:
        """Fetch the rows that the operations may read, in one round trip."""
        operations = list(operations)
        counters = list({key for operation in operations for key in operation.counters()})
        keys = list({key for operation in operations for key in operation.checked()} | set(counters))
        roles = list({role for operation in operations if (role := operation.role()) is not None})
        sinces = [since for operation in operations for since in operation.prefixes().values()]
        oldest = max(min(sinces, default=self.head.number), self.head.number - _FEED_ROWS)
        query = self._tables.query
        async with connection.pipeline():
            rows = await connection.execute(query(_ROWS), {"keys": keys, "counters": counters}, binary=True)
            times = await connection.execute(query(_EXPIRY), (roles,), binary=True) if roles else None
            behind = oldest < self.head.number
            feed = await connection.execute(query(_FEED), (oldest,), binary=True) if behind else None
        for key, revision, value in cast("list[tuple[str, int, bytes | None]]", await rows.fetchall()):
            self._revisions[key] = revision
            self._values[key] = value
        if feed is not None:
            self._feed = [cast(bytes, row[0]) for row in await feed.fetchall()]
        if times is not None:
            for now, role, expires_at in cast("list[tuple[float, str, float]]", await times.fetchall()):
                self._now = now
                self._expiries[role] = expires_at

    @property
    def dirty(self) -> bool:
        """Whether there is anything to store."""
        return bool(self._appended or self._new_expiries)

    async def store(self, connection: Connection) -> None:
        """Send the changes, in one round trip."""
        query = self._tables.query
        puts = [(key, number, value) for key, (number, value) in self._written.items() if value is not None]
        removed = [key for key, (_, value) in self._written.items() if value is None]
        set_expiries = [(role, at) for role, at in self._new_expiries.items() if at is not None]
        dropped = [role for role, at in self._new_expiries.items() if at is None]
        async with connection.pipeline():
            if puts:
                await connection.execute(query(_PUT), _columns(puts))
            if removed:
                await connection.execute(query(_REMOVE), (removed,))
            if self._appended:
                entries = [(revision.number, revision.id, keys) for revision, keys in self._appended]
                await connection.execute(query(_APPEND), _columns(entries))
                await connection.execute(query(_MOVE), (self.head.number, self.head.id))
            if set_expiries:
                await connection.execute(query(_SET_EXPIRY), _columns(set_expiries))
            if dropped:
                await connection.execute(query(_DROP_EXPIRY), (dropped,))

    def revision(self, key: str) -> int:
        """The revision of the row at `key`, 0 if there is none."""
        return self._revisions.get(key, 0)

    def value(self, key: str) -> bytes | None:
        """The value at `key`."""
        return self._values.get(key)

    def changed_below(self, prefix: str, since: int) -> bool:
        """Whether a key below `prefix` changed after `since`, or the feed can't tell."""
        count = self.head.number - since
        # Numbers have no gaps.  If the feed has fewer entries than there were commits, it was pruned.
        if not 0 <= count <= len(self._feed):
            return True
        first = prefix.encode()
        inner = b"\0" + first
        return any(keys.startswith(first) or inner in keys for keys in self._feed[len(self._feed) - count :])

    def expiry(self, role: str) -> float | None:
        """When the hold of `role` ends."""
        return self._expiries.get(role)

    def set_expiry(self, role: str, expires_at: float | None) -> None:
        """Set or forget when the hold of `role` ends."""
        self._expiries[role] = self._new_expiries[role] = expires_at

    def now(self) -> float:
        """The database's clock."""
        return self._now

    def write(self, changes: Changes, revision: Revision) -> None:
        """Record one commit: its rows and its entry in the feed."""
        for key, value in changes.items():
            self._written[key] = (revision.number, value)
            self._values[key] = value
            self._revisions[key] = 0 if value is None else revision.number
        keys = pack_keys(changes)
        self._appended.append((revision, keys))
        self._feed.append(keys)
        self.head = revision


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]
