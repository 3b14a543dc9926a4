"""Duo's Auth API, as its documentation describes it: signed requests, preauth, auth, auth_status."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote

from tests.sim.tls_server import Asked, Reply, as_json

KEY, SECRET = "DIXXXXXXXXXXXXXXXXXX", "duo-canary-secret-key"


@dataclass
class Duo:
    """One application.  Its user `eva` has a phone, and the passcode 123456."""

    states: list[str] = field(default_factory=lambda: ["waiting", "allow"])
    """What the questions for a push get, one after the other."""
    preauth: str = "auth"
    pushed: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        text = asked.query if asked.verb == "GET" else asked.body.decode()
        if not self._signed(asked, text):
            return as_json({"stat": "FAIL", "code": 40103, "message": "Invalid signature in request credentials"}, 401)
        given = dict(parse_qsl(text, keep_blank_values=True))
        match asked.path:
            case "/auth/v2/preauth":
                return _ok({"result": self.preauth if given["username"] == "eva" else "deny", "status_msg": ""})
            case "/auth/v2/auth":
                self.pushed.append(given)
                if given["factor"] == "passcode":
                    self.states = ["allow" if given["passcode"] == "123456" else "deny"]
                return _ok({"txid": "tx-1"})
            case "/auth/v2/auth_status":
                return _ok({"result": self.states.pop(0), "status": "", "status_msg": ""})
        return as_json({"stat": "FAIL", "code": 40401}, 404)

    def _signed(self, asked: Asked, text: str) -> bool:
        """Check a signature by the rules for the canonical form of a request."""
        pairs = sorted(parse_qsl(text, keep_blank_values=True))
        canonical = "&".join(f"{quote(name, '~')}={quote(value, '~')}" for name, value in pairs)
        date = asked.headers["date"]
        parsedate_to_datetime(date)
        lines = [date, asked.verb, asked.headers["host"].lower(), asked.path, canonical]
        wanted = hmac.new(SECRET.encode(), "\n".join(lines).encode(), hashlib.sha512).hexdigest()
        basic = base64.b64encode(f"{KEY}:{wanted}".encode()).decode()
        return asked.headers["authorization"] == f"Basic {basic}"


def _ok(response: dict[str, str]) -> Reply:
    return as_json({"stat": "OK", "response": response})
