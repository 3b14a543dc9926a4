"""The role of scheduled snapshots: one process of all nodes takes them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial

import msgspec
import structlog

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import StorageError, StrongroomError
from strongroom.lib.fault import where
from strongroom.services import restoration
from strongroom.services.snapshots.schedule import records
from strongroom.services.snapshots.schedule.places import place_of
from strongroom.services.snapshots.schedule.records import Schedule, Status
from strongroom.services.snapshots.schedule.running import failed, noted, run
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("snapshots")

ROLE = "snapshots"
LOCK_S = 30.0
"""How long a holder keeps the role without prolonging it."""
_BROKE_OFF = "a fault of this server, of which its log has more"


class ScheduledSnapshots:
    """Runs the role.

    Args:
        pause_s: how often it looks for what is due, in seconds. prolong_s: how often the role is prolonged meanwhile.
    """

    def __init__(self, services: Services, *, pause_s: float = 5.0, prolong_s: float = 8.0) -> None:
        self._services = services
        self._storage = services.barrier.storage
        self._pause_s = pause_s
        self._prolong_s = prolong_s
        self._holder = services.random.bytes(16).hex()

    async def run_forever(self) -> None:
        """Take the role when it is free and something is due.  Release it when cancelled."""
        while True:
            try:
                await self.run_once()
            except StrongroomError as error:
                log.warning("scheduled snapshots are interrupted", reason=error.detail or error.text)
            except Exception as error:  # a bug of this server must not end all snapshots for good
                log.error("scheduled snapshots are interrupted", fault=where(error))
            await asyncio.sleep(self._pause_s)

    async def run_once(self) -> int:
        """Take what is due, if no other process does.  Returns how many snapshots were tried."""
        if await restoration.freezes(self._services.barrier) or not await self._due():
            return 0
        fence = await self._storage.lock(ROLE, self._holder, LOCK_S)
        if fence is None:
            return 0
        self._services.roles.add(ROLE)
        try:
            # A restore has all roles given up.  So it is known here, or what is stored with this fence is refused.
            if await restoration.freezes(self._services.barrier):
                return 0
            return await self._work(fence)
        finally:
            self._services.roles.discard(ROLE)
            with contextlib.suppress(StorageError):  # the lock runs out by itself
                await self._storage.unlock(fence)

    async def _work(self, fence: Fence) -> int:
        prolonging = asyncio.create_task(self._prolong(fence))
        working = asyncio.create_task(self._take_all(fence))
        try:
            await asyncio.wait((prolonging, working), return_when=asyncio.FIRST_COMPLETED)
            return await working if working.done() else 0
        finally:
            for task in (prolonging, working):
                task.cancel()
            await asyncio.gather(prolonging, working, return_exceptions=True)

    async def _prolong(self, fence: Fence) -> None:
        """Prolong the role again and again.  Returns when it was lost."""
        revision: int | None = fence.revision
        while revision == fence.revision:
            await asyncio.sleep(self._prolong_s)
            kept = await self._storage.lock(ROLE, self._holder, LOCK_S)
            revision = kept.revision if kept is not None else None

    async def _take_all(self, fence: Fence) -> int:
        due = await self._due()
        for name, (schedule, before) in due.items():
            await self._take(fence, name, schedule, before)
        return len(due)

    async def _take(self, fence: Fence, name: str, schedule: Schedule, before: Status) -> None:
        snapshots = self._services.snapshots

        async def tell(phase: str) -> None:
            now = snapshots.clock.now()
            await self._note(fence, name, lambda known: msgspec.structs.replace(known, phase=phase, phase_at=now))

        try:
            place = place_of(schedule, snapshots.directories, snapshots.work)
            after = await run(snapshots, schedule, place, before, tell)
        except StrongroomError as error:  # the place isn't allowed any more
            now = snapshots.clock.now()
            after = failed(schedule, before, error, now, now)
        except Exception as error:  # a bug of this server must not have it try again at once, and say nothing
            log.error("a scheduled snapshot broke off", schedule=name, fault=where(error))
            now = snapshots.clock.now()
            after = failed(schedule, before, StorageError(_BROKE_OFF), now, now)
        if after.error:
            log.error("a scheduled snapshot failed", schedule=name, reason=after.error, failures=after.failures)
        else:
            log.info("a scheduled snapshot was taken", schedule=name, file=after.good_name, rows=after.good_rows)

        await self._note(fence, name, lambda known: noted(known, after))

    async def _note(self, fence: Fence, name: str, change: Callable[[Status], Status]) -> None:
        async def note(txn: Transaction) -> None:
            await txn.guard(fence)
            if (known := await records.status(txn, name)) is not None:
                txn.write(records.STATUS + name, change(known))

        await transact(self._services.barrier, note)

    async def _due(self) -> dict[str, tuple[Schedule, Status]]:
        return await transact(self._services.barrier, partial(_due_at, now=await self._storage.now()))


async def _due_at(txn: Transaction, now: float) -> dict[str, tuple[Schedule, Status]]:
    found = {}
    for name in await records.names(txn):
        schedule, status = await records.read(txn, name), await records.status(txn, name)
        if schedule is not None and status is not None and status.next_at <= now:
            found[name] = (schedule, status)
    return found
