"""The store's state, by statements on one connection, in a transaction that the caller began."""

from __future__ import annotations

from typing import cast

import apsw

from strongroom.lib.clock import Clock
from strongroom.storage.base import Revision
from strongroom.storage.keys import pack_keys
from strongroom.storage.operations import Changes
from strongroom.storage.sqlite.recent import Commit, Recent

HEAD = "SELECT number, id FROM feed ORDER BY number DESC LIMIT 1"
_REVISION = "SELECT revision FROM kv WHERE key = ?"
_VALUE = "SELECT value FROM kv WHERE key = ?"
_FIRST = "SELECT number FROM feed ORDER BY number LIMIT 1"
_SINCE = "SELECT number, id, keys FROM feed WHERE number > ? ORDER BY number"
_FROM = "SELECT number, id, keys FROM feed WHERE number >= ? ORDER BY number LIMIT ?"
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


_FOLLOWED = 512
"""The most commits of others that are read at once.  After more of them, everything known is forgotten instead."""


class Rows:
    """`operations.State`, and the writes."""

    def __init__(self, connection: apsw.Connection, clock: Clock, recent: Recent | None = None) -> None:
        self._execute = connection.cursor().execute
        self._clock = clock
        self._recent = recent or Recent()
        self.dirty = False

    @property
    def head(self) -> Revision:
        """The newest commit, those of this transaction included."""
        return self._recent.head

    def load(self) -> None:
        """Learn what other connections have committed; call it at the beginning of the transaction."""
        self.dirty = False
        known = self._recent.head
        if known.number:
            commits = self._commits(_FROM, (known.number, _FOLLOWED))
            # The commit that was known may be gone: it was rolled back, or the database is another one.
            if commits and commits[0][:2] == (known.number, known.id) and len(commits) < _FOLLOWED:
                self._recent.follow(commits[1:])
                return
        row = self._one(HEAD, ())
        self._recent.begin(Revision(cast(int, row[0]), cast(bytes, row[1])) if row else Revision(0, b""))

    def revision(self, key: str) -> int:
        """The revision of the row at `key`, 0 if there is none."""
        revision = self._recent.row(key)
        if revision is None:
            row = self._one(_REVISION, (key,))
            revision = cast(int, row[0]) if row else 0
            self._recent.learn(key, revision)
        return revision

    def value(self, key: str) -> bytes | None:
        """The value at `key`."""
        row = self._one(_VALUE, (key,))
        return cast(bytes, row[0]) if row else None

    def changed_below(self, prefix: str, since: int) -> bool:
        """Whether a key below `prefix` changed after `since`, or the feed can't tell."""
        if since == self.head.number:
            return False
        if since > self.head.number:
            return True
        if since < self._recent.reaches:
            if self.first() > since + 1:
                return True
            self._recent.look_back(since, self._commits(_SINCE, (since,)))
        return self._recent.changed_below(prefix, since)

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
        removed = []
        for key, value in changes.items():
            if value is None:
                execute(_REMOVE, (key,))
                removed.append(key)
            else:
                execute(_PUT, (key, revision.number, value))
        execute(_APPEND, (revision.number, revision.id, pack_keys(changes)))
        self._recent.wrote(changes, removed, revision)

    def prune(self, up_to: int) -> None:
        """Delete the feed's rows up to a number, but never the newest."""
        self.dirty = True
        self._execute(_PRUNE, (up_to,))
        # As for all other connections, nothing is known of what came before the feed.
        self._recent.reaches = max(self._recent.reaches, up_to)

    def _commits(self, query: str, bindings: tuple[int, ...]) -> list[Commit]:
        return cast("list[Commit]", self._execute(query, bindings).fetchall())

    def _one(self, query: str, bindings: tuple[str, ...]) -> tuple[apsw.SQLiteValue, ...] | None:
        # All rows are fetched, so that the statement ends and releases the read lock.
        rows = self._execute(query, bindings).fetchall()
        return rows[0] if rows else None
