"""The store's state under the head's lock: the rows that a batch reads, fetched beforehand, and its changes (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from strongroom.storage.base import Revision
from strongroom.storage.keys import pack_keys
from strongroom.storage.mysql.session import Table
from strongroom.storage.mysql.tables import Tables, lists, octets, text
from strongroom.storage.operations import Changes, Operation

CLOCK = b"SELECT UNIX_TIMESTAMP(NOW(6)) + 0e0"
"""The database's clock, in UTC whatever its time zone.  Of a statement's start: so it stands behind one that waits."""

_REVISIONS = "SELECT path, revision, NULL FROM {rows} WHERE path IN ("
_VALUES = "SELECT path, revision, value FROM {rows} WHERE path IN ("
_FEED = "SELECT paths FROM {feed} WHERE number > %d ORDER BY number DESC LIMIT %d"
_EXPIRIES = "SELECT role, expires_at FROM {expiry} WHERE role IN ("
_PUT = "REPLACE INTO {rows} (path, revision, value) VALUES "
_REMOVE = "DELETE FROM {rows} WHERE path IN ("
_APPEND = "INSERT INTO {feed} (number, id, paths) VALUES "
_SET_EXPIRY = "REPLACE INTO {expiry} (role, expires_at) VALUES "
_DROP_EXPIRY = "DELETE FROM {expiry} WHERE role IN ("

_FEED_ROWS = 8192
"""The most rows of the feed that a prefix's check reads.  An older listing conflicts."""


class Rows:
    """`batch.WritableState` in memory.

    Args:
        tables: their names.
        operations: what may read the rows.
    """

    def __init__(self, tables: Tables, operations: Iterable[Operation[object]]) -> None:
        self._tables = tables
        operations = list(operations)
        self._counters = {key for operation in operations for key in operation.counters()}
        self._checked = {key for operation in operations for key in operation.checked()} - self._counters
        self._roles = {role for operation in operations if (role := operation.role()) is not None}
        sinces = [since for operation in operations for since in operation.prefixes().values()]
        self._oldest = min(sinces, default=None)
        self._revisions: dict[str, int] = {}
        self._values: dict[str, bytes | None] = {}
        self._feed: list[bytes] = []
        self._expiries: dict[str, float | None] = {}
        self._now = 0.0
        self._written: dict[str, tuple[int, bytes | None]] = {}
        self._appended: list[tuple[Revision, bytes]] = []
        self._new_expiries: dict[str, float | None] = {}
        self.head = Revision(0, b"")

    def questions(self) -> list[bytes]:
        """The statements that fetch what the operations may read."""
        query = self._tables.query
        statements = [CLOCK]
        if self._oldest is not None:
            statements.append(query(_FEED % (self._oldest, _FEED_ROWS)))
        statements += lists(query(_REVISIONS), map(text, self._checked), b")")
        statements += lists(query(_VALUES), map(text, self._counters), b")")
        statements += lists(query(_EXPIRIES), map(text, self._roles), b")")
        return statements

    def take(self, head: Revision, answers: Sequence[Table]) -> None:
        """Take the answers to the questions, which hold at `head`."""
        self.head = head
        rest = iter(answers)
        self._now = next(rest)[0][0]
        if self._oldest is not None:
            self._feed = [row[0] for row in reversed(next(rest))]
        for answer in rest:
            for row in answer:
                self._take_row(row)

    def _take_row(self, row: tuple[Any, ...]) -> None:
        match row:
            case (role, expires_at):
                self._expiries[role.decode()] = expires_at
            case (path, revision, value):
                key = path.decode()
                self._revisions[key] = revision
                self._values[key] = value

    @property
    def dirty(self) -> bool:
        """Whether there is anything to store."""
        return bool(self._appended or self._new_expiries)

    def changes(self) -> Iterator[bytes]:
        """The statements that store what was written, but for the head."""
        query = self._tables.query
        puts = (
            b"(%b,%d,%b)" % (text(key), number, octets(value))
            for key, (number, value) in self._written.items()
            if value is not None
        )
        yield from lists(query(_PUT), puts, b"")
        removed = (text(key) for key, (_, value) in self._written.items() if value is None)
        yield from lists(query(_REMOVE), removed, b")")
        if self._appended:
            entries = (b"(%d,%b,%b)" % (made.number, octets(made.id), octets(keys)) for made, keys in self._appended)
            yield from lists(query(_APPEND), entries, b"")
        set_expiries = (
            b"(%b,%b)" % (text(role), repr(at).encode()) for role, at in self._new_expiries.items() if at is not None
        )
        yield from lists(query(_SET_EXPIRY), set_expiries, b"")
        dropped = (text(role) for role, at in self._new_expiries.items() if at is None)
        yield from lists(query(_DROP_EXPIRY), dropped, b")")

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
        return any(_is_below(prefix.encode(), keys) for keys in self._feed[len(self._feed) - count :])

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


def _is_below(prefix: bytes, keys: Collection[int] | bytes) -> bool:
    packed = bytes(keys)
    return packed.startswith(prefix) or b"\0" + prefix in packed
