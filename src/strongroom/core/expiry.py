"""The expiry role.

It ends tokens and leases that are due, makes the calls that engines have scheduled, clears deleted namespaces, disabled
mounts and revoked tokens, rotates an old encryption key, and removes the rows that lead to a new root key.

One process of all nodes holds the role, by a lock in the store.  Each commit checks that lock, so a holder that lost
the lock without noticing changes nothing.  All progress is in the store: the next holder continues after the last
commit.

Each class of work has its own lane (`core/lane.py`).  An attacker who makes thousands of wrapping tokens or failed
logins delays only those classes, and no lease.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

import structlog

from strongroom.barrier import keys
from strongroom.barrier.due import (
    LEASE,
    LOCKOUT,
    MFA,
    OIDC_CODE,
    OIDC_KEY,
    SCHEDULED,
    SINGLE_USE,
    TARGET_LEASE,
    TOKEN,
    UNUSED_ENTITY,
)
from strongroom.barrier.succession import is_over
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.clearing import Clearing
from strongroom.core.earlier_rows import EarlierRows
from strongroom.core.identity_clearing import IdentityClearing
from strongroom.core.lane import Lane, Step
from strongroom.core.lateness import LatenessWatch
from strongroom.core.lease_ending import LeaseEnding
from strongroom.core.mount_lanes import Batch, MountLanes
from strongroom.core.namespaces.clearing import NamespaceClearing
from strongroom.core.oidc_upkeep import OidcUpkeep
from strongroom.core.outbox_upkeep import OutboxUpkeep
from strongroom.core.parking import Parking
from strongroom.core.rest import rests
from strongroom.core.scheduled_calls import ScheduledCalls
from strongroom.core.token_ending import TokenEnding
from strongroom.core.unused_entities import UnusedEntities
from strongroom.core.withdrawals import WithdrawalClearing
from strongroom.lib.errors import StorageError, StrongroomError
from strongroom.lib.fault import where
from strongroom.services import restoration
from strongroom.storage.base import Fence
from strongroom.sysapi import rotation
from strongroom.sysapi.services import Services

log = structlog.get_logger("expiry")

ROLE = "expiry"
LOCK_S = 10.0
"""How long a holder keeps the role without prolonging it."""
_SUCCESSORS = 256
_WATCH_EVERY = 10
"""Number of pauses between two checks of lateness."""


class Expiry:
    """Runs the expiry role.

    Args:
        pause_s: how long to rest when nothing is due, in seconds.
        prolong_s: how often the role is prolonged, in seconds.
    """

    def __init__(self, services: Services, *, pause_s: float = 1.0, prolong_s: float = 3.0) -> None:
        self._services = services
        self._pause_s = pause_s
        self._prolong_s = prolong_s
        self._holder = services.random.bytes(16).hex()
        self._watch = LatenessWatch(services)
        self._by_mount = [MountLanes(services, kind, batch) for kind, batch in self._batches().items()]
        self._lanes = [Lane(name, step, services.ended) for name, step in self._steps().items()]

    async def run_forever(self) -> None:
        """Take the role when it is free, and work.  Release the role when cancelled."""
        storage = self._services.barrier.storage
        while True:
            try:
                # A process without requests must also follow a new root key, before the rows that lead to it are
                # removed.
                await self._services.barrier.sync()
                fence = None if await rests(self._services) else await storage.lock(ROLE, self._holder, LOCK_S)
                if fence is not None:
                    await self._begin(fence)
            except StrongroomError as error:
                log.warning("expiry is interrupted", reason=error.detail or error.text)
            except Exception as error:  # a bug of this server must not stop the expiry of leases and tokens
                log.error("expiry is interrupted", fault=where(error))
            await asyncio.sleep(self._pause_s)

    async def _begin(self, fence: Fence) -> None:
        """Work with the role that was just taken, unless the store is frozen.

        A restore has all roles given up.  So it is either known here, or what is done with this fence is refused.
        """
        if await restoration.freezes(self._services.barrier):
            await self._services.barrier.storage.unlock(fence)
            return
        await self._hold(fence)

    async def run_once(self, fence: Fence) -> int:
        """Do one step of each class at the store's time.  Returns the number of things done."""
        now = await self._services.barrier.storage.now()
        await self._watch.run_once(fence, now)
        steps = [lanes.run_once(fence, now) for lanes in self._by_mount]
        steps += [lane.run_once(fence, now) for lane in self._lanes]
        return sum(await asyncio.gather(*steps))

    def _batches(self) -> dict[str, Batch]:
        """The classes that have a lane for each mount, by their kind in the due index."""
        leases = {kind: LeaseEnding(self._services, kind).batch for kind in (LEASE, TARGET_LEASE)}
        return {**leases, SCHEDULED: ScheduledCalls(self._services).batch}

    def _steps(self) -> dict[str, Step]:
        """The classes that have one lane: the other kinds of the due index, and work that isn't in that index."""
        tokens, pending, oidc = TokenEnding(self._services), Clearing(self._services), OidcUpkeep(self._services)
        return {
            TOKEN: partial(tokens.tokens, TOKEN),
            SINGLE_USE: partial(tokens.tokens, SINGLE_USE),
            LOCKOUT: tokens.lockouts,
            OIDC_CODE: oidc.codes,
            OIDC_KEY: oidc.keys,
            MFA: tokens.logins,
            UNUSED_ENTITY: UnusedEntities(self._services).run_once,
            "token-tree": pending.trees,
            "mount": pending.mounts,
            "withdrawal": WithdrawalClearing(self._services).run_once,
            "namespace": NamespaceClearing(self._services).run_once,
            "identity": IdentityClearing(self._services).run_once,
            "key": self._keys,
            "sealed-namespace": Parking(self._services).run_once,
            "earlier-row": EarlierRows(self._services).run_once,
            "event": OutboxUpkeep(self._services).run_once,
        }

    async def _hold(self, fence: Fence) -> None:
        """Work until the role is lost."""
        storage, pause_s = self._services.barrier.storage, self._pause_s
        watch = Lane("watch", self._watch.run_once, {})
        work = [
            self._prolong(fence),
            *(lanes.run_forever(fence, pause_s) for lanes in self._by_mount),
            watch.run_forever(storage, fence, pause_s * _WATCH_EVERY),
            *(lane.run_forever(storage, fence, pause_s) for lane in self._lanes),
        ]
        tasks = [asyncio.create_task(each) for each in work]
        self._services.roles.add(ROLE)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._services.roles.discard(ROLE)
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(StorageError):  # the lock runs out by itself
                await storage.unlock(fence)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _prolong(self, fence: Fence) -> None:
        """Prolong the role again and again.

        Returns when the lock was lost, or had expired and was taken again, or when the node is to have no role.
        """
        revision: int | None = fence.revision
        while revision == fence.revision:
            await asyncio.sleep(self._prolong_s)
            kept = await self._services.barrier.storage.lock(ROLE, self._holder, LOCK_S)
            # After a pause longer than the lock (a machine that slept), this process may get the lock again with a new
            # fence. The store would refuse every commit with the old fence.
            revision = kept.revision if kept is not None else None
            if await rests(self._services):
                return

    async def _keys(self, fence: Fence, now: float) -> int:
        """Rotate the encryption key when it is old, and remove old rows of root keys."""
        return await self._rotate(fence, now) + await self._end_successors(fence, now)

    async def _rotate(self, fence: Fence, now: float) -> int:
        """Replace the encryption key when it is old enough."""

        async def body(txn: Transaction) -> bool:
            if not await rotation.is_due(self._services, txn, now):
                return False
            await txn.guard(fence)
            await rotation.rotate(self._services, txn, now)
            return True

        if not await transact(self._services.barrier, body):
            return 0
        log.info("the encryption key was old enough to be replaced")
        return 1

    async def _end_successors(self, fence: Fence, now: float) -> int:
        """Remove the rows that led the processes to a new root key."""

        async def body(txn: Transaction, row: str) -> bool:
            raw = await txn.read_plain(row)
            if raw is None or not is_over(raw, now):
                return False
            await txn.guard(fence)
            txn.delete(row)
            return True

        names = (await self._services.barrier.storage.scan(keys.SUCCESSORS, limit=_SUCCESSORS)).names
        ended = [await transact(self._services.barrier, partial(body, row=keys.SUCCESSORS + name)) for name in names]
        return sum(ended)
