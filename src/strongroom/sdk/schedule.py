"""Work that a mount's engine has scheduled: rotations, cleanup, renewals.

A piece of work has a name, unique in its mount, and one row.  Scheduling it again moves it.  The row is deleted when
the transaction of `Engine.due` commits.
"""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.due import SCHEDULED, DueRecord, due_key, folder, retry_wait_s
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest, RateLimited
from strongroom.storage.keys import is_key

CEILING = 10_000
"""Pieces of work that one mount may have scheduled at a time."""
_NAME_CHARACTERS = 512
_LATEST = 1e12
"""In seconds since the epoch.  The due index can't store a later time."""
_REASON_CHARACTERS = 1000
_FULL_RETRY_S = 60


class ScheduledWork(SecretRecord, frozen=True, tag="scheduled"):
    """One piece of work.  The engine's data for it may be secret."""

    mount: str
    """Id of the mount whose engine is called."""
    name: str
    at: float
    """The time of the call, in seconds since the epoch."""
    data: dict[str, Any] = {}
    attempts: int = 0
    """Calls that failed."""
    next_attempt_at: float = 0.0
    last_error: str = ""

    @property
    def due_row(self) -> str:
        """Its key in the due index: its time, or the time of the next attempt."""
        return due_key(max(self.at, self.next_attempt_at), SCHEDULED, self.name, self.mount)


class Schedule:
    """The scheduled work of one mount, within a transaction."""

    __slots__ = ("_mount", "_txn")

    def __init__(self, txn: Transaction, mount: str) -> None:
        self._txn = txn
        self._mount = mount

    async def put(self, at: float, name: str, data: dict[str, Any]) -> None:
        """Schedule work, or move the work of that name.

        Args:
            at: seconds since the epoch; a time that has passed is due at once.

        Raises:
            InvalidRequest: a name that is empty, too long or not usable as a key, or an invalid time. RateLimited: the
                mount has too much scheduled work; raised by the commit.
        """
        if not is_key(name) or len(name) > _NAME_CHARACTERS:
            raise InvalidRequest("scheduled work needs a name of 1 to 512 characters, without empty segments")
        if not 0 <= at < _LATEST:
            raise InvalidRequest("scheduled work needs a time in seconds since the epoch")
        before = await self.read(name)
        if before is None:
            text = f"the mount has {CEILING} pieces of work scheduled, which is the most"
            self._txn.add(self._counter, 1, 0, CEILING, RateLimited(text, retry_after_s=_FULL_RETRY_S))
        self._store(before, ScheduledWork(mount=self._mount, name=name, at=at, data=data))

    async def read(self, name: str) -> ScheduledWork | None:
        """The work of that name, or None."""
        return await self._txn.read(self._row(name), ScheduledWork) if is_key(name) else None

    def failed(self, work: ScheduledWork, reason: str, now: float) -> ScheduledWork:
        """Store a failed call.  It is made again, at growing intervals."""
        changed = msgspec.structs.replace(
            work,
            attempts=work.attempts + 1,
            next_attempt_at=now + retry_wait_s(work.attempts, f"{self._mount}/{work.name}"),
            last_error=reason[:_REASON_CHARACTERS],
        )
        self._store(work, changed)
        return changed

    def remove(self, work: ScheduledWork) -> None:
        """Delete stored work."""
        self._txn.delete(self._row(work.name))
        self._txn.delete(work.due_row)
        self._txn.add(self._counter, -1, 0, CEILING)

    def _store(self, before: ScheduledWork | None, work: ScheduledWork) -> None:
        if before is not None:
            self._txn.delete(before.due_row)
        self._txn.write(self._row(work.name), work)
        self._txn.write(work.due_row, DueRecord(kind=SCHEDULED, id=work.name))

    def _row(self, name: str) -> str:
        return f"{keys.SCHEDULE}{self._mount}/{name}"

    @property
    def _counter(self) -> str:
        return keys.SCHEDULE_COUNT + self._mount


def prefixes_of(mount: str) -> tuple[str, ...]:
    """The prefixes of all rows of a mount's scheduled work; the due index comes last."""
    return (f"{keys.SCHEDULE}{mount}/", folder(SCHEDULED, mount))
