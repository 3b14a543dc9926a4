"""Work that a mount's engine has asked to be called for at a time: rotations, tidying, renewals.

A piece of work has a name, which is the mount's own, and one row.  Scheduling it again moves it.  It is kept until
`Engine.due` has returned and the transaction that it ran in is committed.
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
"""In seconds since the epoch; the index by time has room for no later one."""
_REASON_CHARACTERS = 1000
_FULL_RETRY_S = 60


class ScheduledWork(SecretRecord, frozen=True, tag="scheduled"):
    """One piece of work.  What the engine keeps with it may itself be secret."""

    mount: str
    """Id of the mount whose engine is called."""
    name: str
    at: float
    """When, in seconds since the epoch."""
    data: dict[str, Any] = {}
    attempts: int = 0
    """Calls that failed."""
    next_attempt_at: float = 0.0
    last_error: str = ""

    @property
    def due_row(self) -> str:
        """Where it stands in the index by time: when it is due, or when it is tried again."""
        return due_key(max(self.at, self.next_attempt_at), SCHEDULED, self.name, self.mount)


class Schedule:
    """The scheduled work of one mount, within a transaction."""

    __slots__ = ("_mount", "_txn")

    def __init__(self, txn: Transaction, mount: str) -> None:
        self._txn = txn
        self._mount = mount

    async def put(self, at: float, name: str, data: dict[str, Any]) -> None:
        """Schedule work, or move what has that name.

        Args:
            at: seconds since the epoch; a time that has passed is due at once.

        Raises:
            InvalidRequest: a name that is empty, too long or no key, or a time that is none.
            RateLimited: the mount has as much scheduled as it may; raised by the commit.
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
        """Note a call that failed, to be made again, ever more slowly."""
        changed = msgspec.structs.replace(
            work,
            attempts=work.attempts + 1,
            next_attempt_at=now + retry_wait_s(work.attempts),
            last_error=reason[:_REASON_CHARACTERS],
        )
        self._store(work, changed)
        return changed

    def remove(self, work: ScheduledWork) -> None:
        """Forget work that is stored."""
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
    """Below which all of a mount's scheduled work lies, its times last."""
    return (f"{keys.SCHEDULE}{mount}/", folder(SCHEDULED, mount))
