"""One attempt to commit a batch: two round trips, in the thread of a connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.base import Revision
from strongroom.storage.batch import Outcome, Pending, settle_batch
from strongroom.storage.mysql.failures import StatementFailed
from strongroom.storage.mysql.rows import CLOCK, Rows
from strongroom.storage.mysql.session import Session, Table
from strongroom.storage.mysql.tables import Tables, octets

_LOCK = (
    "SELECT number, id, hold, hold_until, @@global.read_only OR @@global.innodb_read_only"
    " FROM {head} WHERE single = 1 FOR UPDATE"
)
_SET_HOLD = "UPDATE {head} SET hold = %s, hold_until = %r WHERE single = 1"
_END_HOLD = "UPDATE {head} SET hold = '', hold_until = 0 WHERE single = 1 AND hold = %s"
_BEGIN: Final = b"START TRANSACTION"
_COMMIT: Final = b"COMMIT"
_ROLLBACK: Final = b"ROLLBACK"
_IDLE_S = 28_800


class Held(Exception):
    """Another process holds the store exclusively."""


class HoldLost(Exception):
    """The hold of this process has ended, because it wasn't prolonged in time."""


@dataclass(slots=True)
class Progress:
    """How far an attempt came.  Its thread writes it, and others read it once the connection is cut."""

    outcomes: list[Outcome] = field(default_factory=list)
    sent: bool = False
    """Whether COMMIT may have been sent."""
    committed: bool = False
    """Whether the server said that it committed."""


class Attempts:
    """Makes attempts.

    Args:
        stopped_s: after how long the server ends the transaction of a process that has stopped, in seconds.
    """

    def __init__(self, tables: Tables, random: Random, stopped_s: int) -> None:
        self._tables = tables
        self._random = random
        # Without this, a process that is stopped in the midst of a commit would block all others for eight hours.
        self._begin = [b"SET SESSION wait_timeout = %d" % max(1, stopped_s), _BEGIN, tables.query(_LOCK)]
        self._end = b"SET SESSION wait_timeout = %d" % _IDLE_S

    def commit(self, session: Session, batch: list[Pending[object]], hold: bytes, progress: Progress) -> None:
        """Settle a batch under the lock of the head's row, and commit it.

        Args:
            hold: the id of this process's hold; empty without one.

        Raises:
            Held: another process holds the store; nothing was done.
            HoldLost: `hold` has ended; nothing was done.
            StatementFailed, ConnectionLost: `progress` says how far it came.
        """
        try:
            self._commit(session, batch, hold, progress)
        except StatementFailed:
            if not progress.sent:
                session.ask([_ROLLBACK, self._end])
            raise

    def _commit(self, session: Session, batch: list[Pending[object]], hold: bytes, progress: Progress) -> None:
        rows = Rows(self._tables, [pending.operation for pending in batch])
        answers = session.ask([*self._begin, *rows.questions()])
        number, revision_id, holder, until = _single(answers[2])
        now = answers[3][0][0]
        if holder != hold and (hold or until > now):
            session.ask([_ROLLBACK, self._end])
            raise HoldLost if hold else Held
        rows.take(Revision(number, revision_id), answers[3:])
        progress.outcomes = settle_batch(batch, rows, self._random)
        if rows.dirty:
            self._store(session, list(rows.changes()), progress)
        else:
            session.ask([_ROLLBACK, self._end])
            progress.committed = True

    def take_hold(self, session: Session, hold: bytes, lasts_s: float) -> None:
        """Block the commits of all other processes, or prolong that.  Raises `Held`, and what `commit` does."""
        try:
            self._take_hold(session, hold, lasts_s)
        except StatementFailed:
            session.ask([_ROLLBACK, self._end])
            raise

    def _take_hold(self, session: Session, hold: bytes, lasts_s: float) -> None:
        answers = session.ask([*self._begin, CLOCK])
        _, _, holder, until = _single(answers[2])
        now = answers[3][0][0]
        if holder != hold and until > now:
            session.ask([_ROLLBACK, self._end])
            raise Held
        query = self._tables.query(_SET_HOLD % (octets(hold).decode(), now + lasts_s))
        session.ask([query, _COMMIT, self._end])

    def end_hold(self, session: Session, hold: bytes) -> None:
        """Let the others commit, if the hold is still there."""
        session.ask([self._tables.query(_END_HOLD % octets(hold).decode())])

    def _store(self, session: Session, changes: list[bytes], progress: Progress) -> None:
        """Send the changes.  The last of them, and COMMIT, go together."""
        *first, last = changes
        if first and sum(map(len, changes)) > session.packet_bytes:
            session.ask(first)
            first = []
        answers: list[Table] = []
        progress.sent = True
        try:
            session.ask([*first, last, _COMMIT, self._end], answers)
        except StatementFailed:
            # The server does nothing after a statement that failed.
            progress.sent = len(answers) > len(first)
            raise
        finally:
            progress.committed = len(answers) > len(first) + 1


def _single(rows: Table) -> tuple[int, bytes, bytes, float]:
    if not rows:
        # The table was emptied: by a restore that is under way, perhaps.
        raise HeadMissing("the row of the newest revision is gone")
    number, revision_id, hold, until, read_only = rows[0]
    if read_only:
        # It was the primary once.  A privileged user could still write here, unseen by the present one.
        raise StorageError("this MySQL server takes no writes; the storage needs one that does")
    return number, revision_id, hold, until


class HeadMissing(Exception):
    """The tables aren't those of a store any more."""
