"""Entities that logins have made and nobody uses are cleared, if somebody wants it, and no others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from strongroom.barrier import keys
from strongroom.barrier.due import UNUSED_ENTITY
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.sdk import Request, TokenSettings
from tests.flow.identity.people import People
from tests.flow.node import Answer

CONFIG = "identity/config/clearing"
DAY_S = 86_400
YEAR_S = 366 * DAY_S


async def _state(people: People, place: str = "") -> dict[str, Any]:
    return (await people.node.ok("GET", place + CONFIG)).data


async def _exists(people: People, entity: str, place: str = "") -> bool:
    return (await people.node.ask("GET", f"{place}identity/entity/id/{entity}")).status == 200


async def _queued(people: People) -> list[str]:
    storage = people.services.barrier.storage
    return (await storage.scan(f"{keys.QUEUE}{UNUSED_ENTITY}/")).names


async def test_nothing_is_cleared_unless_somebody_wants_it() -> None:
    """Neither by default nor after the settings were deleted; both deletions are fine."""
    people = await People.start()
    entity = (await people.login("ann"))["entity_id"]
    people.clock.advance(YEAR_S)
    await people.settle()
    assert await _exists(people, entity)
    assert (await people.node.ask("GET", CONFIG)).status == 404
    await people.node.ok("POST", CONFIG, {"unseen_for": "90d"})
    for _ in range(2):
        assert (await people.node.ask("DELETE", CONFIG)).status == 204
    await people.settle()
    assert await _exists(people, entity)
    assert await _queued(people) == []


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
    assert (await _exists(people, gone), await _exists(people, seen)) == (False, True)
    assert not people.rows(gone, "/676f6e65")
    state = await _state(people)
    run = state.pop("last_run")
    assert (state["unseen_for"], state["dry_run"], state["running"]) == (90 * DAY_S, False, False)
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
    run = (await _state(people))["last_run"]
    assert (run["dry_run"], run["entities"], run["would_clear"]) == (True, 2, 2)
    assert "cleared" not in run
    assert [row for row in people.rows("") if row not in before] == ["shared/root/identity/clearing"]
    await people.node.ok("POST", CONFIG, {"dry_run": False})
    await people.settle()
    assert (await _state(people))["last_run"]["cleared"] == 2


async def _policies(people: People, entity: str) -> None:
    await people.node.ok("POST", f"identity/entity/id/{entity}", {"policies": "own"})


async def _metadata(people: People, entity: str) -> None:
    await people.node.ok("POST", f"identity/entity/id/{entity}", {"metadata": {"team": "x"}})


async def _name(people: People, entity: str) -> None:
    await people.node.ok("POST", f"identity/entity/id/{entity}", {"name": "Ann"})


async def _disabled(people: People, entity: str) -> None:
    await people.node.ok("POST", f"identity/entity/id/{entity}", {"disabled": True})


async def _custom_metadata(people: People, entity: str) -> None:
    alias = (await people.node.ok("GET", f"identity/entity/id/{entity}")).data["aliases"][0]["id"]
    await people.node.ok("POST", f"identity/entity-alias/id/{alias}", {"custom_metadata": {"a": "b"}})


async def _renamed_alias(people: People, entity: str) -> None:
    alias = (await people.node.ok("GET", f"identity/entity/id/{entity}")).data["aliases"][0]["id"]
    await people.node.ok("POST", f"identity/entity-alias/id/{alias}", {"name": "annabel"})


async def _another_alias(people: People, entity: str) -> None:
    wanted = {"name": "ann", "mount_accessor": await people.mount("second"), "canonical_id": entity}
    await people.node.ok("POST", "identity/entity-alias", wanted)


async def _group(people: People, entity: str) -> None:
    await people.group("all", member_entity_ids=[entity])


async def _members_path(people: People, entity: str) -> None:
    await people.node.ok("POST", f"identity/group/id/{await people.group('all')}/members", {"add": entity})


async def _group_below(people: People, entity: str) -> None:
    await people.node.ok("POST", "sys/namespaces/team")
    await people.node.ok("POST", "team/identity/group", {"name": "all", "member_entity_ids": [entity]})


async def _merged(people: People, entity: str) -> None:
    wanted = {"from_entity_ids": [await people.entity("other")], "to_entity_id": entity}
    await people.node.ok("POST", "identity/entity/merge", wanted)


async def _method(people: People) -> str:
    made = await people.node.ok("POST", "identity/mfa/method/totp", {"issuer": "i", "method_name": "m"})
    return str(made.data["method_id"])


async def _secret(people: People, entity: str) -> None:
    wanted = {"method_id": await _method(people), "entity_id": entity}
    await people.node.ok("POST", "identity/mfa/method/totp/admin-generate", wanted)


async def _enforcement(people: People, entity: str) -> None:
    wanted = {"mfa_method_ids": [await _method(people)], "identity_entity_ids": [entity]}
    await people.node.ok("POST", "identity/mfa/login-enforcement/all", wanted)


async def _assignment(people: People, entity: str) -> None:
    await people.node.ok("POST", "identity/oidc/assignment/apps", {"entity_ids": [entity, "nobody", "a/b", "x.y"]})


TOUCHES = (
    *(_policies, _metadata, _name, _disabled, _custom_metadata, _renamed_alias, _another_alias),
    *(_group, _members_path, _group_below, _merged, _secret, _enforcement, _assignment),
)


@pytest.mark.parametrize("touch", TOUCHES, ids=lambda touch: touch.__name__.strip("_"))
async def test_whom_an_administrator_has_had_to_do_with_stays(touch: Callable[[People, str], Awaitable[None]]) -> None:
    """Whatever the administrator did; somebody else, of whom only logins are known, is cleared."""
    people = await People.start()
    entity = (await people.login("ann"))["entity_id"]
    other = (await people.login("bob"))["entity_id"]
    await touch(people, entity)
    people.clock.advance(YEAR_S)
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    await people.settle()
    assert (await _exists(people, entity), await _exists(people, other)) == (True, False)


@pytest.mark.parametrize("creation", ["existing", "auto"])
async def test_whom_a_mount_would_not_let_in_again_stays(creation: str) -> None:
    """At a mount that makes no entities any more, the entity of an earlier login is what admits its person."""
    people = await People.start()
    await people.node.ok("POST", "sys/auth/up", {"type": "userpass"})
    await people.node.ok("POST", "auth/up/users/ann", {"password": "pw"})

    async def log_in() -> Answer:
        return await people.node.ask("POST", "auth/up/login/ann", {"password": "pw"}, "")

    entity = (await log_in()).body["auth"]["entity_id"]
    await people.node.ok("POST", "sys/auth/up/tune", {"identity_creation": creation})
    people.clock.advance(YEAR_S)
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    await people.settle()
    assert await _exists(people, entity) is (creation == "existing")
    assert (await log_in()).status == 200


async def _uses(people: People, token: str) -> int:
    return (await people.node.ask("GET", "auth/token/lookup-self", token=token)).status


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
        assert await _uses(people, token) == 200
        if kind in {"renewed", "periodic"}:
            await people.node.ok("POST", "auth/token/renew-self", {"increment": "480h"}, token)
    people.clock.advance(24 * DAY_S)
    await people.settle()
    assert await _uses(people, token) == 403
    assert not await _exists(people, auth["entity_id"])


ORPHANS = 'path "auth/token/*" { capabilities = ["create", "read", "update", "sudo"] }'


async def test_a_child_token_keeps_its_entity() -> None:
    """Also one made at the end of its parent's life.  An orphan has no entity, and needs none."""
    people = await People.start()
    await people.node.ok("POST", "sys/mounts/probe/tune", {"max_lease_ttl": "2000h"})
    await people.node.ok("PUT", "sys/policies/acl/default", {"policy": ORPHANS})
    parent = await people.login("ann", token=TokenSettings(ttl_s=30 * DAY_S, policies=("default",)))
    people.clock.advance(29 * DAY_S)
    await people.node.ok("POST", "auth/token/renew-self", {"increment": "720h"}, parent["client_token"])
    made = await people.node.ok("POST", "auth/token/create", {"ttl": "240h"}, parent["client_token"])
    child = made.body["auth"]["client_token"]
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    people.clock.advance(9 * DAY_S)
    await people.settle()
    assert await _uses(people, child) == 200
    made = await people.node.ok("POST", "auth/token/create-orphan", {}, child)
    assert made.body["auth"]["entity_id"] == ""


async def test_a_login_at_that_moment_is_safe() -> None:
    """An entity is cleared in the middle of its login: the login runs again and makes another one."""
    people = await People.start()
    before = (await people.login("ann"))["entity_id"]
    people.clock.advance(YEAR_S)
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    cleared = []

    async def clear(request: Request) -> None:
        if not cleared:
            cleared.append(True)
            await people.settle()
            assert not await _exists(people, before)

    people.node.probe.before = clear
    auth = await people.login("ann")
    assert auth["entity_id"] != before
    assert await _uses(people, auth["client_token"]) == 200
    assert await _exists(people, auth["entity_id"])


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
        assert await _uses(people, auth["client_token"]) == 200
        assert await _exists(people, auth["entity_id"])
    assert len(people.rows("identity/entity/")) == len(people.rows("identity/alias/")) == 40
    assert len(people.rows("identity/entity-name/")) == 40


async def test_it_runs_once_a_day() -> None:
    """However often its turn comes; a change of the settings begins a run at once."""
    people = await People.start()
    await people.login("ann")
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d", "dry_run": True})
    await people.settle()
    first = await _state(people)
    people.clock.advance(DAY_S - 60)
    await people.settle()
    assert (await _state(people)) == first
    people.clock.advance(120)
    await people.settle()
    assert (await _state(people))["last_run"]["start_time"] > first["last_run"]["start_time"]
    second = await _state(people)
    people.clock.advance(60)
    await people.node.ok("POST", CONFIG, {"dry_run": True})
    await people.settle()
    assert (await _state(people))["last_run"]["start_time"] > second["last_run"]["start_time"]
    assert len(await _queued(people)) == 1


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
    state = await _state(people)
    assert (state["running"], state["next_run_time"], state["last_run"]) == (True, None, None)
    assert [await _step(people) for _ in range(3)] == [64, 22, 0]
    assert (await _state(people))["last_run"]["would_clear"] == 150
    await people.node.ok("POST", CONFIG, {"dry_run": False})
    await _step(people)
    assert len(people.rows("identity/entity/")) == 86
    await people.node.ok("DELETE", CONFIG)
    assert await _step(people) == 0
    assert len(people.rows("identity/entity/")) == 86
    await people.node.ok("POST", CONFIG, {"unseen_for": "1d"})
    await people.settle()
    assert people.rows("identity/entity/") == []
    assert (await _state(people))["last_run"]["cleared"] == 86


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
    assert (await _exists(people, above), await _exists(people, below, "team/")) == (True, False)
    assert (await people.node.ask("GET", CONFIG)).status == 404
    await people.node.ok("DELETE", "sys/namespaces/team")
    people.clock.advance(2 * DAY_S)
    await people.settle()
    assert await _queued(people) == []


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
    assert not await _exists(people, above)
    await people.node.ok("POST", "sys/namespaces/t/unseal", {"key": share})
    assert await _exists(people, below, "t/")
    await people.settle()
    assert not await _exists(people, below, "t/")


@pytest.mark.parametrize(
    "body",
    [{}, {"dry_run": True}, {"unseen_for": "23h"}, {"unseen_for": "0"}, {"unseen_for": "11y"}, {"unseen_for": -1}],
)
async def test_settings_that_are_refused(body: dict[str, Any]) -> None:
    """No time, less than a day, centuries."""
    people = await People.start()
    assert (await people.node.ask("POST", CONFIG, body)).status == 400
    assert await _queued(people) == []
