"""Okta's API for users and factors, as its documentation describes it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.sim.tls_server import Asked, Reply, as_json

TOKEN = "okta-canary-token"


@dataclass
class Okta:
    """One organization.  Its user `eva` has the Verify app, with push and with codes; the code is 123456."""

    states: list[str] = field(default_factory=lambda: ["WAITING", "SUCCESS"])
    status: str = "ACTIVE"
    push: str = "ACTIVE"
    shown_login: str = "eva"
    poll_host: str = ""

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        if asked.headers.get("authorization") != f"SSWS {TOKEN}":
            return as_json({"errorCode": "E0000011", "errorSummary": "Invalid token provided"}, 401)
        poll = {"href": f"https://{self.poll_host or asked.headers['host']}/api/v1/users/u1/factors/f1/poll"}
        match asked.verb, asked.path:
            case "GET", "/api/v1/users":
                wanted = re.fullmatch(r'profile\.(login|email) eq "(.*)"', parse_qs(asked.query)["filter"][0])
                assert wanted is not None
                profile = {"login": self.shown_login, "email": "eva@example.com"}
                found = profile[wanted[1]] == wanted[2] or (wanted[1] == "login" and wanted[2] == "eva")
                return as_json([{"id": "u1", "status": self.status, "profile": profile}] if found else [])
            case "GET", "/api/v1/users/u1/factors":
                return as_json(
                    [
                        {"id": "f0", "factorType": "sms", "status": "ACTIVE"},
                        {"id": "f1", "factorType": "push", "status": self.push},
                        {"id": "f2", "factorType": "token:software:totp", "status": "ACTIVE"},
                    ]
                )
            case "POST", "/api/v1/users/u1/factors/f2/verify":
                if json.loads(asked.body) == {"passCode": "123456"}:
                    return as_json({"factorResult": "SUCCESS"})
                return as_json({"errorCode": "E0000068", "errorSummary": "Invalid Passcode/Answer"}, 403)
            case "POST", "/api/v1/users/u1/factors/f1/verify":
                return as_json({"factorResult": "WAITING", "_links": {"poll": poll}}, 201)
            case "GET", "/api/v1/users/u1/factors/f1/poll":
                state: dict[str, Any] = {"factorResult": self.states.pop(0), "_links": {"poll": poll}}
                return as_json(state)
        return as_json({"errorCode": "E0000007"}, 404)
