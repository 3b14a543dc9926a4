"""What engines say of their leases: group and ceiling, account, owner, and whether another request may get one."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from strongroom.barrier import keys
from tests.flow.sysapi.leases_world import World

RULES = 'path "db/*" { capabilities = ["read"] } path "sys/leases/*" { capabilities = ["update"] }'


class People:
    """Clients of an auth method that hashes no passwords, which would take long."""

    def __init__(self, world: World) -> None:
        self.world = world

    @classmethod
    async def of(cls, world: World) -> People:
        """With a method and a policy for all."""
        await world.server.ok("PUT", "sys/policies/acl/all", {"policy": RULES})
        await world.server.mount("approle", auth=True)
        return cls(world)

    async def login(self, name: str, **settings: Any) -> tuple[str, str]:
        """The token of a new login, and its entity."""
        role, server = f"auth/approle/role/{name}", self.world.server
        await server.ok("POST", role, {"token_policies": "all", "token_ttl": "12h", "bind_secret_id": True, **settings})
        ids = {
            "role_id": (await server.ok("GET", f"{role}/role-id")).data["role_id"],
            "secret_id": (await server.ok("POST", f"{role}/secret-id")).data["secret_id"],
        }
        auth = (await server.ok("POST", "auth/approle/login", ids, token="")).body["auth"]
        return auth["client_token"], auth["entity_id"]


async def read(world: World, token: str = "root", role: str = "app") -> dict[str, Any]:
    """The body of an answer with a secret."""
    body: dict[str, Any] = (await world.server.ok("GET", f"db/role/{role}", token=token)).body
    return body


async def test_a_group_has_a_ceiling() -> None:
    """One lease more than the ceiling is refused and makes nothing; other groups have their own; an end makes room."""
    world = await World.start()
    world.outside.terms = {"ceiling": 2}
    first = (await read(world))["lease_id"]
    await read(world)
    refused = await world.server.ask("GET", "db/role/app")
    assert refused.status == 429
    assert refused.error == 'lease count quota exceeded (2 leases of "role/app" at the most, by its settings)'
    assert len(world.outside.made) == 2
    await read(world, role="other")
    await world.server.ok("PUT", "sys/leases/revoke", {"lease_id": first, "sync": True})
    await read(world)
    world.outside.terms = {"ceiling": 1}  # lowered: what exists stays, and may end
    assert (await world.server.ask("GET", "db/role/app")).status == 429
    await world.server.ok("PUT", "sys/leases/revoke-prefix/db", {"sync": True})
    await read(world)
    assert len(world.outside.accounts) == 1


async def test_a_lease_of_an_entity_outlives_the_token() -> None:
    """Its token is revoked and the account stays; without an entity there is no such lease."""
    world = await World.start()
    people = await People.of(world)
    token, _ = await people.login("ann")
    mine = await read(world, token)
    world.outside.terms = {"owner": "entity"}
    of_entity = await read(world, token)
    await world.server.ok("POST", "auth/token/revoke", {"token": token})
    await world.settle()
    assert world.outside.accounts == {of_entity["data"]["name"]}
    assert (await world.server.ask("PUT", "sys/leases/renew", {"lease_id": mine["lease_id"]})).status == 400
    await world.server.ok("PUT", "sys/leases/renew", {"lease_id": of_entity["lease_id"], "increment": 3600})
    refused = await world.server.ask("GET", "db/role/app")
    assert refused.status == 400
    assert "this token has none" in refused.error
    world.clock.advance(3600)
    await world.settle()
    assert not world.outside.accounts


async def test_a_batch_token_does_not_bound_a_lease_of_the_entity() -> None:
    """The lease runs for its own time."""
    world = await World.start()
    people = await People.of(world)
    token, _ = await people.login("ann", token_type="batch", token_ttl="5m")
    assert (await read(world, token))["lease_duration"] == 300
    world.outside.terms = {"owner": "entity"}
    assert (await read(world, token))["lease_duration"] == 3600


async def test_an_entity_gets_its_lease_again() -> None:
    """Another login of the same entity, for half of the time: the same account and lease, and nothing is made."""
    world = await World.start()
    people = await People.of(world)
    world.outside.terms = {"reuse": "v1", "owner": "entity"}
    first = await read(world, (await people.login("ann"))[0])
    again, entity = await people.login("ann")
    world.clock.advance(600)
    second = await read(world, again)
    assert second["data"] == first["data"]
    assert second["lease_id"] == first["lease_id"]
    assert second["renewable"] is True
    assert second["lease_duration"] == 3000
    assert world.outside.made == ["app-0"]
    assert entity


async def test_who_gets_no_lease_again() -> None:
    """Another entity, another role or state of the role, a token without an entity, and whoever asks too late."""
    world = await World.start()
    people = await People.of(world)
    ann, bob = (await people.login("ann"))[0], (await people.login("bob"))[0]
    world.outside.terms = {"reuse": "v1", "owner": "entity"}
    names = [(await read(world, ann))["data"]["name"]]
    names.append((await read(world, bob))["data"]["name"])
    names.append((await read(world, ann, role="other"))["data"]["name"])
    world.outside.terms = {"reuse": "v2", "owner": "entity"}
    names.append((await read(world, ann))["data"]["name"])
    world.outside.terms = {"reuse": "v1"}
    names += [(await read(world))["data"]["name"] for _ in range(2)]
    world.clock.advance(1801)
    names.append((await read(world, ann))["data"]["name"])
    assert len(set(names)) == len(names)


async def test_what_ends_with_another_token_is_given_again_only_while_that_lasts() -> None:
    """A lease of a token that was revoked, or ends soon, isn't given to another token."""
    world = await World.start()
    people = await People.of(world)
    world.outside.terms = {"reuse": "v1"}
    first, _ = await people.login("ann", token_ttl="40m")
    second, _ = await people.login("ann")
    one = await read(world, first)
    assert (await read(world, second))["lease_id"] == one["lease_id"]
    world.clock.advance(660)  # 49 minutes of the lease, 29 of the token
    two = await read(world, second)
    assert two["lease_id"] != one["lease_id"]
    await world.server.ok("POST", "auth/token/revoke", {"token": second})
    third, _ = await people.login("ann")
    assert (await read(world, third))["lease_id"] not in {one["lease_id"], two["lease_id"]}


async def test_a_lease_that_ended_is_not_given_again() -> None:
    """Revoked, it is on its way out, even while the other system is down."""
    world = await World.start()
    people = await People.of(world)
    world.outside.terms = {"reuse": "v1", "owner": "entity"}
    token, _ = await people.login("ann")
    one = await read(world, token)
    world.outside.down = True
    await world.server.ok("PUT", "sys/leases/revoke", {"lease_id": one["lease_id"]})
    await world.settle()
    world.outside.down = False
    assert (await read(world, token))["lease_id"] != one["lease_id"]
    await world.server.ok("PUT", "sys/leases/revoke-prefix/db")
    world.clock.advance(3600)
    await world.settle()
    assert not await world.lease_rows()


async def test_the_kept_answer_is_encrypted() -> None:
    """The data of a lease that may be given again stands in the store, and nowhere in clear."""
    world = await World.start()
    people = await People.of(world)
    world.outside.terms = {"reuse": "v1", "owner": "entity"}
    await read(world, (await people.login("ann"))[0], role="canary")
    storage = world.services.barrier.storage
    names = await world.rows("shared/")
    entries = [await storage.get(name) for name in names]
    assert not [entry for entry in entries if entry is not None and b"canary-0" in entry.value]
    assert not [name for name in names if "canary-0" in name]


async def _delete(world: World, entity: str) -> None:
    await world.server.ok("DELETE", f"identity/entity/id/{entity}")


async def _delete_many(world: World, entity: str) -> None:
    await world.server.ok("POST", "identity/entity/batch-delete", {"entity_ids": [entity]})


async def _disable(world: World, entity: str) -> None:
    await world.server.ok("POST", f"identity/entity/id/{entity}", {"disabled": True})


@pytest.mark.parametrize("end", [_delete, _delete_many, _disable])
async def test_what_an_entity_owns_ends_with_it(end: Callable[[World, str], Awaitable[None]]) -> None:
    """More leases than one commit holds; those of its tokens follow the tokens; nobody else's end."""
    world = await World.start()
    people = await People.of(world)
    token, entity = await people.login("ann")
    other, _ = await people.login("bob")
    kept = {(await read(world, token))["data"]["name"]}
    world.outside.terms = {"owner": "entity"}
    kept.add((await read(world, other))["data"]["name"])
    lease = ""
    for _ in range(30):
        lease = (await read(world, token))["lease_id"]
    await end(world, entity)
    assert (await world.server.ask("PUT", "sys/leases/renew", {"lease_id": lease})).status == 400
    await world.settle()
    assert world.outside.accounts == kept
    assert not await world.rows(keys.PENDING_DELETION)


async def test_an_entity_that_ends_meanwhile_gets_nothing() -> None:
    """The secret is made while its entity is disabled: it is undone."""
    world = await World.start()
    people = await People.of(world)
    token, entity = await people.login("ann")
    world.outside.terms = {"owner": "entity"}
    world.outside.meanwhile = lambda: _disable(world, entity)
    answer = await world.server.ask("GET", "db/role/app", token=token)
    assert answer.status == 400
    assert "ended while it was being made" in answer.error
    await world.settle()
    assert not world.outside.accounts


async def test_leases_of_a_merged_entity_are_those_of_the_other() -> None:
    """They are renewed and given again, and end when what it was merged into ends."""
    world = await World.start()
    people = await People.of(world)
    ann, source = await people.login("ann")
    world.outside.terms = {"owner": "entity", "reuse": "v1"}
    lease = (await read(world, ann))["lease_id"]
    target = (await world.server.ok("POST", "identity/entity", {"name": "all"})).data["id"]
    await world.server.ok("POST", "identity/entity/merge", {"from_entity_ids": [source], "to_entity_id": target})
    await world.server.ok("PUT", "sys/leases/renew", {"lease_id": lease, "increment": 3600})
    await world.settle()
    assert (await read(world, ann))["lease_id"] == lease
    await _delete(world, target)
    await world.settle()
    assert not world.outside.accounts
    assert not await world.lease_rows()


async def test_an_entity_with_a_lease_is_not_unused() -> None:
    """While its lease runs, no clearing of unused entities takes it away."""
    world = await World.start()
    people = await People.of(world)
    token, entity = await people.login("ann", token_ttl="10m", token_max_ttl="10m")
    await world.server.ok("POST", "sys/mounts/db/tune", {"max_lease_ttl": "3000h"})
    world.outside.terms = {"owner": "entity"}
    lease = (await read(world, token))["lease_id"]
    await world.server.ok("PUT", "sys/leases/renew", {"lease_id": lease, "increment": 3600 * 2400})
    await world.server.ok("POST", "identity/config/clearing", {"unseen_for": "24h"})
    world.clock.advance(3600 * 2300)
    await world.settle()
    assert (await world.server.ask("GET", f"identity/entity/id/{entity}")).status == 200
    world.clock.advance(3600 * 300)
    await world.settle()
    assert (await world.server.ask("GET", f"identity/entity/id/{entity}")).status == 404


async def test_a_login_in_the_headers_gets_what_its_entity_owns() -> None:
    """Its token is gone at once, and its entity stays; a lease of the token is refused as before."""
    world = await World.start()
    await People.of(world)
    role = "auth/approle/role/ann"
    settings = {"token_policies": "all", "bind_secret_id": False, "token_bound_cidrs": "192.0.2.0/24"}
    await world.server.ok("POST", role, settings)
    role_id = (await world.server.ok("GET", f"{role}/role-id")).data["role_id"]
    parameter = base64.urlsafe_b64encode(json.dumps({"key": "role_id", "value": role_id}).encode()).rstrip(b"=")
    headers = {
        "x-vault-inline-auth-path": "auth/approle/login",
        "x-vault-inline-auth-parameter-1": parameter.decode(),
    }
    refused = await world.server.ask("GET", "db/role/app", token="", headers=headers)
    assert (refused.status, "gone at once" in refused.error) == (400, True)
    world.outside.terms = {"owner": "entity", "reuse": "v1"}
    first = await world.server.ok("GET", "db/role/app", token="", headers=headers)
    second = await world.server.ok("GET", "db/role/app", token="", headers=headers)
    assert first.lease_id == second.lease_id
    assert len(world.outside.accounts) == 1


async def test_an_entity_that_is_enabled_again_at_once_keeps_what_it_owns() -> None:
    """Before anything was revoked."""
    world = await World.start()
    people = await People.of(world)
    token, entity = await people.login("ann")
    world.outside.terms = {"owner": "entity"}
    await read(world, token)
    await _disable(world, entity)
    await world.server.ok("POST", f"identity/entity/id/{entity}", {"disabled": False})
    await world.settle()
    assert len(world.outside.accounts) == 1
    assert not await world.rows(keys.PENDING_DELETION)


async def test_a_lease_of_a_spent_token_is_not_given_again() -> None:
    """The token's row is still there for a while; its lease ends with it, and isn't renewed."""
    world = await World.start()
    people = await People.of(world)
    world.outside.terms = {"reuse": "v1"}
    spent, _ = await people.login("ann", token_num_uses=2)
    other, _ = await people.login("ann", token_num_uses=0)
    lease = (await read(world, spent))["lease_id"]
    assert (await read(world, other))["lease_id"] == lease
    assert (await world.server.ask("GET", "nosuch/path", token=spent)).status in {403, 404}
    assert (await world.server.ask("PUT", "sys/leases/renew", {"lease_id": lease})).error == "lease expired"
    assert (await read(world, other))["lease_id"] != lease


async def test_the_lease_that_lasts_longest_is_given_again() -> None:
    """Of several that could be."""
    world = await World.start()
    people = await People.of(world)
    world.outside.terms = {"reuse": "v1", "owner": "entity"}
    token, _ = await people.login("ann")
    leases: list[str] = []
    for _ in range(4):
        for lease in leases:
            await world.server.ok("PUT", "sys/leases/renew", {"lease_id": lease, "increment": 3600})
        world.clock.advance(1801)
        leases.append((await read(world, token))["lease_id"])
    assert len(set(leases)) == 4
    for lease, increment in zip(leases, (1000, 9000, 3000, 4000), strict=True):
        await world.server.ok("PUT", "sys/leases/renew", {"lease_id": lease, "increment": increment})
    assert (await read(world, token))["lease_id"] == leases[1]
