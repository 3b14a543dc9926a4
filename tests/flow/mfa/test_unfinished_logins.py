"""Logins that never prove their second factor are cleared."""

from __future__ import annotations

from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from tests.flow.mfa.test_two_phases import waiting
from tests.flow.mfa.world import World


async def test_they_are_cleared_when_their_time_is_over() -> None:
    """Not a second before, and with the row of the due index."""
    world = await World.start()
    await world.request_id("eva")
    services = world.node.node.unsealed
    assert services is not None
    fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S * 100)
    assert fence is not None
    expiry = Expiry(services)
    world.node.clock.advance(299)
    await expiry.run_once(fence)
    assert len(waiting(world)) == 2
    world.node.clock.advance(1)
    await expiry.run_once(fence)
    assert not waiting(world)


async def test_a_completed_login_leaves_nothing_behind() -> None:
    """Neither row, on success and for a header that proves nothing."""
    world = await World.start()
    await world.enrolled("eva")
    await world.validate(await world.request_id("eva"), world.code("eva"))
    assert not waiting(world)
    await world.login("eva", "main:" + world.wrong("eva"))
    assert not waiting(world)
