"""Revoking leases that are due."""

from __future__ import annotations

from functools import partial

import structlog

from strongroom.barrier.due import LEASE
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.side_by_side import side_by_side
from strongroom.lib.errors import Conflict, StorageError, StrongroomError
from strongroom.services.due import Due, due_rows
from strongroom.services.leases import revocation
from strongroom.services.leases.records import PLANNED
from strongroom.services.leases.service import lease_due_key
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("expiry")

_BATCH = 64
_AT_ONCE_PER_MOUNT = 8
"""Revocations that one mount has under way: what its system bears, and what it can keep waiting when it hangs.  Each
is given up after `services.asking.TIMEOUT_S`."""


class LeaseEnding:
    """Revokes what is due, a batch of one mount at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._storage = services.barrier.storage

    async def batch(self, mount: str, fence: Fence, now: float) -> int:
        """Revoke the oldest leases of a mount that are due; how many rows were worked off."""
        due = await due_rows(self._storage, LEASE, now, _BATCH, mount)
        return await side_by_side([partial(self._end, fence, row, now) for row in due], _AT_ONCE_PER_MOUNT)

    async def _end(self, fence: Fence, due: Due, now: float) -> None:
        services = self._services

        async def undo(txn: Transaction) -> None:
            await txn.guard(fence)
            lease = await services.leases.read(txn, due.id)
            if lease is None or lease_due_key(lease) != due.row:
                txn.delete(due.row)
            elif lease.state == PLANNED:
                services.leases.expire(txn, lease, now)  # committed before anything is undone: nobody finishes it now
            else:
                await revocation.revoke(services.leases, services.mounts, txn, lease, now)

        async def note(txn: Transaction) -> None:
            await txn.guard(fence)
            lease = await services.leases.read(txn, due.id)
            if lease is not None and lease_due_key(lease) == due.row:
                # By the clock of now: a revocation that was given up took its time, and its next is to come after it.
                services.leases.failed(txn, lease, reason, await self._storage.now())

        try:
            await transact(services.barrier, undo)
        except (StorageError, Conflict):
            raise  # nothing was tried that could be noted
        except StrongroomError as error:
            reason = error.text
            log.warning("revocation failed", lease_id=due.id, reason=error.detail or reason)
            await transact(services.barrier, note)
