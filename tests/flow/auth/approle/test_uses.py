"""How often a secret id can be used, whoever else uses it at the same time."""

from __future__ import annotations

import asyncio

import pytest

from tests.flow.auth.approle.world import World


@pytest.mark.parametrize("uses", [1, 5])
async def test_so_many_uses_are_so_many_logins_on_all_nodes_together(uses: int) -> None:
    """Three nodes and three times as many logins at once: as many succeed as there are uses, and the rest fail."""
    one = await World.start()
    nodes = [one, await one.peer(), await one.peer()]
    secret = (await one.secret_id(num_uses=uses))["secret_id"]
    replies = await asyncio.gather(*(node.log_in(secret) for node in nodes for _ in range(uses + 2)))
    statuses = [reply.status for reply in replies]
    assert statuses.count(200) == uses
    assert statuses.count(400) + statuses.count(403) == len(statuses) - uses
    assert len({reply.body["auth"]["accessor"] for reply in replies if reply.status == 200}) == uses
    assert await one.look_up(secret) is None
    assert await one.folders() == {"role": 1, "role-name": 1}


async def test_uses_are_counted_down_and_shown() -> None:
    """Each login takes one; the last one takes the secret id with it."""
    world = await World.start(secret_id_num_uses=3)
    made = await world.secret_id()
    assert made["secret_id_num_uses"] == 3
    for left in (2, 1):
        await world.token(made["secret_id"])
        known = await world.look_up(made["secret_id"])
        assert known is not None
        assert known["secret_id_num_uses"] == left
    await world.token(made["secret_id"])
    assert await world.look_up(made["secret_id"]) is None


async def test_a_login_that_is_refused_takes_no_use() -> None:
    """From a wrong address, or of a disabled entity: there is no token, so nothing was used."""
    world = await World.start()
    made = await world.secret_id(num_uses=1, cidr_list="192.0.2.0/24")
    assert (await world.log_in(made["secret_id"], address="198.51.100.1")).status == 400
    assert (await world.log_in(made["secret_id"])).status == 200


async def test_zero_sets_no_limit() -> None:
    """Neither for uses nor for time."""
    world = await World.start()
    made = await world.secret_id(num_uses=0, ttl=0)
    world.clock.advance(10 * 365 * 86400)
    for _ in range(3):
        await world.token(made["secret_id"])


async def test_when_it_was_last_used_is_written_seldom() -> None:
    """At the first login, and then once in ten minutes: other logins write nothing of the secret id."""
    world = await World.start()
    made = await world.secret_id()

    async def shown() -> str:
        known = await world.look_up(made["secret_id"])
        assert known is not None
        return str(known["last_used_time"])

    never = await shown()
    assert never == "0001-01-01T00:00:00Z"
    await world.token(made["secret_id"])
    first = await shown()
    world.clock.advance(599)
    await world.token(made["secret_id"])
    assert await shown() == first != never
    world.clock.advance(1)
    await world.token(made["secret_id"])
    assert await shown() > first
