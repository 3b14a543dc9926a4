"""What enforcements demand when what they name changes."""

from __future__ import annotations

from tests.flow.mfa.world import World


async def test_a_merge_ends_no_demand() -> None:
    """Whoever an enforcement names needs the second factor too as what they were merged into, however often."""
    world = await World.start(enforced=False)
    node = world.node
    entity = (await world.login("eva")).body["auth"]["entity_id"]
    await world.enforce("e1", identity_entity_ids=[entity])
    assert (await world.login("eva")).body["auth"]["client_token"] == ""
    for name in ("first", "second"):
        to = (await node.ok("POST", "identity/entity", {"name": name})).data["id"]
        await node.ok("POST", "identity/entity/merge", {"to_entity_id": to, "from_entity_ids": [entity]})
        assert (await world.login("eva")).body["auth"]["client_token"] == ""
        assert (await world.login("bob")).body["auth"]["client_token"]
        entity = to


async def test_what_is_gone_does_not_keep_an_enforcement_from_changing() -> None:
    """Only what the request itself names has to exist."""
    world = await World.start(enforced=False)
    node = world.node
    await node.ok("POST", "sys/auth/other", {"type": "userpass"})
    accessor = (await node.ok("GET", "sys/auth/other")).data["accessor"]
    group = (await node.ok("POST", "identity/group", {"name": "team"})).data["id"]
    entity = (await node.ok("POST", "identity/entity", {"name": "carl"})).data["id"]
    gone = {
        "auth_method_accessors": [accessor],
        "identity_group_ids": [group],
        "identity_entity_ids": [entity],
    }
    await world.enforce("e1", **gone)
    for path in ("sys/auth/other", f"identity/group/id/{group}", f"identity/entity/id/{entity}"):
        await node.ok("DELETE", path)
    await world.enforce("e1", auth_method_types=["userpass"])
    assert (await world.login("eva")).body["auth"]["client_token"] == ""
    for name, value in gone.items():
        wanted = {"mfa_method_ids": [world.method], name: value}
        assert (await node.ask("POST", "identity/mfa/login-enforcement/e1", wanted)).status == 400


async def test_a_proof_is_of_the_entity_that_gets_the_token() -> None:
    """An alias that goes to another entity between the phases doesn't take the proof of the first one along."""
    world = await World.start()
    node = world.node
    await world.enrolled("eva")
    id_ = await world.request_id("eva")
    wanted = {"alias_name": "eva", "alias_mount_accessor": world.accessor}
    entity = (await node.ok("POST", "identity/lookup/entity", wanted)).data
    admin = (await node.ok("POST", "identity/entity", {"name": "admin"})).data["id"]
    await node.ok("POST", f"identity/entity-alias/id/{entity['aliases'][0]['id']}", {"canonical_id": admin})
    refused = await world.validate(id_, world.code("eva"))
    assert (refused.status, "changed meanwhile" in refused.error) == (403, True)
    assert "not present in entity" in (await world.validate(await world.request_id("eva"), world.code("eva", 1))).error


async def test_a_merge_makes_no_code_count_again() -> None:
    """What was tried with a secret goes along with it."""
    world = await World.start()
    node = world.node
    await world.enrolled("eva")
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 200
    wanted = {"alias_name": "eva", "alias_mount_accessor": world.accessor}
    entity = (await node.ok("POST", "identity/lookup/entity", wanted)).data["id"]
    to = (await node.ok("POST", "identity/entity", {"name": "keeper"})).data["id"]
    await node.ok("POST", "identity/entity/merge", {"to_entity_id": to, "from_entity_ids": [entity]})
    refused = await world.validate(await world.request_id("eva"), world.code("eva"))
    assert "code already used" in refused.error


async def test_a_secret_that_no_code_has_proved_displaces_none() -> None:
    """Whoever knows a password can make one, so a merge takes it for none, on either side."""
    world = await World.start(enable_self_enrollment=True)
    node = world.node
    await world.enrolled("eva")
    found = []
    for user in ("eva", "bob"):
        id_ = await world.request_id(user)
        wanted = {"alias_name": user, "alias_mount_accessor": world.accessor}
        found.append((await node.ok("POST", "identity/lookup/entity", wanted)).data)
    pending = {"mfa_request_id": id_, "mfa_method_id": world.method}
    await node.ok("POST", "identity/mfa/method/totp/self-enroll", pending, "")
    eva, bob = found
    merge = {
        "to_entity_id": bob["id"],
        "from_entity_ids": [eva["id"]],
        "conflicting_alias_ids_to_keep": [eva["aliases"][0]["id"]],
    }
    await node.ok("POST", "identity/entity/merge", merge)
    answer = await world.login("eva", "main:" + world.code("eva"))
    assert answer.body["auth"]["entity_id"] == bob["id"]
