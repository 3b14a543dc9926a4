"""What outlives the tokens that it comes from is still known to come from them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.withdrawals.crowd import Crowd

BAD, ELSEWHERE = "203.0.113.7", "198.51.100.9"
ORPHANS: dict[str, Any] = {"orphan": True, "allowed_policies": "all", "renewable": False}


async def crowd_with_roles() -> Crowd:
    """A server where everybody may make orphans: as rows, and as batch tokens."""
    crowd = await Crowd.start()
    for kind in ("service", "batch"):
        await crowd.world.server.ok("POST", f"auth/token/roles/{kind}", {**ORPHANS, "token_type": kind})
    return crowd


@pytest.mark.parametrize("by", ["network", "role", "until"])
@pytest.mark.parametrize("kind", ["service", "batch"])
async def test_an_orphan_ends_for_good(kind: str, by: str) -> None:
    """An orphan that was made elsewhere is invalid also when its makers are cleared: a batch token has no row that
    could be deleted. So is one of an orphan, and one that was made after the time that is concerned."""
    crowd = await crowd_with_roles()
    await crowd.log_in("thief", BAD)
    crowd.world.clock.advance(100)
    await crowd.child("between", "thief", "create/service", address=ELSEWHERE)
    await crowd.child("orphan", "between", f"create/{kind}", address=ELSEWHERE)
    await crowd.log_in("other", ELSEWHERE)
    selection: dict[str, Any] = {
        "network": {"network": BAD},
        "role": {"mount": "auth/approle", "role": "thief"},
        "until": {"network": BAD, "until": "50s"},
    }[by]
    await crowd.withdraw(**selection)
    assert await crowd.alive() == {"other"}
    await crowd.world.settle()
    assert await crowd.alive() == {"other"}


async def test_makers_that_are_gone_count() -> None:
    """Who revokes the token that an orphan was made with doesn't hide where it comes from; nor does a long line."""
    crowd = await crowd_with_roles()
    await crowd.log_in("0", BAD)
    for number in range(1, 24):
        await crowd.child(str(number), str(number - 1), "create/service", address=ELSEWHERE)
        await crowd.world.server.ok("POST", "auth/token/revoke-self", token=crowd.tokens[str(number - 1)])
    await crowd.world.settle()
    assert await crowd.alive() == {"23"}
    counted = await crowd.withdraw(network=BAD, dry_run=True)
    assert counted["found"] == {"tokens": {"auth/token/": 1}}
    await crowd.withdraw(network=BAD)
    assert await crowd.alive() == set()


async def test_the_lease_of_a_batch_token_is_its_makers_too() -> None:
    """A batch token with a parent is no row. Its lease ends with what was issued to the batch token's own client."""
    crowd = await Crowd.start()
    await crowd.log_in("ann", ELSEWHERE)
    await crowd.child("batch", "ann", address=BAD, type="batch", ttl="1h")
    await crowd.lease("leased", "batch", address=ELSEWHERE)
    await crowd.withdraw(network=BAD)
    assert await crowd.alive() == {"ann"}
