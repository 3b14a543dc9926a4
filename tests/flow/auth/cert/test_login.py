"""Logins with certificates."""

from __future__ import annotations

from tests.flow.auth.cert.showing import mounted


async def test_login() -> None:
    """A certificate of the role's authority gives a login with the role's settings and the certificate's names."""
    mount, root = await mounted()
    await mount.role("web", root.pem, token_policies="a,b", token_ttl="10m")
    leaf = root.issue("client", units=("ops",))
    auth = await mount.log_in(leaf)
    assert (auth.alias, auth.display_name, auth.token.policies, auth.token.ttl_s) == ("client", "web", ("a", "b"), 600)
    assert auth.metadata["cert_name"] == "web"
    assert auth.metadata["serial_number"] == str(leaf.certificate.serial_number)
