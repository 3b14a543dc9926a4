"""A person with a browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import hvac  # type: ignore[import-untyped]
import requests

from tests.conformance.clients.test_hvac import fresh
from tests.conformance.servers import Server


class Person:
    """Somebody with a browser, and a token from a login at the server."""

    def __init__(self, server: Server, client: hvac.Client) -> None:
        self._server = server
        name = fresh("person")
        if "userpass/" not in client.sys.list_auth_methods()["data"]:
            client.sys.enable_auth_method("userpass")
        rules = 'path "identity/oidc/provider/*" { capabilities = ["read", "update"] }'
        client.sys.create_or_update_policy(name, rules)
        client.auth.userpass.create_or_update_user(name, "canary-password", policies=[name])
        made = hvac.Client(url=server.url).auth.userpass.login(name, "canary-password", use_token=False)
        self.token, self.entity = made["auth"]["client_token"], made["auth"]["entity_id"]

    def visit(self, url: str) -> str:
        """Follow an application to the authorization endpoint.  Returns the address that the page leads back to.

        The page under `/ui/` sends the parameters of its address to the API, with the token of whoever is logged in.
        """
        parts = urlsplit(url)
        endpoint = parts.path.replace("/ui/vault/", "/v1/", 1)
        headers = {"X-Vault-Token": self.token}
        answer = requests.get(f"{self._server.url}{endpoint}?{parts.query}", headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        back = parse_qs(parts.query)["redirect_uri"][0]
        return f"{back}?{urlencode(answer.json())}"
