"""What failed logins leave behind, and for how long: anybody can make them, so nothing may stay."""

from __future__ import annotations

import pytest

from strongroom.barrier import keys
from strongroom.barrier.due import LOCKOUT, DueRecord, due_key
from strongroom.barrier.transaction import Transaction, transact
from tests.flow.sysapi.leases_world import World

QUARTER_S = 900


async def fail(world: World, *users: str) -> None:
    """Log in with a wrong password."""
    for user in users:
        answer = await world.server.ask("POST", f"auth/userpass/login/{user}", {"password": "wrong"}, token="")
        assert answer.status in {400, 403}


async def kept(world: World) -> tuple[int, int]:
    """How many rows count failures, and how many of the index by time will clear one."""
    due = await world.rows(f"{keys.QUEUE}{LOCKOUT}/")
    return len(await world.rows(keys.LOCKOUT)), len(due)


async def test_failures_are_cleared_when_they_no_longer_count() -> None:
    """A row each, of users that are there and of names that nobody has, until a quarter of an hour after the last."""
    world = await World.start()
    await world.server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await world.server.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    await fail(world, "ann", "nobody", "NOBODY", "x" * 500)
    assert await kept(world) == (3, 3)
    world.clock.advance(QUARTER_S - 1)
    await world.settle()
    assert await kept(world) == (3, 3)
    await fail(world, "ann")
    assert await kept(world) == (3, 3)
    world.clock.advance(1)
    await world.settle()
    assert await kept(world) == (1, 1)
    world.clock.advance(QUARTER_S - 2)
    await world.settle()
    assert await kept(world) == (1, 1)
    world.clock.advance(1)
    await world.settle()
    assert await kept(world) == (0, 0)


async def test_a_count_begins_anew_when_the_old_one_no_longer_counts() -> None:
    """Cleared or not: four failures, a quarter of an hour, and four more lock nobody out."""
    world = await World.start()
    await world.server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await world.server.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    path, right = "auth/userpass/login/ann", {"password": "right"}
    await fail(world, *["ann"] * 4)
    world.clock.advance(QUARTER_S)
    await fail(world, *["ann"] * 4)
    assert (await world.server.ask("POST", path, right, token="")).status == 200
    assert await kept(world) == (0, 0)


@pytest.mark.parametrize(("reset", "duration"), [("60s", "600s"), ("600s", "60s")])
async def test_failures_are_kept_as_long_as_either_time_says(reset: str, duration: str) -> None:
    """While they count towards a lockout, and while they lock out: the longer of both."""
    world = await World.start()
    await world.server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    config = {
        "lockout_threshold": "5",
        "lockout_duration": duration,
        "lockout_counter_reset_duration": reset,
    }
    await world.server.ok("POST", "sys/auth/userpass/tune", {"user_lockout_config": config})
    await fail(world, "ann")
    world.clock.advance(599)
    await world.settle()
    assert await kept(world) == (1, 1)
    world.clock.advance(1)
    await world.settle()
    assert await kept(world) == (0, 0)


async def test_a_row_that_has_been_renewed_is_not_cleared_at_its_old_time() -> None:
    """A mark of the index by time that was left behind goes by itself, and takes no later failure with it."""
    world = await World.start()
    await world.server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await fail(world, "ann")
    (row,) = await world.rows(keys.LOCKOUT)
    id_ = row.removeprefix(keys.LOCKOUT)

    async def leave(txn: Transaction) -> None:
        txn.write(due_key(world.clock.now() + 5, LOCKOUT, id_), DueRecord(kind=LOCKOUT, id=id_))

    await transact(world.services.barrier, leave)
    assert await kept(world) == (1, 2)
    world.clock.advance(6)
    await world.settle()
    assert await kept(world) == (1, 1)
