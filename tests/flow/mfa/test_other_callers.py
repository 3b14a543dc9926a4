"""`MfaService.validate`, as what isn't a login uses it."""

from __future__ import annotations

import pytest

from strongroom.barrier.transaction import transact
from strongroom.lib.errors import PermissionDenied
from strongroom.services.mfa import Demand, Subject, demand_of
from strongroom.services.mfa.credentials import from_header
from tests.flow.mfa.world import METHOD, World


async def test_methods_by_name_and_id() -> None:
    """Each reference is a demand of its own, and all have to be proved."""
    world = await World.start(enforced=False)
    entity = (await world.login("eva")).body["auth"]["entity_id"]
    await world.enrolled("eva")
    services = world.node.node.unsealed
    assert services is not None
    subject = Subject(lineage=("root",), entity_id=entity)
    for reference in ("main", world.method):
        demand = await transact(services.barrier, lambda txn, name=reference: demand_of(txn, ("root",), name))
        assert demand == Demand(name=reference, method_ids=(world.method,))
        given = from_header(f"{reference}:{world.code('eva')}")
        assert await services.mfa.validate(subject, [demand], given) == {world.method}
        with pytest.raises(PermissionDenied, match="code already used"):
            await services.mfa.validate(subject, [demand], given)
        world.node.clock.advance(30)


async def test_what_does_not_exist_can_t_be_proved() -> None:
    """A method that nobody has made, one of an ambiguous name, an entity without a secret, and no credentials."""
    world = await World.start(enforced=False)
    entity = (await world.login("eva")).body["auth"]["entity_id"]
    duo = {"secret_key": "s", "integration_key": "i", "api_hostname": "h.example", "method_name": "main"}
    await world.node.ok("POST", f"{METHOD}duo", duo)
    services = world.node.node.unsealed
    assert services is not None
    for reference in ("none", "main", "", world.method):
        demand = await transact(services.barrier, lambda txn, name=reference: demand_of(txn, ("root",), name))
        for given in (None, from_header(f"{world.method}:123456, main:123456, none:1")):
            with pytest.raises(PermissionDenied):
                await services.mfa.validate(Subject(lineage=("root",), entity_id=entity), [demand], given)
    other = Subject(lineage=("other",), entity_id=entity)
    with pytest.raises(PermissionDenied):
        await services.mfa.validate(other, [Demand(name="e", method_ids=(world.method,))], from_header("main:1"))
