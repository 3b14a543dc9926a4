"""Revoking leases that are due, each mount for itself: one whose system hangs or fails holds up no other."""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.lane import Lane
from strongroom.core.side_by_side import side_by_side
from strongroom.lib.errors import Conflict, StorageError, StrongroomError
from strongroom.services.due import LEASE, Due, due_rows, groups
from strongroom.services.leases import revocation
from strongroom.services.leases.records import PLANNED
from strongroom.services.leases.service import lease_due_key
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("expiry")

_BATCH = 64
_AT_ONCE_PER_MOUNT = 8
"""Revocations that one mount has under way: what its system bears, and what it can keep waiting when it hangs.  Each
is given up after `services.leases.service.TIMEOUT_S`."""


class LeaseEnding:
    """Revokes what is due; a mount's leases in a lane of their own."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._storage = services.barrier.storage

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one batch of every mount, to its end."""
        mounts = await groups(self._storage, LEASE)
        return sum(await asyncio.gather(*(self._lane(mount).run_once(fence, now) for mount in mounts)))

    async def run_forever(self, fence: Fence, pause_s: float) -> None:
        """Look for mounts that have something due, and let each go on until it hasn't."""
        running: dict[str, asyncio.Task[None]] = {}
        look = Lane(LEASE, partial(self._look, running), self._services.ended)
        try:
            await look.run_forever(self._storage, fence, pause_s)
        finally:
            tasks = list(running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self, running: dict[str, asyncio.Task[None]], fence: Fence, now: float) -> int:
        """Start what isn't running; always 0, since the mounts' own lanes count what is done."""
        idle = [mount for mount in await groups(self._storage, LEASE) if mount not in running]
        first = await asyncio.gather(*(due_rows(self._storage, LEASE, now, 1, mount) for mount in idle))
        for mount in (mount for mount, rows in zip(idle, first, strict=True) if rows):
            running[mount] = asyncio.create_task(self._drain(running, mount, fence))
        return 0

    async def _drain(self, running: dict[str, asyncio.Task[None]], mount: str, fence: Fence) -> None:
        lane = self._lane(mount)
        try:
            while await lane.try_once(self._storage, fence):
                pass
        finally:
            del running[mount]

    def _lane(self, mount: str) -> Lane:
        return Lane(LEASE, partial(self._batch, mount), self._services.ended)

    async def _batch(self, mount: str, fence: Fence, now: float) -> int:
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
