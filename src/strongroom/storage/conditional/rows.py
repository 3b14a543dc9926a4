"""The store's state at one head: the rows that a batch checks, fetched beforehand, and its changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from strongroom.storage.base import Revision
from strongroom.storage.conditional.cells import Cell
from strongroom.storage.conditional.layout import ROLES, ROWS, Head, Past, Row, decode_row, decode_time
from strongroom.storage.operations import Changes


class Rows:
    """`batch.WritableState` in memory.

    Args:
        head: at which the cells were read.
        cells: of the rows and roles that the batch may read.
        feed: the commits before the head, without a gap; empty if nobody asks.
        now: the store's clock.
    """

    def __init__(self, head: Head, cells: Mapping[str, Cell], feed: Sequence[Past], now: float) -> None:
        self._rows: dict[str, Row] = {}
        self._expiries: dict[str, float | None] = {}
        for name, cell in cells.items():
            if name.startswith(ROWS):
                self._rows[name[len(ROWS) :]] = decode_row(name, cell.value)
            else:
                self._expiries[name[len(ROLES) :]] = decode_time(name, cell.value)
        self._feed = [(commit.number, commit.keys) for commit in feed]
        self._reaches_to = feed[0].number - 1 if feed else head.number
        self._now = now
        self.head = head.revision
        self.commits: list[tuple[Revision, Changes]] = []
        """What was written."""
        self.new_expiries: dict[str, float | None] = {}

    def revision(self, key: str) -> int:
        """The revision of the row at `key`, 0 if there is none."""
        row = self._rows.get(key)
        return row.revision if row is not None else 0

    def value(self, key: str) -> bytes | None:
        """The value at `key`, which is that of a counter or a role, and so in one cell."""
        row = self._rows.get(key)
        return row.value if row is not None else None

    def changed_below(self, prefix: str, since: int) -> bool:
        """Whether a key below `prefix` changed after `since`, or the feed can't tell."""
        if not self._reaches_to <= since <= self.head.number:
            return True
        first = prefix.encode()
        inner = b"\0" + first
        return any(number > since and (keys.startswith(first) or inner in keys) for number, keys in self._feed)

    def expiry(self, role: str) -> float | None:
        """When the hold of `role` ends."""
        return self._expiries.get(role)

    def set_expiry(self, role: str, expires_at: float | None) -> None:
        """Set or forget when the hold of `role` ends."""
        self._expiries[role] = self.new_expiries[role] = expires_at

    def now(self) -> float:
        """The store's clock."""
        return self._now

    def write(self, changes: Changes, revision: Revision) -> None:
        """Record one commit: its rows and its entry in the feed."""
        for key, value in changes.items():
            if value is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = Row(revision.number, value)
            self._feed.append((revision.number, key.encode()))
        self.commits.append((revision, changes))
        self.head = revision
