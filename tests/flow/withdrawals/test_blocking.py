"""Who is blocked stays so, whatever becomes of their entity, and nobody else is."""

from __future__ import annotations

import pytest

from tests.flow.withdrawals.crowd import Crowd


@pytest.mark.parametrize("how", ["deleted", "merged"])
async def test_a_blocked_entity_is_not_let_in_as_another(how: str) -> None:
    """Its logins are refused also after the entity was deleted, or merged into another one, until that is lifted."""
    crowd = await Crowd.start()
    server = crowd.world.server
    assert await crowd.log_in("ann") == 200
    assert await crowd.log_in("bob") == 200
    id_ = (await crowd.withdraw(entity_id=crowd.entities["ann"], block=True))["id"]
    if how == "merged":
        both = {"from_entity_ids": [crowd.entities["ann"]], "to_entity_id": crowd.entities["bob"]}
        merged = await server.ask("POST", "identity/entity/merge", {**both, "force": True})
        assert merged.status == 400, merged  # both have an alias here, and it has to be told which one stays
        await server.ok("PUT", f"identity/entity/id/{crowd.entities['bob']}", {"name": "bob"})
        alias = (await server.ok("GET", f"identity/entity/id/{crowd.entities['bob']}")).data["aliases"][0]["id"]
        await server.ok("DELETE", f"identity/entity-alias/id/{alias}")
        await server.ok("POST", "identity/entity/merge", both)
    else:
        await server.ok("DELETE", f"identity/entity/id/{crowd.entities['ann']}")
    crowd.world.clock.advance(100)
    assert await crowd.log_in("ann") == 403
    assert await crowd.log_in("bob") == 200
    await server.ok("POST", f"sys/revoke-issued/{id_}/lift")
    crowd.world.clock.advance(100)
    assert await crowd.log_in("ann") == 200
