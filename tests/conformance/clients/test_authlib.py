"""Authlib, a common OAuth client, as an application that logs people in through a server.

Every test runs against the reference server too: what fails there is a mistake of the test.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

import hvac  # type: ignore[import-untyped]
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conformance.clients.person import Person
from tests.conformance.clients.test_hvac import fresh
from tests.conformance.servers import Server

VERIFIER = "the-verifier-of-this-login-has-to-be-random-in-earnest"


class Application:
    """An application that knows the server's address, and what its administrator was given."""

    def __init__(self, issuer: str, redirect_uri: str, client_id: str, secret: str = "", method: str = "none") -> None:
        found = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=60)
        self.server: dict[str, Any] = found.json()
        assert self.server["issuer"] == issuer
        self.client_id = client_id
        self.session = OAuth2Session(
            client_id,
            secret or None,
            scope="openid profile",
            redirect_uri=redirect_uri,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
        )

    def begin(self, nonce: str) -> tuple[str, str]:
        """Where the person is sent, and the `state` that has to come back."""
        url, state = self.session.create_authorization_url(
            self.server["authorization_endpoint"], code_verifier=VERIFIER, nonce=nonce
        )
        return str(url), str(state)

    def finish(self, back: str, state: str) -> dict[str, Any]:
        """The tokens for the address that the person has come back to."""
        found: dict[str, Any] = self.session.fetch_token(
            self.server["token_endpoint"], authorization_response=back, state=state, code_verifier=VERIFIER
        )
        return found

    def identity(self, tokens: dict[str, Any], nonce: str) -> dict[str, Any]:
        """What the ID token says, once it is proved by the published keys."""
        keys = KeySet.import_key_set(requests.get(self.server["jwks_uri"], timeout=60).json())
        token = jwt.decode(tokens["id_token"], keys, algorithms=self.server["id_token_signing_alg_values_supported"])
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.server["issuer"]},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            sub={"essential": True},
        )
        rules.validate(token.claims)
        return dict(token.claims)

    def userinfo(self) -> dict[str, Any]:
        """What the access token tells."""
        answer = self.session.get(self.server["userinfo_endpoint"], timeout=60)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def registered(client: hvac.Client, **fields: Any) -> tuple[str, dict[str, Any]]:
    """The issuer and the client of a new application that everybody may use."""
    name = fresh("app")
    scope = client.read("identity/oidc/scope/profile")
    if scope is None:
        client.write_data("identity/oidc/scope/profile", data={"template": '{"username":{{identity.entity.name}}}'})
    client.write_data(f"identity/oidc/client/{name}", data={"assignments": ["allow_all"], **fields})
    found: dict[str, Any] = client.read(f"identity/oidc/client/{name}")["data"]
    provider = {"allowed_client_ids": [found["client_id"]], "scopes_supported": ["profile"]}
    client.write_data(f"identity/oidc/provider/{name}", data=provider)
    return str(client.read(f"identity/oidc/provider/{name}")["data"]["issuer"]), found


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_confidential_application_logs_somebody_in(server: Server, client: hvac.Client, method: str) -> None:
    """By discovery, code, PKCE and either way to send the secret; ID token and userinfo are about the same person."""
    person = Person(server, client)
    issuer, found = registered(client, redirect_uris=["https://app.example/callback"])
    secret = found["client_secret"]
    application = Application(issuer, "https://app.example/callback", found["client_id"], secret, method)
    url, state = application.begin("n-1")
    tokens = application.finish(person.visit(url), state)
    said = application.identity(tokens, "n-1")
    assert said["sub"] == person.entity
    assert application.userinfo() == {"sub": person.entity, "username": said["username"]}


def test_a_code_is_not_taken_twice(server: Server, client: hvac.Client) -> None:
    """The library is told so as OAuth says."""
    person = Person(server, client)
    issuer, found = registered(client, redirect_uris=["https://app.example/callback"])
    application = Application(
        issuer, "https://app.example/callback", found["client_id"], found["client_secret"], "client_secret_basic"
    )
    url, state = application.begin("n-1")
    back = person.visit(url)
    application.finish(back, state)
    with pytest.raises(Exception, match="invalid_grant"):
        application.finish(back, state)


class Listener(BaseHTTPRequestHandler):
    """What a native application listens with on a loopback port until the browser has come back."""

    def do_GET(self) -> None:
        """Finish the login, and greet."""
        native: Native = self.server  # type: ignore[assignment]
        tokens = native.application.finish(f"http://127.0.0.1:{native.server_port}{self.path}", native.state)
        said = native.application.identity(tokens, "n-2")
        body = json.dumps({"hello": said["sub"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Nothing is told of requests."""


class Native(HTTPServer):
    """A native application while somebody logs in."""

    application: Application
    state = ""


@pytest.fixture
def native() -> Iterator[Native]:
    """A native application's listener, on whichever port was free."""
    with Native(("127.0.0.1", 0), Listener) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def test_a_native_application_logs_somebody_in(server: Server, client: hvac.Client, native: Native) -> None:
    """A public client on a loopback port that nobody has registered: the browser is led there and back, and greeted."""
    person = Person(server, client)
    issuer, found = registered(client, client_type="public", redirect_uris=["http://127.0.0.1/callback"])
    here = f"http://127.0.0.1:{native.server_port}/callback"
    native.application = Application(issuer, here, found["client_id"])
    url, native.state = native.application.begin("n-2")
    parts = urlsplit(person.visit(url))
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())) == (200, {"hello": person.entity})
    connection.close()
