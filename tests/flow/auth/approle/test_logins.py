"""What a login by approle gives, how its token is renewed, and who is told what of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flow.auth.approle.world import MOUNT, World
from tests.flow.node import TestNode


async def auth_of(world: World, secret_id: str, role_id: str = "app-id") -> dict[str, Any]:
    """The `auth` of a login that has to succeed."""
    reply = await world.log_in(secret_id, role_id)
    assert reply.status == 200, reply
    auth: dict[str, Any] = reply.body["auth"]
    return auth


async def alias_of(world: World, auth: dict[str, Any]) -> dict[str, Any]:
    """The alias of the entity that logged in."""
    entity = (await world.server.ok("GET", f"identity/entity/id/{auth['entity_id']}")).data
    [alias] = entity["aliases"]
    found: dict[str, Any] = alias
    return found


async def test_a_login_has_the_roles_settings_and_the_secret_ids_metadata() -> None:
    """The token says which secret id it came from; the names that the method fills can't be forged."""
    world = await World.start(token_policies="Web", token_ttl="10m", token_num_uses=7)
    forged = {"host": "a", "role_name": "root", "secret_id_accessor": "none"}
    made = await world.server.ok("POST", f"{MOUNT}role/app/secret-id", {"metadata": forged})
    assert made.body["warnings"] == ["metadata: role_name, secret_id_accessor will be replaced at each login"]
    auth = await auth_of(world, made.data["secret_id"])
    expected = {"host": "a", "role_name": "app", "secret_id_accessor": made.data["secret_id_accessor"]}
    assert auth["metadata"] == expected
    assert (auth["policies"], auth["lease_duration"], auth["num_uses"]) == (["default", "web"], 600, 7)
    looked_up = await world.server.ok("GET", "auth/token/lookup-self", token=auth["client_token"])
    assert (looked_up.data["meta"], looked_up.data["display_name"]) == (expected, "approle")
    alias = await alias_of(world, auth)
    assert (alias["name"], alias["metadata"]) == ("app-id", {"host": "a", "role_name": "app"})


async def test_spaces_around_the_ids_do_not_matter() -> None:
    """They come with files and copies; a secret id that was registered with them is stored without."""
    world = await World.start()
    assert (await world.custom(" mine\n")).data["secret_id"] == "mine"
    assert (await auth_of(world, "mine ", " app-id\n"))["metadata"]["role_name"] == "app"


async def test_a_token_is_bound_to_what_both_role_and_secret_id_allow() -> None:
    """Even where the role was narrowed after the secret id was made."""
    world = await World.start()
    made = await world.secret_id(token_bound_cidrs="192.0.2.0/24,198.51.100.0/24")
    await world.role(token_bound_cidrs="192.0.2.0/25,203.0.113.0/24")
    token = (await auth_of(world, made["secret_id"]))["client_token"]
    shown = await world.server.ok("GET", "auth/token/lookup-self", token=token)
    assert shown.data["bound_cidrs"] == ["192.0.2.0/25"]
    for address in ("192.0.2.200", "198.51.100.1", "203.0.113.1"):
        reply = await world.server.ask("GET", "auth/token/lookup-self", token=token, address=address)
        assert reply.status == 403


async def test_renewals() -> None:
    """With the role's present times, while the role is there and has all policies of the token, whatever was added."""
    world = await World.start(token_policies="a,b", token_ttl="10m")
    token = await world.token((await world.secret_id(num_uses=1))["secret_id"])

    async def renew() -> Any:
        return await world.server.ask("POST", "auth/token/renew-self", {}, token=token)

    await world.role(token_ttl="20m")
    assert (await renew()).body["auth"]["lease_duration"] == 1200
    await world.role(token_policies="a,b,c", token_ttl="30m")
    auth = (await renew()).body["auth"]
    assert (auth["lease_duration"], auth["token_policies"]) == (1800, ["a", "b", "default"])
    await world.role(token_policies="a,c")
    reply = await renew()
    assert reply.status == 400
    assert "not renewing: +c, -b; log in again" in reply.error
    await world.role(token_policies="A,B")
    assert (await renew()).status == 200
    await world.server.ok("DELETE", f"{MOUNT}role/app")
    assert 'role "app" does not exist during renewal' in (await renew()).error
    await world.role(role_id="app-id", token_policies="a,b")
    assert 'role "app" does not exist during renewal' in (await renew()).error


@pytest.mark.parametrize(("source", "entities"), [("role_id", 1), ("secret_id_accessor", 2)])
async def test_what_names_the_alias(source: str, entities: int) -> None:
    """By default the clients of a role are one entity; by accessor each secret id is one, with metadata of its own."""
    world = await World.start(alias_name_source=source)
    made = [await world.secret_id(metadata={"host": host}) for host in ("a", "b")]
    auths = [await auth_of(world, each["secret_id"]) for each in made]
    assert len({auth["entity_id"] for auth in auths}) == entities
    aliases = [await alias_of(world, auth) for auth in auths]
    if source == "role_id":
        assert [alias["name"] for alias in aliases] == ["app-id", "app-id"]
    else:
        assert [alias["name"] for alias in aliases] == [each["secret_id_accessor"] for each in made]
        assert [alias["metadata"]["host"] for alias in aliases] == ["a", "b"]


async def templated(world: World) -> None:
    """A policy with the metadata of the alias in its path."""
    mounts = (await world.server.ok("GET", "sys/auth")).data
    accessor = mounts["approle/"]["accessor"]
    path = "secret/{{identity.entity.aliases." + accessor + ".metadata.host}}/*"
    await world.server.ok("PUT", "sys/policies/acl/own", {"policy": f'path "{path}" {{capabilities = ["read"]}}'})
    await world.server.ok("POST", "sys/mounts/secret", {"type": "kv"})
    for host in ("a", "b", "a/x"):
        await world.server.ok("POST", f"secret/{host}/x", {"of": host})
    await world.role(token_policies="own")


async def test_another_secret_ids_login_does_not_change_what_a_token_may_read() -> None:
    """The metadata of a token's own login decides, although both have one alias."""
    world = await World.start()
    await templated(world)
    one, two = [await world.token((await world.secret_id(metadata={"host": host}))["secret_id"]) for host in "ab"]
    for token, statuses in ((one, (200, 403)), (two, (403, 200))):
        for path, status in zip(("secret/a/x", "secret/b/x"), statuses, strict=True):
            assert (await world.server.ask("GET", path, token=token)).status == status


@pytest.mark.parametrize("host", ["a/x", "*", "+", "a*", "../b", "a/../b", ""])
async def test_metadata_cannot_widen_a_templated_policy(host: str) -> None:
    """A value that would change the path's shape lets nothing be read."""
    world = await World.start()
    await templated(world)
    token = await world.token((await world.secret_id(metadata={"host": host}))["secret_id"])
    for path in ("secret/a/x", "secret/b/x", "secret/a/x/x"):
        assert (await world.server.ask("GET", path, token=token)).status == 403


async def test_too_many_wrong_secret_ids_lock_the_role_id() -> None:
    """Also where the alias is named otherwise; the right one is refused as well then, until time has passed."""
    for source in ("role_id", "secret_id_accessor"):
        world = await World.start(alias_name_source=source)
        secret = (await world.secret_id())["secret_id"]
        for _ in range(4):
            assert (await world.log_in("wrong")).status == 400
        await world.token(secret)
        for _ in range(5):
            assert (await world.log_in("wrong", " app-id ")).status == 400
        assert (await world.log_in(secret)).status == 403
        locked = (await world.server.ok("GET", "sys/locked-users")).data
        assert locked["by_namespace"][0]["mount_accessors"][0]["alias_identifiers"] == ["app-id"]
        world.clock.advance(900)
        await world.token(secret)


async def test_a_role_id_sent_as_a_number_counts_as_the_same() -> None:
    """Otherwise whoever guesses secret ids would never be locked out."""
    world = await World.start()
    await world.server.ok("POST", "auth/approle/role/app", {"role_id": "12345"})
    secret = (await world.secret_id())["secret_id"]
    for number, role_id in enumerate((12345, "12345", 12345, 12345, "12345", 12345)):
        body = {"role_id": role_id, "secret_id": "wrong"}
        assert (await world.server.ask("POST", "auth/approle/login", body, token="")).status == (400, 403)[number == 5]
    body = {"role_id": 12345, "secret_id": secret}
    assert (await world.server.ask("POST", "auth/approle/login", body, token="")).status == 403
    world.clock.advance(900)
    assert (await world.server.ask("POST", "auth/approle/login", body, token="")).status == 200


async def test_unknown_role_ids_are_told_and_counted_as_wrong_secret_ids_are() -> None:
    """So that nobody learns which role ids there are."""
    world = await World.start()
    await world.secret_id()
    for role_id in ("app-id", "none"):
        answers = [await world.log_in("wrong", role_id) for _ in range(6)]
        assert [answer.status for answer in answers] == [400] * 5 + [403]
        assert {answer.error for answer in answers[:5]} == {"invalid role or secret ID"}
    world = await World.start()
    for secret_id in ("", " ", "x" * 4097):
        known, unknown = [await world.log_in(secret_id, role_id) for role_id in ("app-id", "none")]
        assert (known.status, known.error) == (unknown.status, unknown.error)


async def test_a_missing_id_counts_for_nobody() -> None:
    """It is no attempt to guess."""
    world = await World.start()
    for body in ({}, {"role_id": ""}, {"role_id": None}, {"role_id": ["app-id"]}, {"role_id": "app-id"}):
        for _ in range(6):
            assert (await world.ask("POST", "login", body, token="")).status == 400


async def test_the_audit_log_names_the_secret_id_by_its_accessor_alone() -> None:
    """The entry of a login says which one it was; no entry has the secret id itself."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/approle", {"type": "approle"})
    await node.audited()
    await node.ok("POST", "auth/approle/role/app", {"role_id": "app-id"})
    made = (await node.ok("POST", "auth/approle/role/app/secret-id", {})).data
    await node.ok("POST", "auth/approle/role/app/custom-secret-id", {"secret_id": "canary-custom"})
    for secret_id in (made["secret_id"], "canary-custom"):
        await node.ok("POST", "auth/approle/login", {"role_id": "app-id", "secret_id": secret_id}, token="")
        await node.ok("POST", "auth/approle/role/app/secret-id/lookup", {"secret_id": secret_id})
        await node.ok("POST", "auth/approle/role/app/secret-id/destroy", {"secret_id": secret_id})
    text = json.dumps(node.recorder.entries)
    assert made["secret_id"] not in text
    assert "canary-custom" not in text
    logins = [
        entry for entry in node.recorder.entries if entry["request"]["path"].endswith("login") and "response" in entry
    ]
    assert logins[0]["auth"]["metadata"]["secret_id_accessor"] == made["secret_id_accessor"]
