"""An OpenID Connect provider for logins in a browser, and a browser that clicks through it.

Both are the reference server's own: its identity store is the provider, its auth method `oidc` the client of it.
"""

from __future__ import annotations

import html
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CALLBACK = "http://localhost/oidc/callback"
"""Ports of the loopback don't count when addresses are compared."""
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
ROLES = {"client": {}, "direct": {"callback_mode": "direct", "poll_interval": 1}}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(url: str, body: Any = None, token: str = "", form: Mapping[str, str] | None = None) -> tuple[int, str]:
    """The status and the body of an answer, whatever they are; a body makes the request a POST."""
    content = json.dumps(body).encode() if body is not None else None
    if form is not None:
        content = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, content, {"X-Vault-Token": token} if token else {})
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@dataclass(frozen=True)
class Provider:
    """A server that is both the provider and what is logged in to."""

    url: str

    def write(self, path: str, body: Mapping[str, Any], token: str = "root") -> dict[str, Any]:
        """The answer's `data`, or its `auth`."""
        status, text = fetch(f"{self.url}/v1/{path}", dict(body), token)
        assert status < 300, text
        answer: dict[str, Any] = json.loads(text or "{}")
        return answer.get("auth") or answer.get("data") or {}

    def read(self, path: str) -> dict[str, Any]:
        """The answer's `data`."""
        data: dict[str, Any] = json.loads(fetch(f"{self.url}/v1/{path}", token="root")[1])["data"]
        return data

    def set_up(self) -> None:
        """Give it a user, a client, and an auth method with a role for each way back."""
        direct = f"{self.url}/v1/auth/oidc/oidc/callback"
        self.write("sys/auth/userpass", {"type": "userpass"})
        self.write("auth/userpass/users/eva", {"password": "pw"})
        self.write("identity/oidc/config", {"issuer": self.url})
        redirects = [CALLBACK, direct]
        self.write("identity/oidc/client/app", {"redirect_uris": redirects, "assignments": ["allow_all"]})
        client = self.read("identity/oidc/client/app")
        self.write("sys/auth/oidc", {"type": "oidc"})
        config = {
            "oidc_discovery_url": f"{self.url}/v1/identity/oidc/provider/default",
            "oidc_client_id": client["client_id"],
            "oidc_client_secret": client["client_secret"],
            "default_role": "client",
        }
        self.write("auth/oidc/config", config)
        for name, more in ROLES.items():
            role = {"role_type": "oidc", "user_claim": "sub", "allowed_redirect_uris": redirects, **more}
            self.write(f"auth/oidc/role/{name}", role)

    def way_back(self, link: str) -> str:
        """Log in at the provider as a person would who follows the link; the address that it sends the browser to."""
        query = urllib.parse.urlsplit(link).query
        token = self.write("auth/userpass/login/eva", {"password": "pw"})["client_token"]
        status, text = fetch(f"{self.url}/v1/identity/oidc/provider/default/authorize?{query}", token=token)
        assert status == 200, text
        answer = json.loads(text)
        redirect = urllib.parse.parse_qs(query)["redirect_uri"][0]
        return f"{redirect}?{urllib.parse.urlencode({'code': answer['code'], 'state': answer['state']})}"

    def confirm(self, back: str) -> None:
        """Open the server's page at the end of a login, and confirm there that it is one's own."""
        status, page = fetch(back)
        assert status == 200, page
        fields = {html.unescape(name): html.unescape(value) for name, value in _HIDDEN.findall(page)}
        # The reference server's page has a script that adds this one field to the address.
        again = f"{back.partition('?')[0]}?{urllib.parse.urlencode(fields)}" if fields else f"{back}&confirmation=1"
        assert fetch(again)[0] == 200
