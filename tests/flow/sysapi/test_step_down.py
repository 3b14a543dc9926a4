"""`sys/step-down` moves the roles of a node to another one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from strongroom.core.expiry import ROLE, Expiry
from strongroom.core.rest import rests
from strongroom.server.node_settings import NodeSettings
from strongroom.services.nodes import REST_S
from strongroom.sysapi.services import Services
from tests.flow.node import TestNode

PATIENCE_S = 20.0


@contextlib.asynccontextmanager
async def working(services: Services) -> AsyncIterator[None]:
    """The node takes the role when it can."""
    role = asyncio.create_task(Expiry(services, pause_s=0.01, prolong_s=0.01).run_forever())
    try:
        yield
    finally:
        role.cancel()
        await asyncio.wait({role})


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)


async def two_nodes() -> tuple[TestNode, TestNode]:
    """Two nodes of other names on one store."""
    one = await TestNode.start()
    other = TestNode(one.store, one.clock, settings=NodeSettings(node_name="other"))
    other.root, other.keys = one.root, one.keys
    await other.unseal()
    return one, other


async def test_the_role_passes_to_another_node() -> None:
    """And comes back by a step-down of that one."""
    pair = await two_nodes()
    services = [node.node.unsealed for node in pair]
    assert services[0] is not None and services[1] is not None
    one, other = services[0], services[1]
    async with working(one):
        await until(lambda: ROLE in one.roles)
        async with working(other):
            await pair[0].ok("PUT", "sys/step-down")
            await until(lambda: ROLE in other.roles)
            assert ROLE not in one.roles
            for _ in range(int(REST_S) + 1):  # in steps, so that the lock is prolonged meanwhile
                pair[0].clock.advance(1.0)
                await asyncio.sleep(0.02)
            assert ROLE in other.roles
            await pair[1].ok("PUT", "sys/step-down")
            await until(lambda: ROLE in one.roles)
            assert ROLE not in other.roles


async def test_a_node_alone_takes_it_again() -> None:
    """After some seconds; nothing is left undone for want of another node."""
    pair = await two_nodes()
    one = pair[0].node.unsealed
    assert one is not None
    async with working(one):
        await until(lambda: ROLE in one.roles)
        await pair[0].ok("PUT", "sys/step-down")
        await until(lambda: ROLE not in one.roles)
        assert (await pair[0].ask("GET", "sys/health")).status == 200
        pair[0].clock.advance(REST_S + 1)
        await until(lambda: ROLE in one.roles)


async def test_a_clock_that_was_set_back_keeps_nobody_from_work() -> None:
    """A rest that would last longer than any does has ended."""
    pair = await two_nodes()
    one = pair[0].node.unsealed
    assert one is not None
    await pair[0].ok("PUT", "sys/step-down")
    assert await rests(one)
    pair[0].clock.advance(-3600.0)
    assert not await rests(one)


async def test_it_needs_sudo() -> None:
    """Whoever may only write to the path may not."""
    pair = await two_nodes()
    policy = 'path "sys/step-down" { capabilities = ["update"] }'
    await pair[0].ok("PUT", "sys/policies/acl/weak", {"policy": policy})
    made = await pair[0].ok("POST", "auth/token/create", {"policies": ["weak"]})
    weak = made.body["auth"]["client_token"]
    assert (await pair[0].ask("PUT", "sys/step-down", token=weak)).status == 403
    assert (await pair[0].ask("PUT", "sys/step-down", token="")).status == 403
