"""A secret of another system whose owner goes while it is being made is undone at once, and its plan may be gone."""

from __future__ import annotations

import pytest

from strongroom.services.leases.service import PLANNED_S
from tests.flow.sysapi.leases_world import World


@pytest.mark.parametrize("what", ["token", "mount"])
async def test_it_is_undone_at_once(what: str) -> None:
    """Not only when the plan's time is over: until then somebody could have used it."""
    world = await World.start()
    token = await world.token()

    async def meanwhile() -> None:
        if what == "token":
            await world.server.ok("POST", "auth/token/revoke", {"token": token})
        else:
            await world.server.ok("DELETE", "sys/mounts/db")

    world.outside.meanwhile = meanwhile
    answer = await world.server.ask("GET", "db/planned/app", token=token)
    assert answer.status == 400
    world.outside.meanwhile = None
    await world.settle()
    assert world.outside.accounts == set()


async def test_its_plan_may_be_gone_altogether() -> None:
    """Making took so long that the plan was undone and cleared: the client is told that, not of a fault of ours."""
    world = await World.start()

    async def meanwhile() -> None:
        for _ in range(4):
            world.clock.advance(PLANNED_S + 1)
            await world.settle()
        assert not await world.lease_rows()

    world.outside.meanwhile = meanwhile
    answer = await world.server.ask("GET", "db/planned/app")
    assert (answer.status, "ended while it was being made" in answer.error) == (400, True)
