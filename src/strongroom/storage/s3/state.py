"""The state of a store in S3 as a process has it, and a turn that is being made (pure but for its memory)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.lib.errors import StorageError
from strongroom.storage.base import Revision
from strongroom.storage.inmem.rows import Rows
from strongroom.storage.operations import Changes
from strongroom.storage.s3.layout import FIRST, FORMAT, DamagedError, Hold, Turn, journal_name, opened

CHECKPOINT_TURNS: Final = 1024
CHECKPOINT_BYTES: Final = 32 << 20
"""After so many turns, or so many bytes of them, a checkpoint is made.  A large store makes it more seldom."""


class State:
    """Everything, after an object of the journal.

    Args:
        rows: the rows after it.
        checkpoint_turns: the number of turns that make a checkpoint due, while the store is small.
    """

    def __init__(self, rows: Rows, checkpoint_turns: int = CHECKPOINT_TURNS) -> None:
        self.rows = rows
        self.checkpoint_turns = checkpoint_turns
        self.number = 0
        """Of the last object of the journal that is included."""
        self.digest = FIRST
        self.expiries: dict[str, float] = {}
        self.hold: Hold | None = None
        self.since_turns = 0
        self.since_bytes = 0

    def absorb(self, number: int, raw: bytes) -> None:
        """Apply the next object of the journal.

        Raises: `DamagedError` if it isn't the one that follows; nothing is applied then.
        """
        name = journal_name(number)
        turn, digest = opened(name, raw, Turn)
        if turn.format > FORMAT:
            raise StorageError(
                f"the store has format {turn.format}, and this release knows {FORMAT}: it is of a later one"
            )
        if (turn.number, turn.previous, turn.base) != (number, self.digest, self.rows.head.number):
            raise DamagedError(name, "doesn't follow the one before it: the journal was altered, or mixed with another")
        for revision_id, changes in turn.commits:
            self.rows.write(changes, Revision(self.rows.head.number + 1, revision_id))
        for role, expires_at in turn.expiries.items():
            if expires_at is None:
                self.expiries.pop(role, None)
            else:
                self.expiries[role] = expires_at
        self.number, self.digest, self.hold = number, digest, turn.hold
        self.since_turns, self.since_bytes = turn.since_turns, turn.since_bytes


class Draft:
    """A turn that is being made: `batch.WritableState` on a state that doesn't change meanwhile.

    Args:
        now: by the service's clock.
        hold: what the turn sets; by default what holds already.
    """

    def __init__(self, state: State, now: float, hold: Hold | None) -> None:
        self._state = state
        self._now = now
        self.hold = hold
        self._written: dict[str, tuple[int, bytes | None]] = {}
        self._commits: list[tuple[bytes, Mapping[str, bytes | None]]] = []
        self._expiries: dict[str, float | None] = {}
        self.size_bytes = 0
        """Of the written keys, as characters, and values."""
        self.head = state.rows.head
        self.base_number = state.number
        """Of the object of the journal that it follows."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self._commits and not self._expiries and self.hold == self._state.hold

    def turn(self) -> Turn:
        """The object of the journal.  The larger the store, the more turns a checkpoint is worth."""
        state = self._state
        turns, size = state.since_turns + 1, state.since_bytes + self.size_bytes
        stored = state.rows.size_bytes
        if turns >= max(state.checkpoint_turns, stored >> 16) or size >= max(CHECKPOINT_BYTES, stored >> 2):
            turns = size = 0
        commits = [(revision_id, dict(changes)) for revision_id, changes in self._commits]
        return Turn(
            FORMAT,
            state.number + 1,
            state.digest,
            state.rows.head.number,
            commits,
            self._expiries,
            self.hold,
            turns,
            size,
        )

    def revision(self, key: str) -> int:
        """The revision of the row at `key`, 0 if there is none."""
        if (written := self._written.get(key)) is not None:
            return 0 if written[1] is None else written[0]
        return self._state.rows.revision(key)

    def value(self, key: str) -> bytes | None:
        """The value at `key`."""
        if (written := self._written.get(key)) is not None:
            return written[1]
        return self._state.rows.value(key)

    def changed_below(self, prefix: str, since: int) -> bool:
        """Whether a key below `prefix` changed after `since`, or the feed can't tell."""
        base = self._state.rows.head.number
        if since > self.head.number:
            return True
        if since < base and self._state.rows.changed_below(prefix, since):
            return True
        later = self._commits[max(0, since - base) :]
        return any(key.startswith(prefix) for _, changes in later for key in changes)

    def expiry(self, role: str) -> float | None:
        """When the hold of `role` ends."""
        return self._expiries[role] if role in self._expiries else self._state.expiries.get(role)

    def set_expiry(self, role: str, expires_at: float | None) -> None:
        """Set or forget when the hold of `role` ends."""
        self._expiries[role] = expires_at

    def now(self) -> float:
        """The service's clock."""
        return self._now

    def write(self, changes: Changes, revision: Revision) -> None:
        """Record one commit."""
        for key, value in changes.items():
            self._written[key] = (revision.number, value)
            self.size_bytes += len(key) + len(value or b"")
        self._commits.append((revision.id, changes))
        self.head = revision
