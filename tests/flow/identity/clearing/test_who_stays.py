"""Whom the clearing of unused entities spares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.flow.identity.clearing.asks import CONFIG, YEAR_S, exists
from tests.flow.identity.people import People
from tests.flow.node import Answer


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
    assert (await exists(people, entity), await exists(people, other)) == (True, False)


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
    assert await exists(people, entity) is (creation == "existing")
    assert (await log_in()).status == 200
