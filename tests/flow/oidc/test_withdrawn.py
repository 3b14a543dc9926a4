"""What an application has got for somebody ends with what was issued to them."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from tests.flow.oidc.world import World


async def settled(world: World) -> None:
    """Let the time pass in which clocks may differ, and clear what is withdrawn."""
    world.clock.advance(10)
    services = world.server.services
    fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None
    expiry = Expiry(services)
    while await expiry.run_once(fence):
        pass


@pytest.mark.parametrize("by", ["entity_id", "network", "mount"])
async def test_codes_and_access_tokens_end_with_a_withdrawal(by: str) -> None:
    """A code that was issued before isn't redeemed, and an access token tells nothing; those of others work."""
    world = await World.start()
    ann, ann_id = await world.person("ann")
    bob, bob_id = await world.person("bob")
    await world.assign(ann_id, bob_id)
    access = {name: (await world.log_in(token))["access_token"] for name, token in (("ann", ann), ("bob", bob))}
    codes = {name: await world.code(token) for name, token in (("ann", ann), ("bob", bob))}
    selections: dict[str, dict[str, Any]] = {
        "entity_id": {"entity_id": ann_id},
        "network": {"network": ["0.0.0.0/0"]},
        "mount": {"mount": "auth/userpass", "alias": "ann"},
    }
    done = await world.server.ok("POST", "sys/revoke-issued", {**selections[by], "including_own": True})
    await settled(world)  # nothing is valid again when all is cleared
    ended = {"ann", "bob"} if by == "network" else {"ann"}
    for name in ("ann", "bob"):
        told, exchanged = await world.userinfo(access[name]), await world.exchange(codes[name])
        assert (told.status, exchanged.status) == ((401, 400) if name in ended else (200, 200)), (name, told, exchanged)
        if name in ended:
            assert exchanged.body["error"] == "invalid_grant"
    assert done.status == 202
