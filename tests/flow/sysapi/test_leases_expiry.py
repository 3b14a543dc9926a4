"""What is due ends: the expiry role over a whole server, with a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from strongroom.barrier import keys
from strongroom.barrier.transaction import transact
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.lib.errors import Conflict
from strongroom.storage.base import Fence
from tests.flow.sysapi.leases_world import World
from tests.sim.faulty_storage import Fail, FaultyStorage, Plan


async def test_leases_end_when_their_time_comes() -> None:
    """Not a moment before; the account is dropped once, and no row of the lease stays."""
    world = await World.start()
    await world.lease("ann")
    world.clock.advance(3599)
    assert await world.settle() == 0
    world.clock.advance(1)
    assert await world.settle() == 1
    assert world.outside.drops == ["ann"]
    assert not world.outside.accounts
    assert not await world.lease_rows()


async def test_tokens_end_when_their_time_comes() -> None:
    """A token answers no more from its last second on, and its rows go, with what it leased and kept."""
    world = await World.start()
    before = await world.rows("shared/")
    token = await world.token(ttl="10m")
    await world.lease("bob", token)
    await world.server.ok("POST", "cubbyhole/mine", {"a": "b"}, token=token)
    world.clock.advance(601)
    assert await world.status(token) == 403
    await world.settle()
    assert world.outside.drops == ["bob"]
    assert [row for row in await world.rows("shared/") if keys.LEASE_COUNT not in row] == before


async def test_renewed_leases_and_tokens_live_on() -> None:
    """The row of the old time is gone with the renewal, so that nothing ends early or twice."""
    world = await World.start()
    token = await world.token(ttl="1h")
    lease = await world.lease("eve")
    world.clock.advance(1800)
    renewed = await world.server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 7200})
    assert renewed.body["lease_duration"] == 7200
    await world.server.ok("POST", "auth/token/renew-self", {"increment": "2h"}, token=token)
    world.clock.advance(7199)
    assert await world.settle() == 0
    assert await world.status(token) == 200
    world.clock.advance(1)
    assert await world.settle() == 2
    assert world.outside.drops == ["eve"]
    assert await world.status(token) == 403


async def test_failing_revocations_are_tried_ever_more_slowly() -> None:
    """At most 10, 20, 40 … seconds, at least half of it, without an end; the API shows it; recovery is noticed."""
    world = await World.start()
    lease = await world.lease("mallory")
    world.outside.down = True
    world.clock.advance(3600)
    await world.settle()
    assert len(world.outside.drops) == 1
    for wait_s in (10, 20, 40, 80, 160):
        world.clock.advance(wait_s / 2 - 1)
        assert await world.settle() == 0
        world.clock.advance(wait_s / 2 + 1)
        assert await world.settle() == 1
    listed = (await world.server.ok("GET", "sys/leases?type=irrevocable")).data
    assert listed == {
        "lease_count": 1,
        "leases": [{"error": "the database does not answer", "lease_id": lease}],
    }
    assert (await world.server.ok("GET", "sys/leases/count?type=irrevocable")).data["counts"] == {"db/": 1}
    for _ in range(5):
        world.clock.advance(3600)
        assert await world.settle() == 1
    world.outside.down = False
    world.clock.advance(3600)
    await world.settle()
    assert not world.outside.accounts
    assert not await world.lease_rows()


async def test_a_faulty_engine_holds_nothing_up() -> None:
    """An exception that is no error of ours counts as a failed revocation; a token due later still ends."""
    world = await World.start()
    await world.lease("trent")
    token = await world.token(ttl="2h")
    world.outside.faulty = True
    world.clock.advance(7200)
    await world.settle()
    assert await world.status(token) == 403
    assert len(await world.rows(keys.leases(keys.ROOT_NAMESPACE))) == 1


async def test_a_fault_of_ours_does_not_end_the_role() -> None:
    """Whatever the store raises, the role is taken up again, and what is due ends."""
    world = await World.start()
    await world.lease("ann")
    world.clock.advance(3600)
    storage = world.services.barrier.storage
    faults = Plan(lock=[Fail(RuntimeError("unexpected"))], scan=[Fail(RuntimeError("unexpected"))])
    world.services.barrier.storage = FaultyStorage(storage, faults)
    working = asyncio.create_task(Expiry(world.services, pause_s=0.001).run_forever())
    await _until(lambda: _dropped(world, 1))
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert faults.calls["lock"] > 1
    assert faults.calls["scan"] > 1


async def test_the_role_goes_on_after_it_had_run_out() -> None:
    """A process stood still, or the clock jumped, for longer than the lock; nobody else took it, so it works on."""
    world = await World.start()
    working = asyncio.create_task(Expiry(world.services, pause_s=0.001, prolong_s=0.01).run_forever())
    await _until(lambda: _held(world))
    for number, name in enumerate(("ann", "bob"), 1):
        world.clock.advance(LOCK_S + 1)
        await asyncio.sleep(0.05)  # prolonged meanwhile, by another fence
        await world.lease(name)
        world.clock.advance(3600)
        await _until(lambda count=number: _dropped(world, count))  # type: ignore[misc]
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_a_former_holder_changes_nothing() -> None:
    """Whoever lost the role without noticing can't commit; the successor does the work."""
    world = await World.start()
    await world.lease("ann")
    world.clock.advance(3600)
    old = await world.fence()
    world.clock.advance(LOCK_S + 1)
    new = await world.services.barrier.storage.lock(ROLE, "successor", LOCK_S)
    assert isinstance(new, Fence)
    assert await world.expiry.run_once(old) == 0
    assert world.outside.drops == []
    with pytest.raises(Conflict):
        await transact(world.services.barrier, lambda txn: txn.guard(old))
    assert await world.expiry.run_once(new) == 1


async def test_the_role_is_handed_over() -> None:
    """One of two works; when it is cancelled, it hands the role back, and the other goes on without waiting."""
    world = await World.start()
    storage = world.services.barrier.storage
    first = asyncio.create_task(Expiry(world.services, pause_s=0.001).run_forever())
    await _until(lambda: _held(world))
    second = asyncio.create_task(Expiry(world.services, pause_s=0.001).run_forever())
    await world.lease("ann")
    world.clock.advance(3600)
    await _until(lambda: _dropped(world, 1))
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await world.lease("bob")
    world.clock.advance(3600)
    await _until(lambda: _dropped(world, 2))
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert world.outside.drops == ["ann", "bob"]
    assert await storage.lock(ROLE, "free again", LOCK_S) is not None


async def _held(world: World) -> bool:
    # The probe's time is over at once, so that it never keeps the role from the one who is to have it.
    return await world.services.barrier.storage.lock(ROLE, "probe", 0.0) is None


async def _dropped(world: World, count: int) -> bool:
    return len(world.outside.drops) == count


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.001)
