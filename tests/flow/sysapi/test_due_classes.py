"""What is due is worked off by class: a flood of one leaves the others on time.  Rounds are counted, not seconds."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from strongroom.barrier import keys
from strongroom.barrier.due import LEASE, LOCKOUT, SINGLE_USE, TOKEN, DueRecord, due_key
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.expiry import Expiry
from strongroom.core.lateness import LATE_S
from strongroom.lib.errors import StorageError
from strongroom.services.mounts.lockout import FailedLogins
from strongroom.storage.base import Listing
from tests.flow.sysapi.leases_world import World
from tests.sim.faulty_storage import FaultyStorage, Plan

FLOOD = 600
"""More than twice what a round takes of one class."""


async def _wraps(world: World, count: int = FLOOD) -> None:
    """Wrap for a second, many times."""
    for _ in range(count):
        await world.server.ok("POST", "sys/wrapping/wrap", {"a": "b"}, headers={"x-vault-wrap-ttl": "1s"})


async def _lockouts(world: World, count: int = FLOOD) -> None:
    """As many users that failed to log in, whose failures are forgotten in a second."""
    at = world.clock.now() + 1

    async def body(txn: Transaction, first: int) -> None:
        for number in range(first, first + 50):
            id_ = f"auth_userpass_0/{number}"
            txn.write(keys.LOCKOUT + id_, FailedLogins(user=str(number), count=1, last_at=at - 1, forgotten_at=at))
            txn.write(due_key(at, LOCKOUT, id_), DueRecord(kind=LOCKOUT, id=id_))

    for first in range(0, count, 50):
        await transact(world.services.barrier, lambda txn, first=first: body(txn, first))  # type: ignore[misc]


async def _tokens(world: World, count: int = FLOOD) -> None:
    """One client's tokens of a second."""
    for _ in range(count):
        await world.token(ttl="1s")


@pytest.mark.parametrize("flood", [_wraps, _lockouts, _tokens])
async def test_a_flood_leaves_leases_on_time(flood: Any) -> None:
    """Behind more than one round takes of another class, a lease is revoked in the first round."""
    world = await World.start()
    await world.lease("ann")
    world.clock.advance(3598)
    await flood(world)
    world.clock.advance(2)
    await world.expiry.run_once(await world.fence())
    assert world.outside.drops == ["ann"]
    assert sum([len(await world.rows(keys.QUEUE + kind + "/")) for kind in (LOCKOUT, TOKEN, SINGLE_USE)]) >= 100


@pytest.mark.parametrize("flood", [_wraps, _lockouts])
async def test_a_flood_leaves_tokens_on_time(flood: Any) -> None:
    """A token that ends behind thousands of wrapping tokens or lockouts is gone after the first round."""
    world = await World.start()
    token = world.services.tokens.key_of(await world.token(ttl="1h"))
    world.clock.advance(3598)
    await flood(world)
    world.clock.advance(2)
    await world.expiry.run_once(await world.fence())
    assert keys.token(token) not in await world.rows(keys.tokens(keys.ROOT_NAMESPACE))


async def test_one_mounts_leases_leave_anothers_on_time() -> None:
    """A mount with more leases due than a round takes delays its own only."""
    world = await World.start()
    await world.server.ok("POST", "sys/mounts/other", {"type": "leasing"})
    for number in range(100):
        await world.lease(f"many-{number}")
    world.clock.advance(1)
    await world.server.ok("GET", "other/account/single")
    world.clock.advance(3600)
    await world.expiry.run_once(await world.fence())
    assert "single" in world.outside.drops
    assert len(world.outside.drops) < 100


async def test_a_hanging_mount_holds_up_no_other() -> None:
    """While the system of one mount doesn't answer, others' leases and all tokens go on to end, again and again."""
    world = await World.start()
    hanging, released = 0, asyncio.Event()
    drop = world.outside.drop

    async def slow(name: str) -> None:
        nonlocal hanging
        if name.startswith("hangs"):
            hanging += 1
            await released.wait()
        await drop(name)

    world.outside.drop = slow  # type: ignore[method-assign] - the outside world, not ours
    await world.server.ok("POST", "sys/mounts/other", {"type": "leasing"})
    for number in range(20):
        await world.lease(f"hangs-{number}")
    world.clock.advance(3601)
    working = asyncio.create_task(Expiry(world.services, pause_s=0.001).run_forever())
    async with asyncio.timeout(30):
        while hanging < 8:
            await asyncio.sleep(0.001)
        for name in ("ann", "bob"):
            await world.server.ok("GET", f"other/account/{name}")
            token = await world.token(ttl="1h")
            world.clock.advance(3601)
            while name not in world.outside.drops:
                await asyncio.sleep(0.001)
            while keys.token(world.services.tokens.key_of(token)) in await world.rows(keys.tokens(keys.ROOT_NAMESPACE)):
                await asyncio.sleep(0.001)
        assert hanging == 8, "a mount has a bounded number of revocations under way"
        released.set()
        while len(world.outside.drops) < 22:
            await asyncio.sleep(0.001)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


class BrokenPlaces(FaultyStorage):
    """A store that can't scan some places: one by an error of its own, one by a fault of ours."""

    refused = 0

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below a prefix."""
        if prefix.startswith((keys.PENDING_DELETION, keys.SUCCESSORS)):
            self.refused += 1
            raise StorageError("broken") if prefix.startswith(keys.PENDING_DELETION) else RuntimeError("unexpected")
        return await super().scan(prefix, after, limit)


async def test_a_lane_that_fails_leaves_the_others_working() -> None:
    """A class whose step fails every time keeps no other class from going on."""
    world = await World.start()
    storage = world.services.barrier.storage
    await storage.commit({}, {keys.PENDING_DELETION + "broken": b"no record"}, {})
    await world.lease("ann")
    world.clock.advance(3601)
    broken = BrokenPlaces(storage, Plan())
    world.services.barrier.storage = broken
    working = asyncio.create_task(Expiry(world.services, pause_s=0.001).run_forever())
    async with asyncio.timeout(30):
        while not world.outside.drops or broken.refused < 4:
            await asyncio.sleep(0.001)
    assert not working.done()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


class Future(Record, frozen=True, tag="future"):
    """A row of a version to come."""

    text: str


async def _rewrite(world: World) -> None:
    """Put every row of the index where earlier versions had it."""
    kinds = {TOKEN: "token", SINGLE_USE: "token", LEASE: "lease", LOCKOUT: "lockout"}

    async def body(txn: Transaction) -> None:
        for name in await txn.scan(keys.QUEUE):
            kind, _, at, id_ = name.split("/", 3)
            row = f"{keys.DUE}{at}/{kinds[kind]}/{id_}"
            txn.write(row, DueRecord(kind=kinds[kind], id=id_))
            txn.delete(keys.QUEUE + name)

    await transact(world.services.barrier, body)


async def test_rows_of_the_earlier_index_end_as_before() -> None:
    """A store of an earlier version goes on: its rows are moved to their classes, and end at their time, not before."""
    world = await World.start()
    before = [row for row in await world.rows("shared/") if keys.LEASE_COUNT not in row]
    token = await world.token(ttl="1h", use_limit=3)
    await world.lease("ann")
    await _wraps(world, 3)
    await _lockouts(world, 50)
    due = len(await world.rows(keys.QUEUE))
    await _rewrite(world)
    assert len(await world.rows(keys.DUE)) == due
    await world.settle()
    assert not await world.rows(keys.DUE)
    assert len(await world.rows(keys.QUEUE)) == due
    assert await world.status(token) == 200
    world.clock.advance(3599)
    await world.settle()
    assert not world.outside.drops
    world.clock.advance(1)
    await world.settle()
    assert world.outside.drops == ["ann"]
    assert [row for row in await world.rows("shared/") if keys.LEASE_COUNT not in row] == before


async def test_a_renewal_counts_against_an_earlier_row() -> None:
    """A lease and a token renewed before their earlier rows are moved don't end at their old time."""
    world = await World.start()
    token = await world.token(ttl="1h")
    lease = await world.lease("ann")
    await _rewrite(world)
    world.clock.advance(1800)
    await world.server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 7200})
    await world.server.ok("POST", "auth/token/renew-self", {"increment": "2h"}, token=token)
    world.clock.advance(7199)
    await world.settle()
    assert not world.outside.drops
    assert await world.status(token) == 200
    world.clock.advance(1)
    await world.settle()
    assert world.outside.drops == ["ann"]
    assert await world.status(token) == 403


async def test_unknown_kinds_stay() -> None:
    """Rows of a newer node, in either index or among the rubble, are nobody's to delete, and stand in nobody's way."""
    world = await World.start()
    rows = [f"{keys.DUE}{number:015d}/future/{number}" for number in range(300)]
    rows += [
        f"{keys.DUE}of-another-form",
        f"{keys.QUEUE}future/-/000000000000001/x",
        f"{keys.PENDING_DELETION}future/x",
    ]

    async def body(txn: Transaction, some: list[str]) -> None:
        for row in some:
            txn.write(row, Future(text="later"))

    for first in range(0, len(rows), 50):
        await transact(world.services.barrier, lambda txn, first=first: body(txn, rows[first : first + 50]))  # type: ignore[misc]
    await world.lease("ann")
    await world.token(ttl="1h")
    await _rewrite_one(world)
    world.clock.advance(3601)
    with capture_logs() as logs:
        await world.settle()
    assert [entry for entry in logs if entry["event"] == "a step failed"] == []
    assert world.outside.drops == ["ann"]
    assert sorted(await world.rows(keys.DUE, keys.QUEUE, keys.PENDING_DELETION)) == sorted(rows)


async def _rewrite_one(world: World) -> None:
    async def body(txn: Transaction) -> None:
        for name in await txn.scan(f"{keys.QUEUE}{TOKEN}/"):
            _, at, id_ = name.split("/", 2)
            txn.write(f"{keys.DUE}{at}/token/{id_}", DueRecord(kind="token", id=id_))
            txn.delete(f"{keys.QUEUE}{TOKEN}/{name}")

    await transact(world.services.barrier, body)


async def test_wrapping_tokens_leave_no_rubble() -> None:
    """What nobody has unwrapped goes with its token in one commit: no other rubble has to wait for it."""
    world = await World.start()
    await _wraps(world, 3)
    world.clock.advance(2)
    assert await world.expiry.run_once(await world.fence()) == 3
    assert not await world.rows(keys.PENDING_DELETION, keys.area(keys.ROOT_NAMESPACE, "cubbyhole"))


async def test_a_giant_mount_shares_with_the_others() -> None:
    """A disabled mount of many rows, and a flood of dead trees, leave a small mount cleared within a few rounds."""
    world = await World.start()
    server = world.server
    for mount, count in (("giant", 400), ("small", 1)):
        await server.ok("POST", f"sys/mounts/{mount}", {"type": "kv"})
        for number in range(count):
            await server.ok("POST", f"{mount}/row{number}", {"a": "b"})
    small = (await server.ok("GET", "sys/mounts/small")).data["uuid"]
    for mount in ("giant", "small"):
        await server.ok("DELETE", f"sys/mounts/{mount}")
    for _ in range(2):
        await world.expiry.run_once(await world.fence())
    assert not await world.rows(f"shared/root/{small}/")
    rubble = await world.rows(keys.PENDING_DELETION)
    assert len(rubble) == 1
    assert rubble != [keys.PENDING_DELETION + small]
    await world.settle()
    assert not await world.rows(keys.PENDING_DELETION)


async def test_every_tree_has_its_turn() -> None:
    """More trees than a round takes are all cleared, wherever the round before has stopped."""
    world = await World.start()
    for number in range(150):
        token = await world.token()
        await world.server.ok("POST", "cubbyhole/mine", {"n": number}, token=token)
        await world.server.ok("POST", "auth/token/revoke", {"token": token})
    await world.settle()
    assert not await world.rows(keys.PENDING_DELETION)
    assert not await world.rows(keys.area(keys.ROOT_NAMESPACE, "cubbyhole"))


def _numbers(gauges: list[dict[str, Any]], name: str) -> dict[str, float]:
    return {each["Labels"]["class"]: each["Value"] for each in gauges if each["Name"] == name}


async def test_metrics_tell_how_late_each_class_is() -> None:
    """Seconds since the oldest row was due, how many are, and what was ended, by class."""
    world = await World.start()
    await world.lease("ann")
    world.clock.advance(3590)
    await _wraps(world, 3)
    world.clock.advance(30)
    gauges = (await world.server.ok("GET", "sys/metrics")).body["Gauges"]
    assert _numbers(gauges, "vault.expire.late_seconds") == {
        "lease": pytest.approx(20, abs=0.01),
        "target-lease": 0,
        "scheduled": 0,
        "token": 0,
        "single-use": pytest.approx(29, abs=0.01),
        "lockout": 0,
        "mfa": 0,
        "oidc-code": 0,
        "oidc-key": 0,
        "unused-entity": 0,
    }
    waiting = {"lease": 1, "scheduled": 0, "token": 0, "single-use": 3, "lockout": 0, "mfa": 0, "rubble": 0}
    waiting |= {"target-lease": 0, "oidc-code": 0, "oidc-key": 0, "unused-entity": 0}
    assert _numbers(gauges, "vault.expire.waiting") == waiting
    await world.settle()
    shown = (await world.server.ok("GET", "sys/metrics")).body
    assert set(_numbers(shown["Gauges"], "vault.expire.late_seconds").values()) == {0}
    ended = {each["Labels"].get("class"): each["Count"] for each in shown["Counters"]}
    assert (ended["lease"], ended["single-use"], ended["token"]) == (1, 3, 0)


async def test_what_is_late_is_said_once_in_a_while() -> None:
    """One warning for each class that is behind, and the next only after five minutes."""
    world = await World.start()
    world.outside.down = True
    await world.lease("ann")
    world.clock.advance(3600 + LATE_S + 1)
    with capture_logs() as logs:
        await world.expiry.run_once(await world.fence())
        for _ in range(5):  # the same lease, tried again and late again
            world.clock.advance(LATE_S + 3600)
            await world.expiry.run_once(await world.fence())
            await world.expiry.run_once(await world.fence())
    late = [entry for entry in logs if entry["event"] == "what is due ends late"]
    assert [entry["work"] for entry in late] == ["lease"] * 6
    assert late[0]["mount_id"] == (await world.server.ok("GET", "sys/mounts/db")).data["uuid"]
    assert late[0]["late_s"] == pytest.approx(LATE_S + 1, abs=0.1)
    with capture_logs() as logs:
        world.clock.advance(3600)
        fence = await world.fence()
        watch = world.expiry._watch
        world.clock.advance(LATE_S + 1)
        for _ in range(4):
            await watch.run_once(fence, world.clock.now())
            world.clock.advance(75)
    assert [entry["event"] for entry in logs] == ["what is due ends late"]
