"""What no audit entry and no row may show, and what a cache may keep."""

from __future__ import annotations

import re

from tests.flow.node import TestNode
from tests.flow.oidc.world import CALLBACK

_ADDRESS = "https://strongroom.example"


async def _node() -> tuple[TestNode, str]:
    node = await TestNode.start()
    await node.ok("POST", "identity/oidc/config", {"issuer": _ADDRESS})
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    rules = 'path "identity/oidc/*" { capabilities = ["read"] }'
    await node.ok("PUT", "sys/policies/acl/person", {"policy": rules})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "canary-1", "token_policies": "person"})
    made = await node.ok("POST", "auth/userpass/login/ann", {"password": "canary-1"}, token="")
    await node.ok("POST", "identity/oidc/key/k", {"algorithm": "ES256", "allowed_client_ids": "*"})
    await node.ok("POST", "identity/oidc/role/r", {"key": "k"})
    await node.ok(
        "POST", "identity/oidc/client/app", {"key": "k", "assignments": "allow_all", "redirect_uris": CALLBACK}
    )
    await node.ok("POST", "identity/oidc/provider/p", {"allowed_client_ids": "*", "issuer": _ADDRESS})
    return node, made.body["auth"]["client_token"]


async def test_no_audit_entry_shows_a_secret() -> None:
    """Client secret, code, tokens and verifier are digests only, in requests and in answers, whatever a mount tells."""
    node, person = await _node()
    await node.audited()
    client = (await node.ok("GET", "identity/oidc/client/app")).data
    identity = (await node.ok("GET", "identity/oidc/token/r", token=person)).data["token"]
    await node.ok("POST", "identity/oidc/introspect", {"token": identity})
    query = f"client_id={client['client_id']}&redirect_uri={CALLBACK}&scope=openid&response_type=code"
    code = (await node.ok("GET", f"identity/oidc/provider/p/authorize?{query}", token=person)).body["code"]
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }
    made = (await node.ok("POST", "identity/oidc/provider/p/token", body, token="")).body
    headers = {"authorization": f"Bearer {made['access_token']}"}
    await node.ok("GET", "identity/oidc/provider/p/userinfo", token="", headers=headers)
    written = b"".join(node.recorder.lines).decode()
    for secret in (client["client_secret"], identity, code, made["access_token"], made["id_token"]):
        assert secret not in written
    assert written.count("hmac-sha256:") > 10


async def test_no_row_shows_a_code_or_a_key() -> None:
    """A code's row is kept by its digest, and every row is encrypted."""
    node, person = await _node()
    client = (await node.ok("GET", "identity/oidc/client/app")).data
    query = f"client_id={client['client_id']}&redirect_uri={CALLBACK}&scope=openid&response_type=code"
    code = (await node.ok("GET", f"identity/oidc/provider/p/authorize?{query}", token=person)).body["code"]
    stored = node.rows()
    assert any("/oidc/code/" in key for key in stored)
    for key, value in stored.items():
        assert code not in key
        for secret in (code.encode(), client["client_secret"].encode(), b"PRIVATE KEY"):
            assert secret not in value


async def test_what_may_be_cached_says_so_once() -> None:
    """Discovery and keys may be kept, by one header field; answers with codes and tokens may not."""
    node, person = await _node()
    for path in ("identity/oidc", "identity/oidc/provider/p"):
        found = await node.ok("GET", f"{path}/.well-known/openid-configuration", token="")
        assert found.headers["Cache-Control"] == "max-age=3600"
        kept = await node.ok("GET", f"{path}/.well-known/keys", token="")
        age = re.fullmatch(r"max-age=(\d+)", kept.headers["Cache-Control"])
        assert age is not None
        assert 0 < int(age[1]) <= 1800
    refused = await node.ask("POST", "identity/oidc/provider/p/token", {}, token="")
    assert (refused.headers["Cache-Control"], refused.headers["Pragma"]) == ("no-store", "no-cache")
    assert (await node.ok("GET", "identity/oidc/token/r", token=person)).headers["Cache-Control"] == "no-store"


async def test_a_copy_of_the_keys_ends_before_it_lacks_one() -> None:
    """No copy outlives the next rotation, and none outlives a retired key."""
    node, _ = await _node()
    await node.ok("POST", "identity/oidc/key/k/rotate", {"verification_ttl": "5m"})
    kept = await node.ok("GET", "identity/oidc/.well-known/keys", token="")
    assert kept.headers["Cache-Control"] == "max-age=300"
    node.clock.advance(301)
    kept = await node.ok("GET", "identity/oidc/.well-known/keys", token="")
    assert kept.headers["Cache-Control"] == "max-age=1800"
    node.clock.advance(86400 - 301 - 60)
    kept = await node.ok("GET", "identity/oidc/.well-known/keys", token="")
    assert kept.headers["Cache-Control"] == "max-age=60"
