"""The role that ends what is due: tokens, leases, what disabled mounts and revoked tokens left behind, the encryption
key when it is old, and the rows that lead to a new root key.

One process of all holds it, by a lock in the store; whatever it commits rests on that lock, so that a holder who
lost it without noticing changes nothing.  Nothing here is remembered between two rounds: a successor goes on where
the last commit was.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

import structlog

from strongroom.barrier import keys
from strongroom.barrier.succession import is_over
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.fault import where
from strongroom.core.rubble import RubbleClearing
from strongroom.core.side_by_side import side_by_side
from strongroom.lib.errors import Conflict, StorageError, StrongroomError
from strongroom.services.leases import revocation
from strongroom.services.leases.records import PLANNED
from strongroom.services.leases.service import lease_due_key
from strongroom.services.mounts.lockout import clear_forgotten
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.service import due_key
from strongroom.storage.base import Fence
from strongroom.sysapi import rotation
from strongroom.sysapi.parts import Unsealed

log = structlog.get_logger("expiry")

ROLE = "expiry"
LOCK_S = 10.0
"""How long the role stays with a holder who doesn't prolong it."""
_BATCH = 256


class Expiry:
    """Ends what is due.

    Args:
        pause_s: how long to rest when nothing is due, in seconds.
        prolong_s: how often the role is prolonged, in seconds.
    """

    def __init__(self, parts: Unsealed, *, pause_s: float = 1.0, prolong_s: float = 3.0) -> None:
        self._parts = parts
        self._pause_s = pause_s
        self._prolong_s = prolong_s
        self._holder = parts.random.bytes(16).hex()
        self._rubble = RubbleClearing(parts)

    async def run_forever(self) -> None:
        """Take the role whenever it is free, and work; hand it back when cancelled."""
        storage = self._parts.barrier.storage
        while True:
            try:
                # Even a process that serves nobody follows a new root key while the way to it is there.
                await self._parts.barrier.sync()
                fence = await storage.lock(ROLE, self._holder, LOCK_S)
                if fence is not None:
                    await self._hold(fence)
            except StrongroomError as error:
                log.warning("expiry is interrupted", reason=error.detail or error.text)
            except Exception as error:  # a fault of ours: leases and tokens must go on to end all the same
                log.error("expiry is interrupted", fault=where(error))
            await asyncio.sleep(self._pause_s)

    async def run_once(self, fence: Fence) -> int:
        """Do a bounded part of what is due by the store's clock; how many things were done, 0 when nothing was."""
        now = await self._parts.barrier.storage.now()
        done = await self._due(fence, now) + await self._rubble.run_once(fence, now)
        return done + await self._rotate(fence, now) + await self._end_successors(fence, now)

    async def _hold(self, fence: Fence) -> None:
        """Work until the role is lost."""
        tasks = [asyncio.create_task(self._prolong(fence)), asyncio.create_task(self._work(fence))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(StorageError):  # the lock runs out by itself
                await self._parts.barrier.storage.unlock(fence)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _prolong(self, fence: Fence) -> None:
        """Keep the role; returns when somebody else has it, or it had run out and was taken anew."""
        revision: int | None = fence.revision
        while revision == fence.revision:
            await asyncio.sleep(self._prolong_s)
            kept = await self._parts.barrier.storage.lock(ROLE, self._holder, LOCK_S)
            # After a pause longer than the lock, as of a machine that slept, it is ours again by another fence: what
            # rests on the old one would be refused for ever.
            revision = kept.revision if kept is not None else None

    async def _work(self, fence: Fence) -> None:
        while True:
            if not await self.run_once(fence):
                await asyncio.sleep(self._pause_s)

    async def _due(self, fence: Fence, now: float) -> int:
        # Not within a transaction: what becomes due meanwhile is no reason to begin again.
        names = (await self._parts.barrier.storage.scan(keys.DUE, limit=_BATCH)).names
        until = int(now * 1000)
        due = [name for name in names if int(name.partition("/")[0]) <= until]
        return await side_by_side([partial(self._end, fence, name, now) for name in due])

    async def _rotate(self, fence: Fence, now: float) -> int:
        """Replace the encryption key when it is old enough."""

        async def body(txn: Transaction) -> bool:
            if not await rotation.is_due(self._parts, txn, now):
                return False
            await txn.guard(fence)
            await rotation.rotate(self._parts, txn, now)
            return True

        if not await transact(self._parts.barrier, body):
            return 0
        log.info("the encryption key was old enough to be replaced")
        return 1

    async def _end_successors(self, fence: Fence, now: float) -> int:
        """Remove the rows by which a new root key was followed."""

        async def body(txn: Transaction, row: str) -> bool:
            raw = await txn.read_plain(row)
            if raw is None or not is_over(raw, now):
                return False
            await txn.guard(fence)
            txn.delete(row)
            return True

        names = (await self._parts.barrier.storage.scan(keys.SUCCESSORS, limit=_BATCH)).names
        ended = [await transact(self._parts.barrier, partial(body, row=keys.SUCCESSORS + name)) for name in names]
        return sum(ended)

    async def _end(self, fence: Fence, name: str, now: float) -> None:
        _, kind, id_ = name.split("/", 2)
        if kind == "token":
            await self._end_token(fence, keys.DUE + name, id_)
        elif kind == "lockout":
            await self._end_lockout(fence, keys.DUE + name, id_, now)
        else:
            await self._end_lease(fence, keys.DUE + name, id_, now)

    async def _end_token(self, fence: Fence, row: str, key: str) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            record = await txn.read(keys.TOKEN + key, TokenRecord)
            if record is not None and not record.retired and await self._over(txn, record, row):
                await self._parts.tokens.revoke(txn, record)
            txn.delete(row)

        await transact(self._parts.barrier, body)

    async def _end_lockout(self, fence: Fence, row: str, id_: str, now: float) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            await clear_forgotten(txn, row, id_, now)

        await transact(self._parts.barrier, body)

    async def _over(self, txn: Transaction, record: TokenRecord, row: str) -> bool:
        """Whether `row` is no left-over: the token's time has come, or its uses are used up."""
        return due_key(record.expires_at, "token", record.key) == row or await self._parts.tokens.spent(txn, record)

    async def _end_lease(self, fence: Fence, row: str, id_: str, now: float) -> None:
        parts = self._parts

        async def undo(txn: Transaction) -> None:
            await txn.guard(fence)
            lease = await parts.leases.read(txn, id_)
            if lease is None or lease_due_key(lease) != row:
                txn.delete(row)
            elif lease.state == PLANNED:
                parts.leases.expire(txn, lease, now)  # committed before anything is undone: nobody finishes it now
            else:
                await revocation.revoke(parts.leases, parts.mounts, txn, lease, now)

        async def note(txn: Transaction) -> None:
            await txn.guard(fence)
            lease = await parts.leases.read(txn, id_)
            if lease is not None and lease_due_key(lease) == row:
                parts.leases.failed(txn, lease, reason, now)

        try:
            await transact(parts.barrier, undo)
        except (StorageError, Conflict):
            raise  # nothing was tried that could be noted
        except StrongroomError as error:
            reason = error.text
            log.warning("revocation failed", lease_id=id_, reason=error.detail or reason)
            await transact(parts.barrier, note)
