"""An application logs a person in: the authorization code flow, and who gets nothing in it."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from strongroom.crypto.jose import half_hash
from strongroom.services.oidc import codes
from tests.flow.oidc.world import ADDRESS, CALLBACK, CHALLENGE, PROVIDER, VERIFIER, World, claims

NOT_ASSIGNED = "identity entity not authorized by client assignment"


async def test_an_application_learns_who_somebody_is() -> None:
    """The ID token says who, for whom and by whom; it is bound to code and access token; userinfo tells the scopes."""
    world = await World.start()
    token, entity = await world.person("ann")
    code = await world.code(token, nonce="n-1")
    made = await world.exchange(code)
    said = claims(made.body["id_token"])
    now = int(world.clock.now())
    assert said == {
        "iss": f"{ADDRESS}/v1/{PROVIDER}",
        "aud": world.client["client_id"],
        "sub": entity,
        "namespace": "root",
        "iat": now,
        "exp": now + 86400,
        "nonce": "n-1",
        "name": said["name"],
        "c_hash": half_hash(code, "ES256"),
        "at_hash": half_hash(made.body["access_token"], "ES256"),
    }
    assert await world.verified(made.body["id_token"])
    told = await world.userinfo(made.body["access_token"])
    assert (told.status, told.body) == (200, {"sub": entity, "name": said["name"]})


async def test_a_nonce_that_was_not_sent_is_not_told() -> None:
    """Neither `state` nor `nonce` is needed, and neither is made up."""
    world = await World.start()
    token, _ = await world.person("ann")
    answer = await world.authorize(token)
    assert answer.body["state"] == ""
    assert "nonce" not in claims((await world.exchange(answer.body["code"])).body["id_token"])


async def test_a_code_works_once_on_all_nodes() -> None:
    """Of many exchanges of a code, on two nodes at the same time, one succeeds."""
    world = await World.start()
    token, _ = await world.person("ann")
    code = await world.code(token)
    nodes = [world.server, await world.server.peer()]
    answers = await asyncio.gather(*(world.exchange(code, nodes[number % 2]) for number in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    assert {a.body["error"] for a in answers if a.status == 400} == {"invalid_grant"}


async def test_a_code_ends_after_five_minutes() -> None:
    """It works until then, and not from then on; its row is cleared though nobody asks."""
    world = await World.start()
    token, _ = await world.person("ann")
    first, second = await world.code(token), await world.code(token)
    world.clock.advance(codes.LIFETIME_S - 1)
    assert (await world.exchange(first)).status == 200
    world.clock.advance(1)
    assert (await world.exchange(second)).body["error"] == "invalid_grant"
    await world.code(token)
    world.clock.advance(codes.LIFETIME_S)
    await world.server.work()
    storage = world.server.services.barrier.storage
    assert not (await storage.scan("shared/root/oidc/code/")).names


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"code_verifier": VERIFIER}, "invalid_request"),
    ],
)
async def test_a_wrong_exchange_uses_the_code_up(changes: dict[str, str], error: str) -> None:
    """Whoever sends another redirect URI or a verifier that was not announced gets nothing, and nobody else does."""
    world = await World.start()
    token, _ = await world.person("ann")
    code = await world.code(token)
    assert (await world.exchange(code, **changes)).body["error"] == error
    assert (await world.exchange(code)).body["error"] == "invalid_grant"


async def test_another_client_gets_nothing_for_a_code() -> None:
    """Not even one that the provider knows, with its own secret."""
    world = await World.start()
    other = await world.application("other", key="fast", assignments="allow_all", redirect_uris=CALLBACK)
    ids = [world.client["client_id"], other["client_id"]]
    await world.server.ok("POST", PROVIDER, {"allowed_client_ids": ids})
    token, _ = await world.person("ann")
    mine = {"client_id": other["client_id"], "client_secret": other["client_secret"]}
    answer = await world.exchange(await world.code(token), **mine)
    assert answer.body == {
        "error": "invalid_grant",
        "error_description": "authorization code was not issued to the client",
    }


async def test_another_provider_gets_nothing_for_a_code() -> None:
    """A code belongs to the provider that made it."""
    world = await World.start()
    token, _ = await world.person("ann")
    body = {
        "grant_type": "authorization_code",
        "code": await world.code(token),
        "redirect_uri": CALLBACK,
        "client_id": world.client["client_id"],
        "client_secret": world.client["client_secret"],
    }
    answer = await world.server.ask("POST", "identity/oidc/provider/default/token", body, token="")
    assert answer.body["error_description"] == "authorization code was not issued by the provider"


@pytest.mark.parametrize("secret", ["", "wrong", "hvo_secret_"])
async def test_a_confidential_client_proves_its_secret(secret: str) -> None:
    """Without it nothing is told, and the code stays for the client that has it."""
    world = await World.start()
    token, _ = await world.person("ann")
    code = await world.code(token)
    answer = await world.exchange(code, client_secret=secret)
    assert (answer.status, answer.body["error"]) == (401, "invalid_client")
    assert (await world.exchange(code)).status == 200


async def test_the_secret_in_the_authorization_header() -> None:
    """`client_secret_basic` works; a second, other client id beside it is refused."""
    world = await World.start()
    token, _ = await world.person("ann")
    client = world.client
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()

    async def ask(**more: str) -> Any:
        code = await world.code(token)
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **more}
        headers = {"authorization": f"Basic {basic}"}
        return await world.server.ask("POST", f"{PROVIDER}/token", body, token="", headers=headers)

    assert (await ask()).status == 200
    assert (await ask(client_id=client["client_id"])).status == 200
    assert (await ask(client_id="other")).body["error"] == "invalid_request"
    missing = await world.exchange("")
    assert missing.body == {"error": "invalid_request", "error_description": "code parameter is required"}


async def test_a_public_client_needs_a_proof() -> None:
    """It has no secret; without a challenge it gets no code, and without its verifier no tokens."""
    world = await World.start()
    public = await world.application(
        "native", key="fast", client_type="public", assignments="staff", redirect_uris="http://127.0.0.1/cb"
    )
    assert "client_secret" not in public
    await world.server.ok("POST", PROVIDER, {"allowed_client_ids": public["client_id"]})
    world.client = public
    token, _ = await world.person("ann")
    native = {"redirect_uri": "http://127.0.0.1:49152/cb"}
    refused = await world.authorize(token, **native)
    assert refused.body["error_description"] == "PKCE is required for public clients"
    proof = {"code_challenge": CHALLENGE, "code_challenge_method": "S256", **native}
    for verifier, error in (("x" * 50, "invalid_grant"), ("", "invalid_request"), (CHALLENGE, "invalid_grant")):
        answer = await world.exchange(await world.code(token, **proof), code_verifier=verifier, **native)
        assert answer.body["error"] == error
    assert (await world.exchange(await world.code(token, **proof), code_verifier=VERIFIER, **native)).status == 200
    plain = {"code_challenge": VERIFIER, **native}
    assert (await world.exchange(await world.code(token, **plain), code_verifier=VERIFIER, **native)).status == 200


async def test_a_refused_redirect_uri_is_named() -> None:
    """The refusal says which one was sent and which client doesn't have it."""
    world = await World.start()
    token, _ = await world.person("ann")
    answer = await world.authorize(token, redirect_uri="http://127.0.0.1/callback", state="s")
    assert (answer.status, answer.body) == (
        400,
        {
            "error": "invalid_redirect_uri",
            "error_description": 'redirect_uri "http://127.0.0.1/callback" is not one of the redirect_uris of the '
            'client "app"',
            "state": "s",
        },
    )


async def test_how_long_ago_somebody_logged_in() -> None:
    """`max_age` is counted from the login, and the ID token tells it; a child token is no later login."""
    world = await World.start()
    token, _ = await world.person("ann")
    at = int(world.clock.now())
    world.clock.advance(100)
    assert claims((await world.log_in(token, max_age="100"))["id_token"])["auth_time"] == at
    assert "auth_time" not in claims((await world.log_in(token))["id_token"])
    world.clock.advance(1)
    assert (await world.authorize(token, max_age="100")).body["error"] == "max_age_violation"
    rules = {"policy": 'path "*" { capabilities = ["create", "update", "read", "sudo"] }'}
    await world.server.ok("PUT", "sys/policies/acl/person", rules)
    child = (await world.server.ok("POST", "auth/token/create", {}, token=token)).body["auth"]["client_token"]
    assert (await world.authorize(child, max_age="100")).body["error"] == "max_age_violation"
    assert (await world.authorize(child, max_age="101")).status == 200


async def test_who_is_not_assigned_gets_nothing() -> None:
    """Neither a code, nor tokens for a code from before, nor userinfo; a group's members are assigned by the group."""
    world = await World.start()
    token, entity = await world.person("ann")
    code, made = await world.code(token), await world.log_in(token)
    await world.assign("somebody else")
    assert (await world.authorize(token)).body["error_description"] == NOT_ASSIGNED
    answer = await world.exchange(code)
    assert answer.body == {"error": "invalid_request", "error_description": NOT_ASSIGNED}
    refused = await world.userinfo(made["access_token"])
    assert refused.body == {"error": "access_denied", "error_description": NOT_ASSIGNED}
    assert refused.status == 403
    group = await world.join(entity)
    assert (await world.authorize(token)).body["error_description"] == NOT_ASSIGNED
    await world.assign(groups=(group,))
    assert (await world.authorize(token)).status == 200
    assert (await world.userinfo(made["access_token"])).status == 200


async def test_a_client_without_assignments_lets_nobody_in() -> None:
    """An empty list means nobody."""
    world = await World.start()
    token, _ = await world.person("ann")
    await world.server.ok("POST", "identity/oidc/client/app", {"assignments": []})
    assert (await world.authorize(token)).body["error_description"] == NOT_ASSIGNED
    await world.server.ok("POST", "identity/oidc/client/app", {"assignments": "allow_all"})
    assert (await world.authorize(token)).status == 200


async def test_a_disabled_entity_gets_nothing() -> None:
    """Neither a code, nor tokens for a code from before, nor userinfo."""
    world = await World.start()
    token, entity = await world.person("ann")
    code, made = await world.code(token), await world.log_in(token)
    await world.disable(entity)
    assert (await world.authorize(token)).status == 403
    assert (await world.exchange(code)).body["error_description"] == NOT_ASSIGNED
    refused = await world.userinfo(made["access_token"])
    assert (refused.status, refused.body["error"]) == (401, "invalid_token")


async def test_a_token_without_an_entity_gets_no_code() -> None:
    """A root token is nobody."""
    world = await World.start()
    answer = await world.authorize("root", state="s")
    assert (answer.status, answer.body["error"], answer.body["state"]) == (400, "access_denied", "s")


async def test_an_access_token_opens_nothing_else() -> None:
    """It is no token of the API, ends at its time, and counts at its provider only."""
    world = await World.start()
    await world.server.ok("POST", "identity/oidc/client/app", {"access_token_ttl": "1h"})
    token, _ = await world.person("ann")
    made = await world.log_in(token)
    access = made["access_token"]
    assert made["expires_in"] == 3600
    assert (await world.server.ask("GET", "auth/token/lookup-self", token=access)).status == 403
    headers = {"authorization": f"Bearer {access}"}
    elsewhere = "identity/oidc/provider/default/userinfo"
    assert (await world.server.ask("GET", elsewhere, token="", headers=headers)).status == 401
    assert (await world.userinfo(token)).status == 401, "nor is a token of the API an access token"
    assert (await world.userinfo(access[:-2] + ("A" if access[-2] != "A" else "B") + access[-1])).status == 401
    world.clock.advance(3599)
    assert (await world.userinfo(access)).status == 200
    world.clock.advance(1)
    assert (await world.userinfo(access)).status == 401


async def test_what_is_taken_away_counts_at_once() -> None:
    """A scope, a client or a provider that is gone is gone for the tokens that are out, too."""
    world = await World.start()
    token, entity = await world.person("ann")
    access = (await world.log_in(token))["access_token"]
    await world.server.ok("POST", PROVIDER, {"scopes_supported": []})
    assert (await world.userinfo(access)).body == {"sub": entity}
    await world.server.ok("POST", PROVIDER, {"allowed_client_ids": "other"})
    assert (await world.userinfo(access)).body["error_description"] == "client is not authorized to use the provider"
    await world.server.ok("POST", PROVIDER, {"allowed_client_ids": "*"})
    assert (await world.userinfo(access)).status == 200
    await world.server.ok("DELETE", "identity/oidc/client/app")
    assert (await world.userinfo(access)).status == 403
    assert (await world.authorize(token)).body["error"] == "invalid_client_id"
    await world.server.ok("DELETE", PROVIDER)
    assert (await world.userinfo(access)).body["error_description"] == "provider not found"


async def test_a_key_that_does_not_allow_a_client_signs_nothing_for_it() -> None:
    """The key's list counts at the exchange."""
    world = await World.start()
    token, _ = await world.person("ann")
    code = await world.code(token)
    await world.server.ok("POST", "identity/oidc/key/fast", {"allowed_client_ids": ["other"]})
    answer = await world.exchange(code)
    assert (answer.status, answer.body["error_description"]) == (401, "client is not authorized to use the key")
    await world.server.ok("POST", "identity/oidc/key/fast", {"allowed_client_ids": [world.client["client_id"]]})
    assert (await world.exchange(code)).status == 200


async def test_two_scopes_do_not_set_one_claim() -> None:
    """Which of them counts would be chance, so none does; the provider's settings warn of it."""
    world = await World.start()
    await world.server.ok("POST", "identity/oidc/scope/other", {"template": '{"name":"fixed"}'})
    warned = await world.server.ok("POST", PROVIDER, {"scopes_supported": "profile,other"})
    assert 'conflict "name" in scopes' in warned.body["warnings"][0]
    token, _ = await world.person("ann")
    answer = await world.exchange(await world.code(token, scope="openid profile other"))
    assert "conflicting top-level claim" in answer.body["error_description"]
    assert (await world.exchange(await world.code(token, scope="openid other"))).status == 200


async def test_a_client_gets_a_token_for_itself() -> None:
    """By the client credentials grant, if it is allowed: signed, about itself, and no access token for userinfo."""
    world = await World.start()
    body = {
        "grant_type": "client_credentials",
        "scope": "openid",
        "client_id": world.client["client_id"],
        "client_secret": world.client["client_secret"],
    }
    refused = await world.server.ask("POST", f"{PROVIDER}/token", body, token="")
    assert refused.body["error"] == "invalid_grant"
    times = {"client_credentials": True, "id_token_ttl": "10m", "access_token_ttl": "20m"}
    await world.server.ok("POST", "identity/oidc/client/app", times)
    made = (await world.server.ok("POST", f"{PROVIDER}/token", body, token="")).body
    said = claims(made["access_token"])
    assert (said["sub"], said["aud"]) == (body["client_id"], body["client_id"])
    assert (said["exp"] - said["iat"], made["expires_in"]) == (600, 600)
    assert made.keys() == {"access_token", "expires_in", "token_type"}
    again = (await world.server.ok("POST", f"{PROVIDER}/token", body, token="")).body["access_token"]
    assert claims(again)["jti"] != said["jti"]
    assert await world.verified(made["access_token"])
    assert (await world.userinfo(made["access_token"])).status == 401


async def test_parameters_that_nobody_knows_are_ignored() -> None:
    """Applications send more than is read, also by names of the path.  Source: RFC 6749, section 3.1."""
    world = await World.start()
    token, _ = await world.person("ann")
    code = await world.code(token, prompt="login", ui_locales="de", name="ann", display="page")
    assert (await world.exchange(code, name="ann", audience="x")).status == 200


@pytest.mark.parametrize(
    "token", ["", "hvo_access_", "hvo_access_A", "hvo_access_AAAA", "hvo_access_\xfc", "x" * 20_000]
)
async def test_what_is_no_access_token(token: str) -> None:
    """Whatever its form, it is refused as any other."""
    world = await World.start()
    refused = await world.userinfo(token)
    assert (refused.status, refused.body["error"]) == (401, "invalid_token")


@pytest.mark.parametrize("header", ["Basic", "Basic !!", "Basic bm9jb2xvbg==", "Basic /w==", "Digest x"])
async def test_what_is_no_basic_credential(header: str) -> None:
    """It names no client, so one is asked for."""
    world = await World.start()
    headers = {"authorization": header}
    refused = await world.server.ask("POST", f"{PROVIDER}/token", {}, token="", headers=headers)
    assert refused.body == {"error": "invalid_request", "error_description": "client_id parameter is required"}
