"""Many leases at once, and systems that hang."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.barrier import keys
from strongroom.barrier.due import LEASE, TARGET_LEASE, DueRecord, due_key, mount_of
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core import mount_lanes
from strongroom.core.expiry import Expiry
from strongroom.core.lease_ending import _BATCH
from strongroom.services.due import COUNTED
from strongroom.storage.base import Listing
from tests.flow.sysapi.leases_world import World
from tests.flow.sysapi.test_leases_terms import read
from tests.sim.faulty_storage import FaultyStorage, Plan


async def test_a_system_that_hangs_holds_up_no_other_of_its_mount() -> None:
    """One mount has connections to two databases. While one hangs, leases of the other go on to end."""
    world = await World.start()
    released = world.outside.hanging["dead"] = asyncio.Event()
    world.outside.terms = {"target": "dead"}
    for _ in range(100):
        await read(world, role="dead")
    world.clock.advance(60)
    world.outside.terms = {"target": "well"}
    for _ in range(20):
        await read(world, role="well")
    world.clock.advance(3601)
    working = asyncio.create_task(Expiry(world.services, pause_s=0.001).run_forever())
    async with asyncio.timeout(30):
        while any(name.startswith("well") for name in world.outside.accounts):
            await asyncio.sleep(0.001)
        assert len([name for name in world.outside.drops if name.startswith("dead")]) == 8
        assert len(world.outside.accounts) == 100
        released.set()
        while world.outside.accounts:
            await asyncio.sleep(0.001)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert not await world.lease_rows()


async def test_many_systems_are_looked_at_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """One look reads a bounded number of them, also while some hang, and each has its turn."""
    monkeypatch.setattr(mount_lanes, "_LOOKED_AT", 2)
    world = await World.start()
    released = asyncio.Event()
    for number in range(9):
        world.outside.terms = {"target": f"t{number}"}
        await read(world, role=f"r{number}")
        if number % 3 == 0:
            world.outside.hanging[f"t{number}"] = released
    world.clock.advance(3601)
    working = asyncio.create_task(Expiry(world.services, pause_s=0.001).run_forever())
    async with asyncio.timeout(30):
        while len(world.outside.accounts) > 3:
            await asyncio.sleep(0.001)
        released.set()
        while world.outside.accounts:
            await asyncio.sleep(0.001)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_a_target_of_any_name_has_its_own_row() -> None:
    """Names that look like places of the store; the rows go with the leases, and a renewal moves them."""
    world = await World.start()
    for target in ("a/b", "..", "ä" * 300, "a.b", "-"):
        world.outside.terms = {"target": target}
        lease = (await read(world))["lease_id"]
        await world.server.ok("PUT", "sys/leases/renew", {"lease_id": lease, "increment": 60})
    world.clock.advance(61)
    await world.settle()
    assert not world.outside.accounts
    assert not await world.lease_rows()


async def test_a_row_of_an_earlier_version_ends_its_lease() -> None:
    """It moved a lease that has a target, among the rows without one: the lease gets its row back, and ends."""
    world = await World.start()
    world.outside.terms = {"target": "main"}
    lease = (await read(world))["lease_id"]
    (row,) = await world.rows(f"{keys.QUEUE}{TARGET_LEASE}/")
    mount = mount_of(row.removeprefix(f"{keys.QUEUE}{TARGET_LEASE}/").partition("/")[0])

    async def move(txn: Transaction) -> None:
        txn.delete(row)
        txn.write(due_key(world.clock.now() + 3600, LEASE, lease, mount), DueRecord(kind=LEASE, id=lease))

    await transact(world.services.barrier, move)
    world.clock.advance(3601)
    await world.settle()
    assert not world.outside.accounts
    assert not await world.lease_rows()


class Watched(FaultyStorage):
    """A store that counts what the due index is asked for, but for what is asked to tell how late it is."""

    longest = 0
    names = 0

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below a prefix."""
        listing = await super().scan(prefix, after, limit)
        if limit != COUNTED and prefix.startswith(f"{keys.QUEUE}{LEASE}/"):
            self.longest = max(self.longest, len(listing.names))
            self.names += len(listing.names)
        return listing


async def _end_at_once(count: int) -> tuple[int, int, int]:
    """End so many leases that are due in the same second.

    Returns: the longest list of due rows, how many rows were listed, and how many calls the store got.
    """
    world = await World.start()
    for number in range(count):
        await world.lease(f"a{number}")
    world.clock.advance(3600)
    plan = Plan()
    store = world.services.barrier.storage = Watched(world.services.barrier.storage, plan)
    world.expiry = Expiry(world.services)
    await world.settle()
    assert not world.outside.accounts
    return store.longest, store.names, sum(plan.calls.values())


async def test_a_flood_of_leases_takes_memory_for_a_batch_and_time_for_each() -> None:
    """Three times as many cost three times as much, and never more than a batch of rows is held."""
    few, many = await _end_at_once(100), await _end_at_once(300)
    assert few[0] == many[0] == _BATCH
    assert many[1] <= 3 * few[1] + _BATCH
    assert many[2] <= 3 * few[2] + 100
