"""What no audit entry and no row may show."""

from __future__ import annotations

from tests.flow.oidc.node import started
from tests.flow.oidc.world import CALLBACK


async def test_no_audit_entry_shows_a_secret() -> None:
    """Client secret, code, tokens and verifier are digests only, in requests and in answers, whatever a mount tells."""
    node, person = await started()
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
    node, person = await started()
    client = (await node.ok("GET", "identity/oidc/client/app")).data
    query = f"client_id={client['client_id']}&redirect_uri={CALLBACK}&scope=openid&response_type=code"
    code = (await node.ok("GET", f"identity/oidc/provider/p/authorize?{query}", token=person)).body["code"]
    stored = node.rows()
    assert any("/oidc/code/" in key for key in stored)
    for key, value in stored.items():
        assert code not in key
        for secret in (code.encode(), client["client_secret"].encode(), b"PRIVATE KEY"):
            assert secret not in value
