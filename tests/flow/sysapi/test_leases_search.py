"""Finding leases by whom they belong to and by their account, and ending all of an entity."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.sysapi.system import lease_search
from tests.flow.sysapi.leases_world import World
from tests.flow.sysapi.test_leases_terms import People, read


async def search(world: World, namespace: str = "", **wanted: Any) -> list[str]:
    """The accounts of the leases found, page by page; pages are complete and don't overlap."""
    found: dict[str, Any] = {}
    after = ""
    while True:
        body = {**wanted, "after": after}
        page = (await world.server.ok("POST", f"{namespace}sys/leases/search", body)).data
        assert page["keys"] == list(page["key_info"])
        assert not found.keys() & page["key_info"].keys()
        found |= page["key_info"]
        after = page["after"]
        if not after:
            return sorted(info["account"] for info in found.values())


async def crowd(world: World) -> tuple[dict[str, str], dict[str, str]]:
    """Leases `app-0`, `app-1` of ann, `app-2`, `other-3` of bob, `app-4` of root; tokens and entities by name."""
    people = await People.of(world)
    tokens, entities = {}, {}
    for name in ("ann", "bob"):
        tokens[name], entities[name] = await people.login(name)
    for name, role in (("ann", "app"), ("ann", "app"), ("bob", "app"), ("bob", "other")):
        await read(world, tokens[name], role)
        world.clock.advance(60)
    await read(world)
    return tokens, entities


async def test_leases_are_found_by_what_one_knows() -> None:
    """By entity, account, role, path, age, and all of these together."""
    world = await World.start()
    _, entities = await crowd(world)
    everything = ["app-0", "app-1", "app-2", "app-4", "other-3"]
    assert await search(world) == everything
    assert await search(world, limit=1) == everything
    assert await search(world, limit=2) == everything
    assert await search(world, entity_id=entities["ann"]) == ["app-0", "app-1"]
    assert await search(world, account="other-3") == ["other-3"]
    assert await search(world, account="nobody") == []
    assert await search(world, role="app") == ["app-0", "app-1", "app-2", "app-4"]
    assert await search(world, group="role/other") == ["other-3"]
    assert await search(world, mount="db", role="other") == ["other-3"]
    assert await search(world, prefix="db/role/other") == ["other-3"]
    assert await search(world, mount="db/", prefix="db/role/app/") == ["app-0", "app-1", "app-2", "app-4"]
    assert await search(world, mount="kv") == []
    assert await search(world, older_than="150s") == ["app-0", "app-1"]
    assert await search(world, older_than="3m", entity_id=entities["ann"], limit=1) == ["app-0", "app-1"]
    assert await search(world, older_than="3m", entity_id=entities["bob"]) == []
    assert await search(world, entity_id=entities["bob"], account="app-2", role="app") == ["app-2"]


async def test_a_search_that_reads_much_goes_on_in_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """One request reads a bounded number of leases, and says where to go on."""
    monkeypatch.setattr(lease_search, "_PAGE", 2)
    monkeypatch.setattr(lease_search, "LOOKED_AT", 2)
    world = await World.start()
    await crowd(world)
    first = (await world.server.ok("POST", "sys/leases/search", {"role": "other"})).data
    assert first["keys"] == []
    assert first["after"]
    assert await search(world, role="other") == ["other-3"]


async def test_searches_that_mean_nothing_are_refused() -> None:
    """A limit, a state and a combination that can't be; and a token without sudo."""
    world = await World.start()
    people = await People.of(world)
    for body in (
        {"limit": 0},
        {"limit": 1001},
        {"state": "gone"},
        {"role": "a", "group": "role/b"},
        {"mount": "db", "prefix": "kv/x"},
    ):
        assert (await world.server.ask("POST", "sys/leases/search", body)).status == 400
    token, entity = await people.login("ann")
    assert (await world.server.ask("POST", "sys/leases/search", {}, token=token)).status == 403
    assert (await world.server.ask("POST", f"sys/leases/revoke-entity/{entity}", token=token)).status == 403


async def test_states_of_leases_are_told() -> None:
    """Planned, active, revoking and irrevocable ones; with the attempts, the next one and the error in a lookup."""
    world = await World.start()

    async def meanwhile() -> None:
        assert len((await world.server.ok("POST", "sys/leases/search", {"state": "planned"})).data["keys"]) == 1
        gauges = (await world.server.ok("GET", "sys/metrics")).body["Gauges"]
        assert {"vault.expire.num_leases": 1, "vault.expire.num_planned_leases": 1}.items() <= _numbers(gauges).items()

    world.outside.meanwhile = meanwhile
    lease = (await read(world))["lease_id"]
    world.outside.meanwhile = None
    assert await search(world, state="active") == ["app-0"]
    shown = (await world.server.ok("POST", "sys/leases/lookup", {"lease_id": lease})).data
    assert (shown["state"], shown["attempts"], shown["last_error"], shown["next_attempt_time"]) == (
        "active",
        0,
        "",
        None,
    )
    world.outside.down = True
    await world.server.ok("POST", "sys/leases/revoke", {"lease_id": lease})
    await world.settle()
    assert await search(world, state="revoking") == ["app-0"]
    for _ in range(6):
        world.clock.advance(3600)
        await world.settle()
    assert await search(world, state="irrevocable") == ["app-0"]
    shown = (await world.server.ok("POST", "sys/leases/lookup", {"lease_id": lease})).data
    assert (shown["state"], shown["attempts"]) == ("irrevocable", 7)
    assert shown["last_error"] == "the database does not answer"
    assert shown["next_attempt_time"] > shown["issue_time"]
    gauges = (await world.server.ok("GET", "sys/metrics")).body["Gauges"]
    told = {
        "vault.expire.num_leases": 1,
        "vault.expire.num_planned_leases": 0,
        "vault.expire.num_irrevocable_leases": 1,
    }
    assert told.items() <= _numbers(gauges).items()
    world.outside.down = False
    world.clock.advance(3600)
    await world.settle()
    assert not await world.lease_rows()


def _numbers(gauges: list[dict[str, Any]]) -> dict[str, int]:
    return {gauge["Name"]: gauge["Value"] for gauge in gauges}


async def test_all_of_an_entity_ends() -> None:
    """Its own leases and those of its tokens, more than one commit holds; nobody else's, and no token."""
    world = await World.start()
    tokens, entities = await crowd(world)
    world.outside.terms = {"owner": "entity"}
    for _ in range(45):
        await read(world, tokens["ann"])
    await world.server.ok("POST", f"sys/leases/revoke-entity/{entities['ann']}")
    await world.settle()
    assert world.outside.accounts == {"app-2", "other-3", "app-4"}
    assert await world.status(tokens["ann"]) == 200
    warned = await world.server.ok("POST", f"sys/leases/revoke-entity/{entities['ann']}")
    assert "the entity has no lease" in warned.body["warnings"][0]


async def test_all_of_an_entity_ends_before_the_answer_if_asked() -> None:
    """With `sync` the accounts are gone, or the error is the client's; without waiting it is 202."""
    world = await World.start()
    _, entities = await crowd(world)
    world.outside.down = True
    refused = await world.server.ask("POST", f"sys/leases/revoke-entity/{entities['ann']}", {"sync": True})
    assert refused.status == 502
    world.outside.down = False
    await world.server.ok("POST", f"sys/leases/revoke-entity/{entities['ann']}", {"sync": True})
    assert world.outside.accounts == {"app-2", "other-3", "app-4"}
    answer = await world.server.ok("POST", f"sys/leases/revoke-entity/{entities['bob']}", {"sync": False})
    assert answer.status == 202


async def test_a_namespace_finds_and_ends_its_own() -> None:
    """A namespace below sees none of the leases above, also of an entity that is above; above, all of it is seen."""
    world = await World.start()
    people = await People.of(world)
    token, entity = await people.login("ann")
    await world.server.ok("PUT", "sys/policies/acl/all", {"policy": 'path "*" { capabilities = ["read"] }'})
    await world.server.ok("POST", "sys/namespaces/below")
    await world.server.ok("POST", "below/sys/mounts/db", {"type": "leasing"})
    await read(world, token)
    await world.server.ok("GET", "below/db/role/app", token=token)
    assert await search(world) == ["app-0"]
    assert await search(world, "below/") == ["app-1"]
    assert await search(world, entity_id=entity) == ["app-0", "app-1"]
    assert await search(world, "below/", entity_id=entity) == ["app-1"]
    assert await search(world, "below/", account="app-0") == []
    await world.server.ok("POST", f"below/sys/leases/revoke-entity/{entity}")
    await world.settle()
    assert world.outside.accounts == {"app-0"}
    await world.server.ok("POST", f"sys/leases/revoke-entity/{entity}")
    await world.settle()
    assert not world.outside.accounts
