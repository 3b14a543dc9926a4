"""What the role that ends tokens and failed logins does at its edges."""

from __future__ import annotations

import pytest

from strongroom.barrier import keys
from strongroom.barrier.due import LOCKOUT
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.expiry import LOCK_S, ROLE
from strongroom.sysapi.cubbyhole.engine import CubbyholeRecord
from tests.flow.sysapi.leases_world import World


async def test_a_former_holder_forgets_no_failed_logins() -> None:
    """Whoever lost the role without noticing leaves lockouts to the successor."""
    world = await World.start()
    await world.server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await world.server.ask("POST", "auth/userpass/login/ann", {"password": "wrong"}, token="")
    world.clock.advance(3600)
    old = await world.fence()
    world.clock.advance(LOCK_S + 1)
    new = await world.services.barrier.storage.lock(ROLE, "successor", LOCK_S)
    assert new is not None
    await world.expiry.run_once(old)
    assert len(await world.rows(keys.LOCKOUT, f"{keys.QUEUE}{LOCKOUT}/")) == 2
    await world.expiry.run_once(new)
    assert not await world.rows(keys.LOCKOUT, f"{keys.QUEUE}{LOCKOUT}/")


@pytest.mark.parametrize("count", [0, 1, 4, 5, 300])
async def test_what_a_token_of_one_use_has_kept_goes_whatever_its_size(count: int) -> None:
    """A little goes with the token itself, and of much no row is forgotten."""
    world = await World.start()
    token = await world.token(ttl="1s", num_uses=1)
    folder = keys.cubbyhole(world.services.tokens.key_of(token))

    async def fill(txn: Transaction, first: int) -> None:
        for number in range(first, min(first + 50, count)):
            txn.write(f"{folder}{number}", CubbyholeRecord(body=b"{}"))

    for first in range(0, count, 50):
        await transact(world.services.barrier, lambda txn, first=first: fill(txn, first))  # type: ignore[misc]
    assert len(await world.rows(folder)) == count
    world.clock.advance(2)
    await world.settle()
    assert not await world.rows(keys.area(keys.ROOT_NAMESPACE, "cubbyhole"), keys.PENDING_DELETION, keys.QUEUE)
