"""Calls engines for the work that they have scheduled."""

from __future__ import annotations

from functools import partial

import structlog

from strongroom.barrier.due import SCHEDULED
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.side_by_side import side_by_side
from strongroom.lib.errors import Conflict, StorageError, StrongroomError
from strongroom.sdk.schedule import Schedule
from strongroom.services.asking import bounded, engine_of, request_of
from strongroom.services.due import Due, due_rows
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("expiry")

_BATCH = 64
_AT_ONCE_PER_MOUNT = 8
"""Concurrent calls of one mount.  Each ends after `services.asking.TIMEOUT_S`."""


class ScheduledCalls:
    """Calls `Engine.due` for work that is due, a batch of one mount at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._storage = services.barrier.storage

    async def batch(self, mount: str, fence: Fence, now: float) -> int:
        """Make the oldest calls of a mount that are due.  Returns the number of rows processed."""
        due = await due_rows(self._storage, SCHEDULED, now, _BATCH, mount)
        return await side_by_side([partial(self._call, mount, fence, row, now) for row in due], _AT_ONCE_PER_MOUNT)

    async def _call(self, mount: str, fence: Fence, due: Due, now: float) -> None:
        async def call(txn: Transaction) -> None:
            await txn.guard(fence)
            schedule = Schedule(txn, mount)
            work = await schedule.read(due.id)
            if work is None or work.due_row != due.row:
                txn.delete(due.row)
                return
            schedule.remove(work)  # first: the engine may schedule the next time under the same name
            entry = await self._services.mounts.by_id(txn, mount)
            if entry is not None:
                request = request_of(txn, entry, "", now)
                about = f"{entry.record.full_path} {work.name}"
                await bounded(engine_of(entry).due(request, work.name, dict(work.data)), "scheduled work", about)

        async def note(txn: Transaction) -> None:
            await txn.guard(fence)
            schedule = Schedule(txn, mount)
            work = await schedule.read(due.id)
            if work is not None and work.due_row == due.row:
                # At the current time, not the batch's: the failed call may have taken long, and the next one comes
                # after it.
                schedule.failed(work, reason, await self._storage.now())

        try:
            await transact(self._services.barrier, call)
        except (StorageError, Conflict):
            raise  # no call was attempted, so there is no failure to store
        except StrongroomError as error:
            reason = error.text or type(error).__name__
            log.warning("scheduled work failed", mount_id=mount, name=due.id, reason=error.detail or reason)
            await transact(self._services.barrier, note)
