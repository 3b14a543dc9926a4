"""The provider: discovery, keys, codes with PKCE, userinfo, devices.

Source: https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636, RFC 8628
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "client", "canary-client-secret"


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Provider:
    """One provider.  It logs `ann` in without asking."""

    issuer: str = ""
    now: float = 0.0
    """The time that its tokens are made for; 0 for the machine's."""
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    kid: str = "k1"
    """The key that signs."""
    claims: dict[str, Any] = field(default_factory=dict)
    """What ID tokens say besides, or instead; None leaves a claim out."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    """What it says of itself besides, or instead."""
    device: dict[str, Any] = field(default_factory=dict)
    """What it says to devices besides, or instead."""
    away: bool = False
    approved: bool = False
    """Whether the user of a device has confirmed."""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rotate("k1")

    def rotate(self, kid: str) -> None:
        """Sign with another key, and forget the others."""
        self.kid = kid
        self.keys = {kid: _key(kid)}

    def token(self, **claims: Any) -> str:
        """An ID token."""
        now = int(self.now or time.time())
        said = {"iss": self.issuer, "sub": "ann", "aud": CLIENT, "iat": now, "exp": now + 60}
        said |= {**claims, **self.claims}
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, self.keys[self.kid], algorithm="RS256", headers={"kid": self.kid})

    def key_set(self) -> dict[str, Any]:
        """Its keys."""
        algorithm = jwt.get_algorithm_by_name("RS256")
        return {
            "keys": [
                {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "alg": "RS256", "use": "sig"}
                for kid, key in self.keys.items()
            ]
        }

    def consent(self, url: str) -> dict[str, str]:
        """What a browser brings back from the login page."""
        asked = dict(parse_qsl(urlsplit(url).query))
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        if asked["response_type"] == "id_token":
            return {"state": asked["state"], "id_token": self.token(nonce=asked["nonce"])}
        return {"state": asked["state"], "code": code}

    def answer(self, verb: str, path: str, headers: dict[str, str], form: dict[str, str]) -> tuple[int, Any]:
        """The answer to one request."""
        self.asked.append(path)
        if self.away:
            return 503, {}
        match verb, path:
            case "GET", "/.well-known/openid-configuration":
                return 200, {
                    "issuer": self.issuer,
                    "jwks_uri": f"{self.issuer}/keys",
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "userinfo_endpoint": f"{self.issuer}/userinfo",
                    "device_authorization_endpoint": f"{self.issuer}/device",
                    **self.description,
                }
            case "GET", "/keys":
                return 200, self.key_set()
            case "GET", "/userinfo":
                if headers.get("authorization") != "Bearer access":
                    return 401, {}
                return 200, {"sub": "ann", **self.userinfo}
        if not self._is_client(headers, form):
            return 401, {"error": "invalid_client", "error_description": SECRET}
        match verb, path:
            case "POST", "/device":
                return 200, {
                    "device_code": "device-canary",
                    "user_code": "ABCD",
                    "verification_uri": f"{self.issuer}/activate",
                    "interval": 1,
                    **self.device,
                }
            case "POST", "/token":
                return self._token(form)
        return 404, {}

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        if form["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code":
            if form["device_code"] != "device-canary":
                return 400, {"error": "invalid_grant"}
            if not self.approved:
                return 400, {"error": "authorization_pending"}
            return 200, {"id_token": self.token(), "access_token": "access", "token_type": "Bearer"}
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != form["redirect_uri"] or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.token(nonce=asked["nonce"]), "access_token": "access", "token_type": "Bearer"}

    def _is_client(self, headers: dict[str, str], form: dict[str, str]) -> bool:
        kind, _, value = headers.get("authorization", "").partition(" ")
        if kind == "Basic":
            name, _, password = base64.b64decode(value).decode().partition(":")
            return (unquote(name), unquote(password)) == (CLIENT, SECRET)
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)


@contextmanager
def serving(provider: Provider | None = None) -> Iterator[Provider]:
    """Serve until the end of the `with`."""
    provider = provider or Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, document = provider.answer(self.command, urlsplit(self.path).path, headers, form)
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
