"""Secrets that are made in another system: planned first, then made, then leased; whatever goes wrong is undone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from strongroom.services.leases.service import PLANNED_S
from tests.flow.sysapi.leases_world import World
from tests.flow.sysapi.system_server import Server


async def test_a_planned_secret_is_made_once_and_leased() -> None:
    """The answer has what was planned and what was made; the lease runs from then on, and ends as any other."""
    world = await World.start()
    world.outside.warnings = ("it may take a while",)
    body = (await world.server.ok("GET", "db/planned/app")).body
    assert body["data"] == {"name": "app-0", "address": "there"}
    assert body["warnings"] == ["it may take a while"]
    assert body["lease_duration"] == 3600
    assert world.outside.made == ["app-0"]
    shown = await world.server.ok("POST", "sys/leases/lookup", {"lease_id": body["lease_id"]})
    assert shown.data["ttl"] == 3600
    world.clock.advance(PLANNED_S + 1)
    assert await world.settle() == 0
    world.clock.advance(3600)
    await world.settle()
    assert world.outside.drops == ["app-0"]
    assert not await world.lease_rows()


async def test_the_plan_is_stored_before_anything_happens() -> None:
    """While the account is being made its lease is in the store, and nobody can look it up or renew it."""
    world = await World.start()
    seen: list[int] = []

    async def meanwhile() -> None:
        (row,) = [row for row in await world.lease_rows() if "/lease/id/" in row]
        lease = row.partition("/lease/id/")[2]
        for verb in ("lookup", "renew"):
            seen.append((await world.server.ask("POST", f"sys/leases/{verb}", {"lease_id": lease})).status)

    world.outside.meanwhile = meanwhile
    await world.server.ok("GET", "db/planned/app")
    assert seen == [400, 400]


async def test_a_failure_is_undone_twice() -> None:
    """The other system's answer was lost: the account is dropped at once, and again when a late one has arrived."""
    world = await World.start()
    world.outside.down = True
    answer = await world.server.ask("GET", "db/planned/app")
    assert answer.status == 502
    assert "does not answer" in answer.error
    await world.settle()
    assert world.outside.accounts == {"app-0"}  # still down
    world.outside.down = False
    world.clock.advance(60)
    await world.settle()
    assert not world.outside.accounts
    world.outside.accounts.add("app-0")  # what was under way arrives late
    world.clock.advance(PLANNED_S)
    await world.settle()
    assert not world.outside.accounts
    assert not await world.lease_rows()


async def test_a_process_that_dies_leaves_nothing_behind() -> None:
    """Cancelled after the account was made, as when a worker is killed: the plan is undone when its time is over."""
    world = await World.start()
    reached = asyncio.Event()

    async def meanwhile() -> None:
        reached.set()
        await asyncio.Event().wait()

    world.outside.meanwhile = meanwhile
    request = asyncio.create_task(world.server.ask("GET", "db/planned/app"))
    await reached.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await world.settle()
    assert world.outside.accounts == {"app-0"}
    world.clock.advance(PLANNED_S + 1)
    await world.settle()
    assert not world.outside.accounts
    world.clock.advance(PLANNED_S + 1)
    await world.settle()
    assert not await world.lease_rows()


async def _disable(server: Server, token: str) -> None:
    await server.ok("DELETE", "sys/mounts/db")


async def _revoke_token(server: Server, token: str) -> None:
    await server.ok("POST", "auth/token/revoke", {"token": token})


async def _revoke_leases(server: Server, token: str) -> None:
    await server.ok("PUT", "sys/leases/revoke-prefix/db")


@pytest.mark.parametrize("end", [_disable, _revoke_token, _revoke_leases])
async def test_who_is_gone_gets_nothing(end: Callable[[Server, str], Awaitable[None]]) -> None:
    """Its token, mount or lease ends while the account is being made: an error, and the account is dropped."""
    world = await World.start()
    token = await world.token()
    world.outside.meanwhile = lambda: end(world.server, token)
    answer = await world.server.ask("GET", "db/planned/app", token=token)
    assert answer.status == 400
    assert "ended while it was being made" in answer.error
    world.outside.meanwhile = None
    for _ in range(3):
        await world.settle()
        world.clock.advance(PLANNED_S + 1)
    assert not world.outside.accounts
    assert not await world.lease_rows()


async def test_the_sweeper_and_a_late_request_exclude_each_other() -> None:
    """A plan whose time is over while its maker is slow is undone, and the maker is told; nobody gets the account."""
    world = await World.start()

    async def meanwhile() -> None:
        world.clock.advance(PLANNED_S + 1)
        await world.settle()

    world.outside.meanwhile = meanwhile
    answer = await world.server.ask("GET", "db/planned/app")
    assert answer.status == 400
    world.clock.advance(PLANNED_S + 1)
    await world.settle()
    assert world.outside.drops == ["app-0", "app-0"]
    assert not await world.lease_rows()


async def test_a_planned_secret_can_be_wrapped() -> None:
    """The wrapped answer is the complete one, lease and all."""
    world = await World.start()
    wrapped = await world.server.ok("GET", "db/planned/app", headers={"x-vault-wrap-ttl": "60"})
    token = wrapped.body["wrap_info"]["token"]
    opened = (await world.server.ok("POST", "sys/wrapping/unwrap", token=token)).body
    assert opened["data"] == {"name": "app-0", "address": "there"}
    assert opened["lease_id"]


async def test_an_engine_that_raises_something_else() -> None:
    """A fault of an engine is an error of the other side, and what it may have made is undone."""
    world = await World.start()

    async def meanwhile() -> None:
        raise RuntimeError("not one of our own errors")

    world.outside.meanwhile = meanwhile
    answer = await world.server.ask("GET", "db/planned/app")
    assert answer.status == 502
    await world.settle()
    assert not world.outside.accounts
