"""The parts of Okta's API that logins need, as its documentation describes them.

Source: https://developer.okta.com/docs/reference/api/authn/, https://developer.okta.com/docs/reference/api/users/
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.sim.tls_server import Asked, Reply, as_json

API_TOKEN = "00-api-canary"
CODE = "123456"


@dataclass
class Person:
    """A user.  `status` is what a right password leads to."""

    login: str
    password: str = "password-canary"
    id: str = "00u1"
    status: str = "SUCCESS"
    account: str = "ACTIVE"
    groups: list[str] = field(default_factory=list)
    factors: list[tuple[str, str, str]] = field(default_factory=list)
    """Type, provider and id."""


@dataclass
class Okta:
    """One organization."""

    people: list[Person] = field(default_factory=list)
    pushes: list[str] = field(default_factory=lambda: ["WAITING", "SUCCESS"])
    """What the phone has said at each question."""
    number: int | None = None
    """The number to choose on the phone, if one is demanded."""
    asked_of_phone: Callable[[], None] = lambda: None
    """Called at each question after the first."""
    per_page: int = 200
    next_host: str = ""
    override: Reply | None = None

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        if self.override is not None:
            return self.override
        if asked.verb == "POST" and asked.path.startswith("/api/v1/authn"):
            return self._authn(asked.path.removeprefix("/api/v1/authn"), json.loads(asked.body))
        if asked.headers.get("authorization") != f"SSWS {API_TOKEN}":
            return as_json({"errorCode": "E0000011", "errorSummary": "Invalid token provided"}, 401)
        found = re.fullmatch(r"/api/v1/users/([^/]+)(/groups)?", asked.path)
        person = next((each for each in self.people if found and each.id == found[1]), None)
        if found is None or person is None:
            return as_json({"errorCode": "E0000007"}, 404)
        if found[2]:
            return self._groups(asked, person)
        return as_json({"id": person.id, "status": person.account, "profile": {"login": person.login}})

    def _groups(self, asked: Asked, person: Person) -> Reply:
        after = int(parse_qs(asked.query).get("after", ["0"])[0])
        end = after + self.per_page
        page = person.groups[after:end]
        reply = as_json([{"id": f"00g{n}", "profile": {"name": name}} for n, name in enumerate(page)])
        base = f"{self.next_host or 'https://' + asked.headers['host']}{asked.path}"
        links = [f'<{base}?limit=200>; rel="self"']
        if end < len(person.groups):
            links.append(f'<{base}?after={end}&limit=200>; rel="next"')
        reply.headers["Link"] = ", ".join(links)
        return reply

    def _authn(self, path: str, body: dict[str, Any]) -> Reply:
        if not path:
            name = body.get("username", "").lower()
            for person in self.people:
                login = person.login.lower()
                if name in {login, login.partition("@")[0]} and body.get("password") == person.password:
                    return self._state(person, person.status)
            return as_json({"errorCode": "E0000004", "errorSummary": "Authentication failed"}, 401)
        person = next((each for each in self.people if f"state-{each.id}" == body.get("stateToken")), None)
        found = re.fullmatch(r"/factors/([^/]+)/verify", path)
        if person is None or found is None:
            return as_json({"errorCode": "E0000011", "errorSummary": "Invalid token provided"}, 401)
        type_ = next((factor[0] for factor in person.factors if factor[2] == found[1]), "")
        if type_ == "push":
            said = self.pushes.pop(0)
            return self._state(person, "SUCCESS") if said == "SUCCESS" else self._state(person, "MFA_CHALLENGE", said)
        if type_ == "token:software:totp" and body.get("passCode") == CODE:
            return self._state(person, "SUCCESS")
        return as_json({"errorCode": "E0000068", "errorSummary": "Invalid Passcode/Answer"}, 403)

    def _state(self, person: Person, status: str, result: str = "") -> Reply:
        if status == "LOCKED_OUT":
            return as_json({"status": status})
        factors = [{"id": f[2], "factorType": f[0], "provider": f[1]} for f in person.factors]
        inside: dict[str, Any] = {"user": {"id": person.id, "profile": {"login": person.login}}, "factors": factors}
        answer: dict[str, Any] = {"status": status, "_embedded": inside}
        if status == "SUCCESS":
            answer["sessionToken"] = "session-canary"
        else:
            answer["stateToken"] = f"state-{person.id}"
        if result:
            answer["factorResult"] = result
            self.asked_of_phone()
            if self.number is not None:
                inside["factor"] = {"_embedded": {"challenge": {"correctAnswer": self.number}}}
        return as_json(answer)
