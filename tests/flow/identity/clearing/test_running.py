"""Entities that logins have made and nobody uses are cleared, if somebody wants it: when, where, how many at a time."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.barrier.due import UNUSED_ENTITY
from strongroom.barrier.transaction import transact
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.core.unused_entities import UnusedEntities
from strongroom.services.identity import clearing
from strongroom.services.namespaces import ROOT
from tests.flow.identity.clearing.asks import CONFIG, DAY_S, YEAR_S, exists, queued, state
from tests.flow.identity.people import People


async def test_nothing_is_cleared_unless_somebody_wants_it() -> None:
    """Neither by default nor after the settings were deleted; both deletions are fine."""
    people = await People.start()
    entity = (await people.login("ann"))["entity_id"]
    people.clock.advance(YEAR_S)
    await people.settle()
    assert await exists(people, entity)
    assert (await people.node.ask("GET", CONFIG)).status == 404
    await people.node.ok("POST", CONFIG, {"unseen_for": "90d"})
    for _ in range(2):
        assert (await people.node.ask("DELETE", CONFIG)).status == 204
    await people.settle()
    assert await exists(people, entity)
    assert await queued(people) == []


async def test_who_has_not_been_seen_is_cleared() -> None:
    """With alias, name and memberships; whoever was seen stays.  The same person comes back as somebody new."""
    people = await People.start()
    await people.external("devs", "devs", policies="groups")
    gone = (await people.login("gone", group_aliases=("devs",)))["entity_id"]
    people.clock.advance(60 * DAY_S)
    seen = (await people.login("seen", group_aliases=("devs",)))["entity_id"]
    people.clock.advance(40 * DAY_S)
    before = people.clock.now()
    await people.node.ok("POST", CONFIG, {"unseen_for": "90d"})
    await people.settle()
    assert (await exists(people, gone), await exists(people, seen)) == (False, True)
    assert not people.rows(gone, "/676f6e65")
    found = await state(people)
    run = found.pop("last_run")
    assert (found["unseen_for"], found["dry_run"], found["running"]) == (90 * DAY_S, False, False)
    assert (run["dry_run"], run["entities"], run["cleared"]) == (False, 2, 1)
    auth = await people.login("gone", group_aliases=("devs",))
    assert auth["entity_id"] != gone
    assert auth["identity_policies"] == ["groups"]
    assert people.clock.now() - before < DAY_S


async def test_a_dry_run_counts_and_clears_nothing() -> None:
    """Not a row of identities changes but that of the settings."""
    people = await People.start()
    for name in ("ann", "bob"):
        await people.login(name)
    people.clock.advance(YEAR_S)
    before = people.rows("")
    await people.node.ok("POST", CONFIG, {"unseen_for": "90d", "dry_run": True})
    await people.settle()
    run = (await state(people))["last_run"]
    assert (run["dry_run"], run["entities"], run["would_clear"]) == (True, 2, 2)
    assert "cleared" not in run
    assert [row for row in people.rows("") if row not in before] == ["shared/root/identity/clearing"]
    await people.node.ok("POST", CONFIG, {"dry_run": False})
    await people.settle()
    assert (await state(people))["last_run"]["cleared"] == 2


async def test_it_runs_once_a_day() -> None:
    """However often its turn comes; a change of the settings begins a run at once."""
    people = await People.start()
    await people.login("ann")
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d", "dry_run": True})
    await people.settle()
    first = await state(people)
    people.clock.advance(DAY_S - 60)
    await people.settle()
    assert (await state(people)) == first
    people.clock.advance(120)
    await people.settle()
    assert (await state(people))["last_run"]["start_time"] > first["last_run"]["start_time"]
    second = await state(people)
    people.clock.advance(60)
    await people.node.ok("POST", CONFIG, {"dry_run": True})
    await people.settle()
    assert (await state(people))["last_run"]["start_time"] > second["last_run"]["start_time"]
    assert len(await queued(people)) == 1


async def _step(people: People) -> int:
    """A step of a holder of the role that knows nothing but the store."""
    fence = await people.services.barrier.storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None
    return await Expiry(people.services)._steps()[UNUSED_ENTITY](fence, people.clock.now())


async def test_a_run_is_bounded_and_goes_on_where_it_was() -> None:
    """Each step by another holder looks at a page.  New settings begin anew, and the end of them ends it."""
    people = await People.start()
    for number in range(150):
        await people.login(f"user{number:03}")
    people.clock.advance(YEAR_S)
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d", "dry_run": True})
    assert await _step(people) == 64
    found = await state(people)
    assert (found["running"], found["next_run_time"], found["last_run"]) == (True, None, None)
    assert [await _step(people) for _ in range(3)] == [64, 22, 0]
    assert (await state(people))["last_run"]["would_clear"] == 150
    await people.node.ok("POST", CONFIG, {"dry_run": False})
    await _step(people)
    assert len(people.rows("identity/entity/")) == 86
    await people.node.ok("DELETE", CONFIG)
    assert await _step(people) == 0
    assert len(people.rows("identity/entity/")) == 86
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    await people.settle()
    assert people.rows("identity/entity/") == []
    assert (await state(people))["last_run"]["cleared"] == 86


async def test_an_entity_is_cleared_by_the_present_settings_only() -> None:
    """Whoever ends or changes the clearing in the middle of a step is obeyed by what is left of the step."""
    people = await People.start()
    entity = (await people.login("ann"))["entity_id"]
    people.clock.advance(YEAR_S)
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    services, now = people.services, people.clock.now()
    earlier = await transact(services.barrier, lambda txn: clearing.read(txn, "root"))
    fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None
    assert earlier is not None
    for method, body in (("POST", {"unseen_for": "3000d"}), ("POST", {"dry_run": True}), ("DELETE", None)):
        await people.node.ok(method, CONFIG, body)
        assert await UnusedEntities(services)._entity(fence, ROOT, earlier, entity, now) == 0
        assert await exists(people, entity)


async def test_each_namespace_decides_for_itself() -> None:
    """One that clears leaves the entities of others alone; a deleted one leaves no row behind."""
    people = await People.start()
    await people.node.ok("POST", "sys/namespaces/team")
    await people.node.ok("POST", "team/sys/mounts/probe", {"type": "probe"})
    above = (await people.login("ann"))["entity_id"]
    below = (await people.login("ann", "team/probe"))["entity_id"]
    people.clock.advance(YEAR_S)
    await people.node.ok("POST", f"team/{CONFIG}", {"unseen_for": "1d"})
    await people.settle()
    assert (await exists(people, above), await exists(people, below, "team/")) == (True, False)
    assert (await people.node.ask("GET", CONFIG)).status == 404
    await people.node.ok("DELETE", "sys/namespaces/team")
    people.clock.advance(2 * DAY_S)
    await people.settle()
    assert await queued(people) == []


async def test_a_sealed_namespace_waits_and_holds_nobody_up() -> None:
    """Root's entities are cleared meanwhile; those of the namespace after its unsealing."""
    people = await People.start()
    stanza = 'seal "shamir" {\n shares = 1\n threshold = 1\n}'
    made = await people.node.ok("POST", "sys/namespaces/t", {"seal": stanza})
    share = made.data["key_shares"][0]
    await people.node.ok("POST", "sys/namespaces/t/unseal", {"key": share})
    await people.node.ok("POST", "t/sys/mounts/probe", {"type": "probe"})
    above = (await people.login("ann"))["entity_id"]
    below = (await people.login("ann", "t/probe"))["entity_id"]
    for place in ("t/", ""):
        await people.node.ok("POST", place + CONFIG, {"unseen_for": "30d"})
    await people.settle()
    await people.node.ok("POST", "sys/namespaces/t/seal")
    people.clock.advance(YEAR_S)
    await people.settle()
    assert not await exists(people, above)
    await people.node.ok("POST", "sys/namespaces/t/unseal", {"key": share})
    assert await exists(people, below, "t/")
    await people.settle()
    assert not await exists(people, below, "t/")


@pytest.mark.parametrize(
    "body",
    [{}, {"dry_run": True}, {"unseen_for": "23h"}, {"unseen_for": "0"}, {"unseen_for": "11y"}, {"unseen_for": -1}],
)
async def test_settings_that_are_refused(body: dict[str, Any]) -> None:
    """No time, less than a day, centuries."""
    people = await People.start()
    assert (await people.node.ask("POST", CONFIG, body)).status == 400
    assert await queued(people) == []
