"""`hvac`'s methods of the auth methods jwt and oidc, against this server and the reference server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.clients.test_hvac import fresh
from tests.flow.auth.jwt.keys import public_pem, rsa_key, signed
from tests.sim.identity_provider import CLIENT, SECRET, Provider, serving

BACK = "http://localhost:8250/oidc/callback"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A running provider."""
    with serving() as running:
        yield running


def test_signed_tokens(client: hvac.Client) -> None:
    """Configuration, roles, and a login whose token is the client's afterwards."""
    path = fresh("jwt")
    client.sys.enable_auth_method("jwt", path=path)
    method = client.auth.jwt
    method.configure(jwt_validation_pubkeys=[public_pem(rsa_key())], bound_issuer="idp", default_role="r", path=path)
    assert method.read_config(path=path)["data"]["bound_issuer"] == "idp"
    method.create_role(
        "r",
        "sub",
        [],
        bound_audiences=["us"],
        bound_claims={"team": "red"},
        groups_claim="groups",
        claim_mappings={"team": "team"},
        token_policies=["default"],
        token_ttl=600,
        path=path,
    )
    assert method.list_roles(path=path)["data"]["keys"] == ["r"]
    assert method.read_role("r", path=path)["data"]["bound_claims"] == {"team": "red"}
    now = int(time.time())
    said = {"iss": "idp", "sub": "ann", "aud": "us", "team": "red", "groups": ["g"], "iat": now, "exp": now + 60}
    with pytest.raises(exceptions.InvalidRequest):
        method.jwt_login("r", signed({**said, "team": "blue"}), use_token=False, path=path)
    auth = method.jwt_login("r", signed(said), path=path)["auth"]
    assert (auth["metadata"], auth["lease_duration"]) == ({"role": "r", "team": "red"}, 600)
    assert client.auth.token.lookup_self()["data"]["display_name"] == f"{path}-ann"


def test_a_login_page(client: hvac.Client, provider: Provider) -> None:
    """The address of the page, and the end of the login."""
    path = fresh("oidc")
    client.sys.enable_auth_method("oidc", path=path)
    method = client.auth.oidc
    method.configure(oidc_discovery_url=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, path=path)
    assert "oidc_client_secret" not in method.read_config(path=path)["data"]
    method.create_role("r", "sub", [BACK], role_type="oidc", path=path)
    url = method.oidc_authorization_url_request("r", BACK, path=path)["data"]["auth_url"]
    sent = provider.consent(url)
    nonce = dict(parse_qsl(urlsplit(url).query))["nonce"]
    auth = method.oidc_callback(sent["state"], nonce, sent["code"], path=path)["auth"]
    assert auth["metadata"] == {"role": "r"}
    method.delete_role("r", path=path)
    with pytest.raises(exceptions.InvalidPath):
        method.list_roles(path=path)
