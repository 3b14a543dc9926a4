"""Revokes leases that are due."""

from __future__ import annotations

from functools import partial

import structlog

from strongroom.barrier.due import LEASE
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.parking import Parking
from strongroom.core.side_by_side import side_by_side
from strongroom.lib.errors import Conflict, NamespaceSealed, StorageError, StrongroomError
from strongroom.services.due import Due, due_rows
from strongroom.services.leases import revocation, rows
from strongroom.services.leases.records import PLANNED
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("expiry")

_BATCH = 64
_AT_ONCE = 8
"""Concurrent revocations of one mount, or of one system if the engine names it.

The bound protects that system from load, and this process from a system that hangs.  Each revocation ends after
`services.asking.TIMEOUT_S`.
"""


class LeaseEnding:
    """Revokes leases that are due, a batch of one group at a time.

    Args:
        kind: `barrier.due.LEASE`, whose groups are mounts, or `TARGET_LEASE`, whose groups are systems of mounts.
    """

    def __init__(self, services: Services, kind: str = LEASE) -> None:
        self._services = services
        self._kind = kind
        self._storage = services.barrier.storage
        self._parking = Parking(services)

    async def batch(self, group: str, fence: Fence, now: float) -> int:
        """Revoke the oldest leases of a group that are due.  Returns the number of rows processed."""
        due = await due_rows(self._storage, self._kind, now, _BATCH, group)
        work = [partial(self._parking.try_, fence, row, partial(self._end, fence, row, now)) for row in due]
        return await side_by_side(work, _AT_ONCE)

    async def _end(self, fence: Fence, due: Due, now: float) -> None:
        services = self._services

        async def undo(txn: Transaction) -> None:
            await txn.guard(fence)
            lease = await services.leases.read(txn, due.id)
            if lease is None:
                txn.delete(due.row)
            elif rows.due(lease) != due.row:
                # A node of an earlier version has moved the lease, and doesn't know all groups.
                txn.delete(due.row)
                txn.write(rows.due(lease), rows.of(lease)[rows.due(lease)])
            elif lease.state == PLANNED:
                # Committed before the revocation, so that nobody can put the lease in force any more.
                services.leases.expire(txn, lease, now)
            else:
                await revocation.revoke(services.leases, services.mounts, txn, lease, now)

        async def note(txn: Transaction) -> None:
            await txn.guard(fence)
            lease = await services.leases.read(txn, due.id)
            if lease is not None and rows.due(lease) == due.row:
                # At the current time, not the batch's: the failed revocation may have taken long, and the next one
                # comes after it.
                services.leases.failed(txn, lease, reason, await self._storage.now())

        try:
            await transact(services.barrier, undo)
        except (StorageError, Conflict, NamespaceSealed):
            raise  # no revocation was attempted, so there is no failure to store
        except StrongroomError as error:
            reason = error.text
            log.warning("revocation failed", lease_id=due.id, reason=error.detail or reason)
            await transact(services.barrier, note)
