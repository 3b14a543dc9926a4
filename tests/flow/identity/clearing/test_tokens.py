"""No token and no login is harmed by the clearing of unused entities."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.sdk import Request, TokenSettings
from tests.flow.identity.clearing.asks import CONFIG, DAY_S, YEAR_S, exists, uses
from tests.flow.identity.people import People


@pytest.mark.parametrize("kind", ["renewed", "long", "batch", "periodic", "lowered"])
async def test_no_token_dies_by_it(kind: str) -> None:
    """While a token of an entity can be alive, the entity stays, with the shortest time and however its token lives."""
    people = await People.start()
    await people.node.ok("POST", "sys/mounts/probe/tune", {"max_lease_ttl": "2000h", "default_lease_ttl": "2000h"})
    settings = {"ttl_s": 20 * DAY_S, "policies": ("default",)}
    if kind == "batch":
        settings["type"] = "batch"
    if kind == "periodic":
        settings |= {"period_s": 20 * DAY_S}
    auth = await people.login("ann", token=TokenSettings(**settings))  # type: ignore[arg-type]
    token = auth["client_token"]
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    if kind == "lowered":
        await people.node.ok("POST", "sys/mounts/probe/tune", {"max_lease_ttl": "1h", "default_lease_ttl": "1h"})
    for _ in range(3 if kind in {"renewed", "periodic"} else 1):
        people.clock.advance(19 * DAY_S)
        await people.settle()
        assert await uses(people, token) == 200
        if kind in {"renewed", "periodic"}:
            await people.node.ok("POST", "auth/token/renew-self", {"increment": "480h"}, token)
    people.clock.advance(24 * DAY_S)
    await people.settle()
    assert await uses(people, token) == 403
    assert not await exists(people, auth["entity_id"])


ORPHANS = 'path "auth/token/*" { capabilities = ["create", "read", "update", "sudo"] }'


async def test_a_token_of_an_alias_keeps_its_entity() -> None:
    """A role makes it for an entity that nobody logs in as."""
    people = await People.start()
    await people.node.ok("POST", "auth/token/roles/robots", {"allowed_entity_aliases": "robot", "orphan": True})
    wanted = {"entity_alias": "robot", "ttl": "480h", "policies": "default"}
    auth = (await people.node.ok("POST", "auth/token/create/robots", wanted)).body["auth"]
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    for days, status in ((19, 200), (4, 403)):
        people.clock.advance(days * DAY_S)
        await people.settle()
        assert await uses(people, auth["client_token"]) == status
        assert await exists(people, auth["entity_id"]) is (status == 200)


async def test_a_child_that_outlives_its_parent_keeps_its_entity() -> None:
    """Its parent was revoked alone, and would have ended long before.  An orphan from its making has no entity."""
    people = await People.start()
    await people.node.ok("PUT", "sys/policies/acl/default", {"policy": ORPHANS})
    parent = (await people.login("ann", token=TokenSettings(ttl_s=3600, policies=("default",))))["client_token"]
    child = (await people.node.ok("POST", "auth/token/create", {"ttl": "480h"}, parent)).body["auth"]["client_token"]
    orphan = await people.node.ok("POST", "auth/token/create-orphan", {}, parent)
    assert orphan.body["auth"]["entity_id"] == ""
    await people.node.ok("POST", "auth/token/revoke-orphan", {"token": parent})
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    people.clock.advance(19 * DAY_S)
    await people.settle()
    assert await uses(people, child) == 200


async def test_a_login_at_that_moment_is_safe() -> None:
    """An entity is cleared in the middle of its login: the login runs again and makes another one."""
    people = await People.start()
    before = (await people.login("ann"))["entity_id"]
    people.clock.advance(YEAR_S)
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    cleared: list[bool] = []

    async def clear(request: Request) -> None:
        if not cleared:
            cleared.append(True)
            await people.settle()
            assert not await exists(people, before)

    people.node.probe.before = clear
    auth = await people.login("ann")
    assert auth["entity_id"] != before
    assert await uses(people, auth["client_token"]) == 200
    assert await exists(people, auth["entity_id"])


async def test_many_logins_beside_the_clearing() -> None:
    """Two nodes let forty people in while a third one clears them: each token works, and no row is left over."""
    people = await People.start()
    nodes = [people.node, await people.node.peer()]
    names = [f"user{number}" for number in range(40)]
    for name in names:
        await people.login(name)
    people.clock.advance(YEAR_S)
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})

    cleaning = asyncio.create_task(people.settle())
    logins = [people.try_login(name, node=nodes[turn % 2]) for turn, name in enumerate(names)]
    answers = []
    for login in logins:
        answers.append(await login)
        await asyncio.sleep(0)
    await cleaning
    for answer in answers:
        auth = answer.body["auth"]
        assert await uses(people, auth["client_token"]) == 200
        assert await exists(people, auth["entity_id"])
    assert len(people.rows("identity/entity/")) == len(people.rows("identity/alias/")) == 40
    assert len(people.rows("identity/entity-name/")) == 40
