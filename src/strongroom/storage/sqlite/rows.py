"""The store's state, by statements on one connection, in a transaction that the caller began."""

from __future__ import annotations

from typing import cast

import apsw

from strongroom.lib.clock import Clock
from strongroom.storage.base import Revision
from strongroom.storage.keys import pack_keys
from strongroom.storage.operations import Changes

HEAD = "SELECT number, id FROM feed ORDER BY number DESC LIMIT 1"
_REVISION = "SELECT revision FROM kv WHERE key = ?"
_VALUE = "SELECT value FROM kv WHERE key = ?"
_FIRST = "SELECT number FROM feed ORDER BY number LIMIT 1"
_FEED = "SELECT number, keys FROM feed WHERE number > ? ORDER BY number"
_EXPIRY = "SELECT expires_at FROM role_expiry WHERE role = ?"
_SET_EXPIRY = "INSERT OR REPLACE INTO role_expiry (role, expires_at) VALUES (?, ?)"
_DROP_EXPIRY = "DELETE FROM role_expiry WHERE role = ?"
_PUT = (
    "INSERT INTO kv (key, revision, value) VALUES (?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, value = excluded.value"
)
_REMOVE = "DELETE FROM kv WHERE key = ?"
_APPEND = "INSERT INTO feed (number, id, keys) VALUES (?, ?, ?)"
_PRUNE = "DELETE FROM feed WHERE number <= ? AND number < (SELECT max(number) FROM feed)"


class Rows:
    """`operations.State`, and the writes."""

    def __init__(self, connection: apsw.Connection, clock: Clock) -> None:
        self._execute = connection.cursor().execute
        self._clock = clock
        self.head = Revision(0, b"")
        self.dirty = False
        self._recent: list[tuple[int, bytes]] | None = None
        self._recent_since = 0

    def load(self) -> None:
        """Read the head; call it at the beginning of the transaction."""
        self.dirty = False
        self._recent = None
        row = self._one(HEAD, ())
        self.head = Revision(cast(int, row[0]), cast(bytes, row[1])) if row else Revision(0, b"")

    def revision(self, key: str) -> int:
        """The revision of the row at `key`, 0 if there is none."""
        row = self._one(_REVISION, (key,))
        return cast(int, row[0]) if row else 0

    def value(self, key: str) -> bytes | None:
        """The value at `key`."""
        row = self._one(_VALUE, (key,))
        return cast(bytes, row[0]) if row else None

    def changed_below(self, prefix: str, since: int) -> bool:
        """Whether a key below `prefix` changed after `since`, or the feed can't tell."""
        if since == self.head.number:
            return False
        if since > self.head.number or self.first() > since + 1:
            return True
        first = prefix.encode()
        inner = b"\0" + first
        for number, packed in reversed(self._feed_since(since)):
            if number <= since:
                break
            if packed.startswith(first) or inner in packed:
                return True
        return False

    def _feed_since(self, since: int) -> list[tuple[int, bytes]]:
        """The feed after `since`, or more.

        It is read once for all commits of a batch, because they need nearly the same part.
        """
        if self._recent is None or since < self._recent_since:
            self._recent = cast("list[tuple[int, bytes]]", self._execute(_FEED, (since,)).fetchall())
            self._recent_since = since
        return self._recent

    def first(self) -> int:
        """The oldest number in the feed; 1 if it is empty, because nothing was pruned."""
        row = self._one(_FIRST, ())
        return cast(int, row[0]) if row else 1

    def expiry(self, role: str) -> float | None:
        """When the hold of `role` ends."""
        row = self._one(_EXPIRY, (role,))
        return cast(float, row[0]) if row else None

    def set_expiry(self, role: str, expires_at: float | None) -> None:
        """Set or forget when the hold of `role` ends."""
        self.dirty = True
        if expires_at is None:
            self._execute(_DROP_EXPIRY, (role,))
        else:
            self._execute(_SET_EXPIRY, (role, expires_at))

    def now(self) -> float:
        """The machine's clock: all processes of this store are on one machine."""
        return self._clock.now()

    def write(self, changes: Changes, revision: Revision) -> None:
        """Write one commit: its rows and its entry in the feed."""
        self.dirty = True
        execute = self._execute
        for key, value in changes.items():
            if value is None:
                execute(_REMOVE, (key,))
            else:
                execute(_PUT, (key, revision.number, value))
        packed = pack_keys(changes)
        execute(_APPEND, (revision.number, revision.id, packed))
        if self._recent is not None:
            self._recent.append((revision.number, packed))
        self.head = revision

    def prune(self, up_to: int) -> None:
        """Delete the feed's rows up to a number, but never the newest."""
        self.dirty = True
        self._execute(_PRUNE, (up_to,))

    def _one(self, query: str, bindings: tuple[str, ...]) -> tuple[apsw.SQLiteValue, ...] | None:
        # All rows are fetched, so that the statement ends and releases the read lock.
        rows = self._execute(query, bindings).fetchall()
        return rows[0] if rows else None
