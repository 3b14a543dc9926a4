"""A process that is killed at any commit: no account without a lease, no lease in force without an account."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from strongroom.core.expiry import LOCK_S
from strongroom.lib.errors import StorageError
from strongroom.services.leases.service import PLANNED_S
from strongroom.storage.base import Storage
from strongroom.testing import PluginServer
from tests.flow.sysapi.leases_world import World
from tests.flow.sysapi.test_leases_terms import People, read
from tests.sim.faulty_storage import FaultyStorage, Plan

T = TypeVar("T")
MOST_COMMITS = 40


class Dying(FaultyStorage):
    """The store as a process sees it that is killed at a commit: before it took place, or after.

    Args:
        commits: how many are made before.
    """

    def __init__(self, inner: Storage, commits: int, *, took_place: bool) -> None:
        super().__init__(inner, Plan())
        self.dead = False
        self._left = commits
        self._took_place = took_place

    async def _call(self, method: str, work: Callable[[], Awaitable[T]]) -> T:
        if self.dead:
            raise StorageError("killed")
        if method == "commit":
            if not self._left:
                self.dead = True
                if self._took_place:
                    await work()
                raise StorageError("killed")
            self._left -= 1
        return await work()


class Fleet:
    """A world whose node can be killed, and another node that goes on."""

    def __init__(self, world: World, dying: Dying, survivor: PluginServer) -> None:
        self.world = world
        self.dying = dying
        self.survivor = survivor

    @classmethod
    async def of(cls, world: World, commits: int, *, took_place: bool) -> Fleet:
        """Kill the world's node at that commit from now on."""
        survivor = await world.server.peer()
        dying = Dying(world.services.barrier.storage, commits, took_place=took_place)
        world.services.barrier.storage = dying
        return cls(world, dying, survivor)

    async def come_to_rest(self) -> None:
        """The other node does what is due, for longer than plans and retries last."""
        for pause_s in (LOCK_S + 1, *[PLANNED_S + 1] * 3):
            self.world.clock.advance(pause_s)
            await self.survivor.work()

    async def active(self) -> set[str]:
        """The accounts of leases that are in force."""
        found = await self.survivor.ok("POST", "sys/leases/search", {"state": "active"})
        return {info["account"] for info in found.data["key_info"].values()}

    async def check(self) -> None:
        """Accounts and leases in force are the same; no lease is left that isn't in force."""
        assert self.world.outside.accounts == await self.active()
        everything = await self.survivor.ok("POST", "sys/leases/search", {})
        assert {info["state"] for info in everything.data["key_info"].values()} <= {"active"}


async def _ask(world: World) -> str:
    token = await world.token()
    world.outside.terms = {"ceiling": 10, "target": "main"}
    await read(world, token)  # so that the one that is under way isn't alone
    return token


@pytest.mark.parametrize("took_place", [False, True])
@pytest.mark.parametrize("wrapped", [False, True])
async def test_killed_while_a_secret_is_made(wrapped: bool, took_place: bool) -> None:
    """At each commit of plan, making and finish; an answer that arrives is true, and nothing else stays."""
    headers = {"x-vault-wrap-ttl": "1h"} if wrapped else {}
    for commits in range(MOST_COMMITS):
        world = await World.start()
        token = await _ask(world)
        fleet = await Fleet.of(world, commits, took_place=took_place)
        answer = await world.server.ask("GET", "db/role/app", token=token, headers=headers)
        if answer.status == 200 and not wrapped:
            assert answer.body["data"]["name"] in await fleet.active()
        await fleet.come_to_rest()
        await fleet.check()
        if not fleet.dying.dead:
            assert len(world.outside.accounts) == 2
            return
    raise AssertionError("it never came to an end")


async def _revoke_at_once(world: World, lease: str) -> None:
    await world.server.ask("PUT", "sys/leases/revoke", {"lease_id": lease, "sync": True})


async def _revoke(world: World, lease: str) -> None:
    await world.server.ask("PUT", "sys/leases/revoke", {"lease_id": lease})
    await _work(world)


async def _revoke_below(world: World, lease: str) -> None:
    await world.server.ask("PUT", "sys/leases/revoke-prefix/db", {"sync": True})


async def _expire(world: World, lease: str) -> None:
    world.clock.advance(3601)
    await _work(world)


async def _disable(world: World, lease: str) -> None:
    await world.server.ask("DELETE", "sys/mounts/db")
    await _work(world)


async def _work(world: World) -> None:
    with contextlib.suppress(StorageError):
        await world.settle()


@pytest.mark.parametrize("took_place", [False, True])
@pytest.mark.parametrize("end", [_revoke_at_once, _revoke, _revoke_below, _expire, _disable])
async def test_killed_while_a_secret_ends(end: Callable[[World, str], Awaitable[None]], took_place: bool) -> None:
    """At each commit of a revocation, however it came about: what is left is in force, or is gone on both sides."""
    for commits in range(MOST_COMMITS):
        world = await World.start()
        world.outside.terms = {"ceiling": 10}
        lease = (await read(world))["lease_id"]
        await read(world)
        fleet = await Fleet.of(world, commits, took_place=took_place)
        await end(world, lease)
        await fleet.come_to_rest()
        await fleet.check()
        if not fleet.dying.dead:
            assert len(world.outside.accounts) == (1 if end in {_revoke_at_once, _revoke} else 0)
            return
    raise AssertionError("it never came to an end")


async def test_two_workers_revoke_one_lease() -> None:
    """Both have asked the other system before either has committed: it is gone once, and counted once."""
    world = await World.start()
    world.outside.terms = {"ceiling": 1, "target": "main"}
    lease = (await read(world))["lease_id"]
    other = await world.server.peer()
    released = world.outside.hanging["main"] = asyncio.Event()
    body = {"lease_id": lease, "sync": True}
    both = [asyncio.create_task(node.ask("PUT", "sys/leases/revoke", body)) for node in (world.server, other)]
    async with asyncio.timeout(30):
        while len(world.outside.drops) < 2:
            await asyncio.sleep(0.001)
    released.set()
    assert [answer.status for answer in await asyncio.gather(*both)] == [204, 204]
    assert not await world.lease_rows()
    await read(world)
    assert (await world.server.ask("GET", "db/role/app")).status == 429


async def test_a_revocation_that_a_client_waits_for_is_made_once() -> None:
    """The role leaves it to the request, as long as a request may take."""
    world = await World.start()
    world.outside.terms = {"target": "main"}
    lease = (await read(world))["lease_id"]
    released = world.outside.hanging["main"] = asyncio.Event()
    asked = asyncio.create_task(world.server.ask("PUT", "sys/leases/revoke", {"lease_id": lease, "sync": True}))
    async with asyncio.timeout(30):
        while not world.outside.drops:
            await asyncio.sleep(0.001)
        assert await world.settle() == 0
        released.set()
        assert (await asked).status == 204
    assert len(world.outside.drops) == 1
    assert not await world.lease_rows()


async def test_what_is_given_again_is_there() -> None:
    """Two requests of one entity at once may make two accounts; each answer names one that is in force."""
    world = await World.start()
    people = await People.of(world)
    token, _ = await people.login("ann")
    world.outside.terms = {"reuse": "v1", "owner": "entity"}
    answers = await asyncio.gather(*(read(world, token) for _ in range(8)))
    found = (await world.server.ok("POST", "sys/leases/search", {"state": "active"})).data["key_info"]
    assert {answer["data"]["name"] for answer in answers} <= {info["account"] for info in found.values()}
    assert {info["account"] for info in found.values()} == world.outside.accounts
