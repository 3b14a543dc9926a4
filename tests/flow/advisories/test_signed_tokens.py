"""Advisories about logins by what another system has signed, and at its page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.auth.jwt.keys import public_pem, rsa_key, signed
from tests.flow.node import Answer, TestNode
from tests.sim.identity_provider import CLIENT, SECRET, serving

BACK = "https://vault.example/v1/auth/oidc/oidc/callback"


async def with_roles(bound: list[str]) -> TestNode:
    """A node with a role of each kind, whose `bound_audiences` are these."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/jwt", {"type": "jwt"})
    await node.ok("POST", "auth/jwt/config", {"jwt_validation_pubkeys": [public_pem(rsa_key())]})
    fields = {"role_type": "jwt", "user_claim": "sub", "bound_subject": "ann", "bound_audiences": bound}
    await node.ok("POST", "auth/jwt/role/r", fields)
    program = {"expression": "pb.Auth{policies: ['web'], alias: logical.Alias{name: claims.sub}}"}
    await node.ok("POST", "auth/jwt/cel/role/r", {"cel_program": program, "bound_audiences": bound})
    return node


async def log_in(node: TestNode, path: str, claims: dict[str, Any]) -> Answer:
    """Try to log in with a token that says this, and is good but for its audience."""
    said = {"sub": "ann", "exp": int(node.clock.now()) + 60, **claims}
    return await node.ask("POST", f"auth/jwt/{path}", {"role": "r", "jwt": signed(said)}, token="")


@pytest.mark.parametrize("path", ["login", "cel/login"])
async def test_cve_2024_5798_the_audience_is_one_of_the_roles(path: str) -> None:
    """There a token got in whose audience was none that its role is bound to.

    Here a token for any other service of the same issuer would have opened this one.
    """
    node = await with_roles(["vault", "https://vault.example/"])
    for good in ("vault", ["vault"], ["other", "https://vault.example/"]):
        assert (await log_in(node, path, {"aud": good})).status == 200, good
    wrong: list[Any] = ["other", "", "Vault", "vault ", "vaul", "vault2", "vault,other", "https://vault.example", "*"]
    wrong += [[], [""], ["other"], ["vault,other"], [["vault"]], ["vault", 1], {"vault": "vault"}, 1, True, None]
    for audience in wrong:
        assert (await log_in(node, path, {"aud": audience})).status == 400, audience
    for claims in ({}, {"AUD": "vault"}, {"audience": "vault"}, {"azp": "vault"}, {"claims": {"aud": "vault"}}):
        assert (await log_in(node, path, claims)).status == 400, claims


async def test_cve_2024_5798_a_role_without_audiences_takes_tokens_for_nobody_else() -> None:
    """There a single audience was let in by a role that names none.

    Here the role would have taken tokens that were made for others.  Programs read the audience themselves.
    """
    node = await with_roles([])
    assert (await log_in(node, "login", {})).status == 200
    for audience in ("other", ["other"], "", [""]):
        assert (await log_in(node, "login", {"aud": audience})).status == 400, audience


async def with_page(**role: Any) -> tuple[TestNode, dict[str, Any]]:
    """A node at which somebody has begun a login in the mode `direct`; and what that login began with."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/oidc", {"type": "oidc"})
    with serving() as provider:
        settings = {"oidc_discovery_url": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        await node.ok("POST", "auth/oidc/config", settings)
        fields = {"user_claim": "sub", "allowed_redirect_uris": BACK, "callback_mode": "direct"}
        await node.ok("POST", "auth/oidc/role/r", fields | role)
        begun = {"role": "r", "redirect_uri": BACK, "client_nonce": "mine"}
        return node, dict((await node.ok("POST", "auth/oidc/oidc/auth_url", begun, "")).data)


async def test_cve_2026_33757_a_link_alone_logs_nobody_in() -> None:
    """There whoever sent somebody a link to a login of their own got that person's token.

    Here the browser is asked first, and the client that waits gets nothing meanwhile.
    """
    node, begun = await with_page()
    query = f"state={begun['state']}&code=c"
    for more in ("", "&confirmation=", "&confirmation=x"):
        page = await node.ask("GET", f"auth/oidc/oidc/callback?{query}{more}", None, "")
        assert page.status == 200
        waiting = {"state": begun["state"], "client_nonce": "mine"}
        answer = await node.ask("POST", "auth/oidc/oidc/poll", waiting, "")
        assert (answer.status, answer.error) == (400, "authorization_pending")


async def test_cve_2026_33758_an_error_of_the_provider_is_no_script() -> None:
    """There the provider's `error_description` stood in the page as it came.

    Here a link would have run a script in the origin of the server.
    """
    bad = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for role in ({}, {"oidc_disable_confirmation": True}):
        node, begun = await with_page(**role)
        for field in ("error", "error_description", "error_uri", "code", "iss"):
            query = f"state={begun['state']}&error=x&{field}={bad}"
            page = await node.ask("GET", f"auth/oidc/oidc/callback?{query}", None, "")
            assert "<script>" not in str(page), field
