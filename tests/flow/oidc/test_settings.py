"""What the settings of keys, roles, scopes, assignments, clients and providers take, keep and refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.oidc.world import ADDRESS, CALLBACK, World


async def _shown(world: World, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await world.server.ok("GET", f"identity/oidc/{path}")).body["data"]
    return found


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        (
            "key/k",
            {"algorithm": "ES384", "rotation_period": 120, "verification_ttl": 600, "allowed_client_ids": ["b", "a"]},
            {"rotation_period": 240},
        ),
        ("role/r", {"key": "fast", "template": '{"a":1}', "client_id": "c", "ttl": 60}, {"ttl": 61}),
        ("scope/s", {"template": '{"a":1}', "description": "d"}, {"description": "e"}),
        ("assignment/a", {"entity_ids": ["e", "f"], "group_ids": ["g"]}, {"group_ids": []}),
        (
            "client/c",
            {
                "key": "fast",
                "client_type": "confidential",
                "redirect_uris": ["https://a/b"],
                "assignments": ["allow_all", "staff"],
                "id_token_ttl": 60,
                "access_token_ttl": 61,
                "authorization_code": False,
                "client_credentials": True,
            },
            {"access_token_ttl": 62, "authorization_code": True},
        ),
        ("provider/p", {"allowed_client_ids": ["x"], "scopes_supported": ["profile"]}, {"allowed_client_ids": ["y"]}),
    ],
)
async def test_settings_stay_unless_they_are_given(path: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    """All that is set is shown; a second write changes what it names and nothing else."""
    world = await World.start()
    await world.server.ok("POST", f"identity/oidc/{path}", first)
    before = await _shown(world, path)
    assert {name: before[name] for name in first} == first
    await world.server.ok("POST", f"identity/oidc/{path}", second)
    assert await _shown(world, path) == {**before, **second}
    kind, name = path.split("/")
    assert name in (await world.server.ok("LIST", f"identity/oidc/{kind}")).body["data"]["keys"]
    await world.server.ok("DELETE", f"identity/oidc/{path}")
    assert (await world.server.ask("GET", f"identity/oidc/{path}")).status == 404


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        ("key/k", {"allowed_client_ids": ["x"] * 513}, "more than 512"),
        ("key/k", {"rotation_period": 59}, "at least one minute"),
        ("role/r", {"key": "fast", "client_id": "x" * 513}, "longer than 512"),
        ("role/r", {"key": "fast", "template": '{"a":"' + "x" * 16_400 + '"}'}, "longer than"),
        ("scope/s", {"description": "x" * 513}, "longer than 512"),
        ("assignment/a", {"entity_ids": [str(n) for n in range(513)]}, "assign a group instead"),
        ("assignment/a", {"group_ids": ["x" * 65]}, "longer than 64"),
        ("client/c", {"redirect_uris": [f"https://a/{n}" for n in range(129)]}, "more than 128"),
        ("client/c", {"redirect_uris": [f"https://a/{n}/{'x' * 1000}" for n in range(40)]}, "bytes"),
        ("client/c", {"redirect_uris": ["javascript:alert(1)"]}, "not an absolute URI"),
        ("client/c", {"redirect_uris": ["https://a/#b"]}, "not an absolute URI"),
        ("client/c", {"assignments": ["nosuch"]}, "does not exist"),
        ("client/c", {"key": ""}, "does not exist"),
        ("client/c", {"client_type": "secret"}, "invalid client_type"),
        ("client/c", {"client_type": "public", "client_credentials": True}, "only allowed for"),
        ("provider/p", {"allowed_client_ids": ["x" * 513]}, "longer than 512"),
        ("provider/p", {"scopes_supported": ["nosuch"]}, "does not exist"),
        ("provider/p", {"issuer": "https://a/b"}, "invalid issuer"),
        ("scope/openid", {}, "reserved"),
        ("assignment/allow_all", {}, "not allowed"),
    ],
)
async def test_what_is_refused_changes_nothing(path: str, fields: dict[str, Any], text: str) -> None:
    """Each refusal says what is wrong, and nothing is there afterwards that wasn't before."""
    world = await World.start()
    before = (await world.server.services.barrier.storage.scan("shared/root/oidc/")).names
    refused = await world.server.ask("POST", f"identity/oidc/{path}", fields)
    assert (refused.status, text in refused.error) == (400, True), refused.error
    assert (await world.server.services.barrier.storage.scan("shared/root/oidc/")).names == before


@pytest.mark.parametrize("kind", ["key", "role", "scope", "assignment", "client", "provider"])
async def test_names_are_names(kind: str) -> None:
    """Letters, digits, and dots and dashes between them: what a URL and a policy say without quoting."""
    world = await World.start()
    for name in ("-a", "a-", "a%20b", "a@b", "x" * 513):
        assert (await world.server.ask("POST", f"identity/oidc/{kind}/{name}", {"key": "fast"})).status == 404


async def test_a_client_keeps_its_key_and_its_type() -> None:
    """What its ids and secrets stand for doesn't change; saying the same again is no change."""
    world = await World.start()
    before = await _shown(world, "client/app")
    for fields in ({"key": "default"}, {"client_type": "public"}):
        refused = await world.server.ask("POST", "identity/oidc/client/app", fields)
        assert refused.error.endswith("modification is not allowed")
    await world.server.ok("POST", "identity/oidc/client/app", {"key": "fast", "client_type": "confidential"})
    assert await _shown(world, "client/app") == before


async def test_ids_and_secrets_are_random() -> None:
    """Two clients share neither; a list shows no secret, and those of a deleted client are never met again."""
    world = await World.start()
    one = await world.application("one", key="fast")
    two = await world.application("two", key="fast")
    assert one["client_id"] != two["client_id"]
    assert one["client_secret"] != two["client_secret"]
    assert len(one["client_secret"]) == len("hvo_secret_") + 64
    listed = (await world.server.ok("LIST", "identity/oidc/client")).body["data"]["key_info"]
    assert all("client_secret" not in info for info in listed.values())
    await world.server.ok("DELETE", "identity/oidc/client/one")
    again = await world.application("one", key="fast")
    assert again["client_id"] != one["client_id"]
    assert again["client_secret"] != one["client_secret"]


async def test_what_is_built_in_is_there_from_the_start() -> None:
    """The key and the provider `default` and the assignment `allow_all`, and none of them can be deleted."""
    world = await World.start()
    assert (await _shown(world, "key/default"))["allowed_client_ids"] == ["*"]
    assert (await _shown(world, "provider/default")) == {
        "allowed_client_ids": ["*"],
        "issuer": f"{ADDRESS}/v1/identity/oidc/provider/default",
        "scopes_supported": [],
    }
    for path in ("key/default", "provider/default", "assignment/allow_all"):
        assert (await world.server.ask("DELETE", f"identity/oidc/{path}")).status == 400
    made = await world.application("plain", assignments="allow_all", redirect_uris=CALLBACK)
    assert made["key"] == "default"
    await world.server.ok("POST", "identity/oidc/key/default", {"rotation_period": "12h"})
    assert (await _shown(world, "key/default"))["rotation_period"] == 43200


async def test_an_issuer_of_its_own_is_warned_of() -> None:
    """Tokens name it from then on, and those from before are another's; without one there is nothing to say."""
    world = await World.start()
    for path in ("config", "provider/staff"):
        answer = await world.server.ok("POST", f"identity/oidc/{path}", {"issuer": "https://own.example"})
        assert "all tokens must be validated against that address" in answer.body["warnings"][0]
        assert (await world.server.ok("POST", f"identity/oidc/{path}", {"issuer": ""})).body is None


async def test_providers_are_listed_by_client() -> None:
    """An administrator asks which providers a client may use."""
    world = await World.start()
    own = world.client["client_id"]
    await world.server.ok("POST", "identity/oidc/provider/other", {"allowed_client_ids": "x"})

    async def listed(client: str) -> list[str]:
        answer = await world.server.ok("LIST", f"identity/oidc/provider?allowed_client_id={client}")
        names: list[str] = answer.body["data"]["keys"]
        return names

    assert await listed(own) == ["default", "staff"]
    assert await listed("x") == ["default", "other"]
    assert await listed("") == ["default", "other", "staff"]


async def test_a_provider_publishes_the_keys_of_its_clients() -> None:
    """And no others; the one that allows all publishes those of all."""
    world = await World.start()
    await world.server.ok("POST", "identity/oidc/key/other", {"algorithm": "EdDSA", "allowed_client_ids": "*"})
    await world.application("second", key="other")
    staff, all_ = await world.published(), await world.published("identity/oidc/provider/default")
    assert (len(staff), len(all_)) == (2, 4)
    assert set(staff) < set(all_)
    assert await world.published("identity/oidc") == []
    await world.server.ok("POST", "identity/oidc/role/r", {"key": "other"})
    assert set(await world.published("identity/oidc")) == set(all_) - set(staff)
