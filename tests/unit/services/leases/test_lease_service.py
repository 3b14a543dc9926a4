"""Rows of leases."""

from __future__ import annotations

from functools import partial

from tests.flow.harness import open_barrier
from tests.sim.clock import SetClock

from strongroom.barrier import keys
from strongroom.barrier.due import retry_wait_s
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.rand import SystemRandom
from strongroom.services.leases import LeaseRecord, LeaseService
from strongroom.services.quotas.lease_counts import LeaseCounts
from strongroom.storage.inmem import InmemStorage


def service() -> LeaseService:
    """The service, of a server without quotas."""
    return LeaseService(SystemRandom(), LeaseCounts())


async def made(txn: Transaction, leases: LeaseService, now: float, token_key: str = "tk") -> LeaseRecord:
    """A lease of an hour, with a row in every index."""
    lease = LeaseRecord(
        id="",
        mount="m",
        path="db/creds/app",
        token_key=token_key,
        issued_at=now,
        expires_at=0.0,
        ttl_s=3600,
        max_ttl_s=7200,
        renewable=True,
        internal={"password": "canary"},
        group="role/app",
        account="v-app-1",
        entity_id="e",
        reuse="digest",
        target="main",
    )
    return await leases.create(txn, "root", lease)


async def test_every_row_of_a_lease_goes_with_it() -> None:
    """However its time was moved meanwhile: renewed, ended, failed; with an owner and without."""
    clock = SetClock()
    barrier = await open_barrier(InmemStorage(clock, SystemRandom()), clock)
    leases, now = service(), clock.now()
    counters = (keys.LEASE_COUNT, keys.LEASE_GROUP_COUNT, keys.LEASE_PLANNED_COUNT)
    before = (await barrier.storage.scan("")).names
    for owner in ("tk", ""):
        lease = await transact(barrier, partial(made, leases=leases, now=now, token_key=owner))

        async def move(txn: Transaction, lease: LeaseRecord = lease) -> LeaseRecord:
            lease = leases.renew(txn, lease, 60, now + 1)
            lease = leases.expire(txn, lease, now + 2)
            lease = leases.failed(txn, lease, "down", now + 3)
            return leases.failed(txn, lease, "down", now + 13)

        moved = await transact(barrier, move)
        assert moved.attempts == 2
        assert moved.next_attempt_at == now + 13 + retry_wait_s(1, lease.id)

        async def remove(txn: Transaction, moved: LeaseRecord = moved) -> None:
            await leases.remove(txn, moved)

        await transact(barrier, remove)
        after = [name for name in (await barrier.storage.scan("")).names if not name.startswith(counters)]
        assert after == before


async def test_malformed_ids_are_no_leases() -> None:
    """Text that is no key is looked for nowhere."""
    barrier = await open_barrier(InmemStorage(clock := SetClock(), SystemRandom()), clock)
    leases = service()
    for text in ("", "/", "a//b", "a/", "x" * 5000, "a\0b"):
        assert await transact(barrier, partial(leases.read, lease_id=text)) is None
