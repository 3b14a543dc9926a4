"""Logins by signed tokens and at pages, through the whole server: groups, audit, redirects, the end of a mount."""

from __future__ import annotations

import json
from typing import Any

from tests.flow.auth.jwt.keys import public_pem, rsa_key, signed
from tests.flow.node import TestNode
from tests.sim.identity_provider import CLIENT, SECRET, serving

BACK = "http://localhost:8250/oidc/callback"


async def started(**role: Any) -> TestNode:
    """An audited node with the mount `jwt`, and the role r."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/auth/jwt", {"type": "jwt"})
    await node.ok("POST", "auth/jwt/config", {"jwt_validation_pubkeys": [public_pem(rsa_key())]})
    wanted = {"role_type": "jwt", "user_claim": "sub", "bound_audiences": "us", "token_policies": "default"}
    await node.ok("POST", "auth/jwt/role/r", wanted | role)
    return node


def token(node: TestNode, **claims: Any) -> str:
    """A good token, with these claims besides."""
    now = int(node.clock.now())
    return signed({"sub": "ann", "aud": "us", "iat": now, "exp": now + 60, **claims})


async def test_a_group_that_is_mapped_here_may_be_demanded() -> None:
    """Who is in none is refused and leaves no row; who is, has its policies."""
    node = await started(groups_claim="groups", require_group_match=True)
    accessor = (await node.ok("GET", "sys/auth/jwt")).data["accessor"]
    group = (await node.ok("POST", "identity/group", {"name": "t", "type": "external", "policies": "of-team"})).data
    await node.ok(
        "POST", "identity/group-alias", {"name": "team", "mount_accessor": accessor, "canonical_id": group["id"]}
    )
    before = set(node.rows())
    for groups in ([], ["other"], "others"):
        refused = await node.ask("POST", "auth/jwt/login", {"role": "r", "jwt": token(node, groups=groups)}, "")
        assert (refused.status, refused.error) == (403, "no group of this login is mapped here")
    assert set(node.rows()) == before
    answer = await node.ok("POST", "auth/jwt/login", {"role": "r", "jwt": token(node, groups=["x", "Team"])}, "")
    assert answer.body["auth"]["identity_policies"] == ["of-team"]


async def test_nothing_secret_is_audited() -> None:
    """Neither the token, nor what browsers and clients bring, nor the client's secret."""
    with serving() as provider:
        node = await started()
        provider.now = node.clock.now()
        said = token(node)
        await node.ok("POST", "auth/jwt/login", {"role": "r", "jwt": said}, "")
        await node.ok("POST", "sys/auth/oidc", {"type": "oidc"})
        settings = {"oidc_discovery_url": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        await node.ok("POST", "auth/oidc/config", settings)
        await node.ok("POST", "auth/oidc/role/r", {"user_claim": "sub", "allowed_redirect_uris": BACK})
        begin = {"role": "r", "redirect_uri": BACK, "client_nonce": "nonce-canary"}
        url = (await node.ok("POST", "auth/oidc/oidc/auth_url", begin, "")).data["auth_url"]
        sent = provider.consent(url)
        query = "&".join(f"{name}={value}" for name, value in sent.items())
        path = f"auth/oidc/oidc/callback?{query}&client_nonce=nonce-canary"
        assert (await node.ok("GET", path, None, "")).body["auth"]["metadata"] == {"role": "r"}
        lines = json.dumps(node.recorder.entries)
        for secret in (said, SECRET, "nonce-canary", sent["code"]):
            assert secret not in lines
