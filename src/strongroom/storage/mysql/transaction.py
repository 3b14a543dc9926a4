"""One attempt to commit a batch, in the thread of a connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.base import Revision
from strongroom.storage.batch import Outcome, Pending, settle_batch
from strongroom.storage.mysql.failures import DEADLOCK, RolledBackError, StatementFailed
from strongroom.storage.mysql.rows import CLOCK, Rows
from strongroom.storage.mysql.session import Session, Table
from strongroom.storage.mysql.tables import Tables, octets

_LOCK = (
    "SELECT number, id, hold, hold_until, @@global.read_only OR @@global.innodb_read_only"
    " FROM {head} WHERE single = 1 FOR UPDATE"
)
_MOVE = "UPDATE {head} SET number = %d, id = %s WHERE single = 1"
_SET_HOLD = "UPDATE {head} SET hold = %s, hold_until = %r WHERE single = 1"
_IF_STILL = " AND number = %d AND id = %s"
_END_HOLD = "UPDATE {head} SET hold = '', hold_until = 0 WHERE single = 1 AND hold = %s"
_BEGIN: Final = b"START TRANSACTION"
_COMMIT: Final = b"COMMIT"
_ROLLBACK: Final = b"ROLLBACK"
_COUNT: Final = b"SELECT ROW_COUNT()"


class Held(RolledBackError):
    """Another process holds the store exclusively."""


class HoldLost(RolledBackError):
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
    """Makes attempts, in three round trips: the lock and what is read, the changes, and COMMIT.

    COMMIT goes alone.  In one packet with other statements, MariaDB's Galera answers that it was done although the
    cluster has refused it.  The head is moved on the condition that it is as it was read.  So neither a lock that was
    lost unseen, nor a transaction that was, can make two commits of the same number.
    """

    def __init__(self, tables: Tables, random: Random) -> None:
        self._tables = tables
        self._random = random
        self._begin = [_BEGIN, tables.query(_LOCK)]

    def commit(self, session: Session, batch: list[Pending[object]], hold: bytes, progress: Progress) -> None:
        """Settle a batch under the lock of the head's row, and commit it.

        Args:
            hold: the id of this process's hold; empty without one.

        Raises:
            Held: another process holds the store; nothing was done.
            HoldLost: `hold` has ended; nothing was done.
            StatementFailed, ConnectionLost: `progress` says how far it came.
        """
        rows = Rows(self._tables, [pending.operation for pending in batch])
        with self._transaction(session, progress):
            answers = session.ask([*self._begin, *rows.questions()])
            locked = _single(answers[1])
            if locked.hold != hold and (hold or locked.hold_until > answers[2][0][0]):
                raise HoldLost if hold else Held
            rows.take(locked.head, answers[2:])
            progress.outcomes = settle_batch(batch, rows, self._random)
            if not rows.dirty:
                session.ask([_ROLLBACK])
                progress.committed = True
                return
            moved = _MOVE % (rows.head.number, octets(rows.head.id).decode())
            self._store(session, [*rows.changes(), self._if_still(moved, locked.head), _COUNT], progress)

    def take_hold(self, session: Session, hold: bytes, lasts_s: float) -> None:
        """Block the commits of all other processes, or prolong that.  Raises `Held`, and what `commit` does."""
        progress = Progress()
        with self._transaction(session, progress):
            answers = session.ask([*self._begin, CLOCK])
            locked = _single(answers[1])
            now = answers[2][0][0]
            if locked.hold != hold and locked.hold_until > now:
                raise Held
            held = _SET_HOLD % (octets(hold).decode(), now + lasts_s)
            self._store(session, [self._if_still(held, locked.head), _COUNT], progress)

    def end_hold(self, session: Session, hold: bytes) -> None:
        """Let the others commit, if the hold is still there."""
        with self._transaction(session, Progress()):
            session.ask([self._tables.query(_END_HOLD % octets(hold).decode())])
            session.ask([_COMMIT])

    def _if_still(self, update: str, head: Revision) -> bytes:
        return self._tables.query(update + _IF_STILL % (head.number, octets(head.id).decode()))

    def _store(self, session: Session, changes: list[bytes], progress: Progress) -> None:
        """Send the changes, of which the last counts the heads that it moved, and COMMIT."""
        if session.ask(changes)[-1][0][0] != 1:
            raise StatementFailed(DEADLOCK, "the lock of the newest revision was lost")
        progress.sent = True
        session.ask([_COMMIT])
        progress.committed = True

    @contextmanager
    def _transaction(self, session: Session, progress: Progress) -> Iterator[None]:
        """Roll back what the block leaves behind, unless COMMIT was sent."""
        try:
            yield
        except (StatementFailed, RolledBackError):
            if not progress.sent:
                session.ask([_ROLLBACK])
            raise


class Locked(NamedTuple):
    """The head's row, under its lock."""

    head: Revision
    hold: bytes
    hold_until: float


def _single(rows: Table) -> Locked:
    if not rows:
        # The table was emptied: by a restore that is under way, perhaps.
        raise HeadMissing("the row of the newest revision is gone")
    number, revision_id, hold, until, read_only = rows[0]
    if read_only:
        # It was the primary once.  A privileged user could still write here, unseen by the present one.
        raise StorageError("this MySQL server takes no writes; the storage needs one that does")
    return Locked(Revision(number, revision_id), hold, until)


class HeadMissing(Exception):
    """The tables aren't those of a store any more."""
