"""What was issued to somebody is invalid from the answer on, and cleared afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.services.withdrawals.records import PLACE
from tests.flow.withdrawals.crowd import Crowd

ANN = {"ann", "ann's child", "ann's orphan", "orphan's orphan", "ann's batch", "ann-1", "orphan-1", "ann's answer"}
BOB = {"bob", "bob-1", "bob's answer"}
BAD = "203.0.113.7"


async def issued() -> Crowd:
    """What ann has, from one address, and bob, from another: tokens of all kinds, leases, and wrapped answers."""
    crowd = await Crowd.start()
    assert await crowd.log_in("ann", BAD) == 200
    assert await crowd.log_in("bob") == 200
    await crowd.child("ann's child", "ann")
    await crowd.child("ann's orphan", "ann", "create-orphan")
    await crowd.child("orphan's orphan", "ann's orphan", "create-orphan")
    await crowd.child("ann's batch", "ann", type="batch", ttl="1h")
    await crowd.lease("ann-1", "ann's child")
    await crowd.lease("orphan-1", "ann's orphan")
    await crowd.lease("bob-1", "bob")
    await crowd.wrap("ann's answer", "ann's child")
    await crowd.wrap("bob's answer", "bob")
    assert await crowd.alive() == ANN | BOB
    crowd.world.clock.advance(10)
    return crowd


SELECTIONS: dict[str, Any] = {
    "an entity": lambda crowd: {"entity_id": crowd.entities["ann"]},
    "a role": lambda crowd: {"mount": "auth/approle", "role": "ann"},
    "a token's family": lambda crowd: {"accessor": crowd.accessors["ann"]},
    "a network": lambda crowd: {"network": ["203.0.113.0/24", "2001:db8::/32"]},
    "a network, as a dual-stack socket writes it": lambda crowd: {"network": "::ffff:203.0.113.7"},
    "an alias": lambda crowd: {"mount": "auth/approle/", "alias": crowd.tokens["alias of ann"]},
}


@pytest.mark.parametrize("by", SELECTIONS)
async def test_none_of_it_works_at_once(by: str) -> None:
    """By each selection: children, orphans, orphans of orphans, batch tokens, leases and wrapped answers end with the
    commit of the request, before anything was cleared. All that others have stays."""
    crowd = await issued()
    if by == "an alias":
        look = await crowd.world.server.ok("GET", f"identity/entity/id/{crowd.entities['ann']}")
        crowd.tokens["alias of ann"] = look.data["aliases"][0]["name"]
    selection = SELECTIONS[by](crowd)
    crowd.tokens.pop("alias of ann", None)
    counted = await crowd.withdraw(**selection, dry_run=True)
    assert counted["complete"] and not counted["ends_own_token"]
    assert await crowd.alive() == ANN | BOB
    done = await crowd.withdraw(**selection)
    assert await crowd.alive() == BOB
    await crowd.world.settle()
    assert await crowd.alive() == BOB
    report = await crowd.report(done["id"])
    assert (
        report["found"]
        == counted["found"]
        == {
            "leases": {"db/": 2},
            "tokens": {"auth/approle/": 1, "auth/token/": 3},
            "wrapped_answers": {"sys/": 1},
        }
    )
    assert report["state"] == "holding"
    assert report["leases_left"] == report["namespaces_left"] == 0
    assert sorted(crowd.world.outside.accounts) == ["bob-1"]


async def test_the_row_goes_when_no_batch_token_can_be_alive() -> None:
    """A withdrawal stands as long as the longest batch token ever made could live, and then leaves its report alone."""
    crowd = await issued()
    id_ = (await crowd.withdraw(entity_id=crowd.entities["ann"]))["id"]
    await crowd.world.settle()
    crowd.world.clock.advance(3000)
    await crowd.world.settle()
    assert (await crowd.report(id_))["stands"]
    crowd.world.clock.advance(700)
    await crowd.world.settle()
    report = await crowd.report(id_)
    assert (report["stands"], report["state"]) == (False, "done")
    left = await crowd.world.rows(PLACE)
    assert [row.removeprefix(PLACE) for row in left] == ["longest-batch", f"report/{id_}"]
    assert (await crowd.world.server.ask("DELETE", f"sys/revoke-issued/{id_}")).status == 204
    assert (await crowd.world.server.ask("GET", f"sys/revoke-issued/{id_}")).status == 404


async def test_only_what_was_issued_in_the_time() -> None:
    """What was issued before `since` stays, and so does what is issued after the request."""
    crowd = await issued()
    await crowd.lease("ann-2", "ann")
    await crowd.withdraw(entity_id=crowd.entities["ann"], since="5s")
    assert await crowd.alive() == ANN | BOB
    await crowd.world.settle()
    assert await crowd.alive() == ANN | BOB
    crowd.world.clock.advance(10)
    await crowd.lease("ann-3", "ann")
    assert await crowd.alive() == ANN | BOB | {"ann-3"}
    assert sorted(crowd.world.outside.accounts) == ["ann-1", "ann-3", "bob-1", "orphan-1"]
