"""What an answer holds that is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.agent.serving.cache.holding import LeaseHeld, TokenHeld, held, may_hold, renews
from strongroom.agent.serving.question import Question
from strongroom.http.message import HttpResponse

JSON = (("Content-Type", "application/json"),)
LEASE = {"lease_id": "database/creds/r/1", "lease_duration": 60, "renewable": True, "data": {"username": "u"}}
AUTH = {"client_token": "hvs.x", "accessor": "a", "lease_duration": 60, "renewable": True, "orphan": False}


def answer(document: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = JSON) -> HttpResponse:
    """A response with this document."""
    return HttpResponse(status, headers, json.dumps(document).encode())


def test_a_lease_and_a_token_are_found() -> None:
    """With their durations, and whether the token ends with another one."""
    assert held(answer(LEASE)) == LeaseHeld("database/creds/r/1", 60)
    assert held(answer({"auth": AUTH, "lease_id": ""})) == TokenHeld("hvs.x", "a", 60)
    assert held(answer({"auth": {**AUTH, "orphan": True}})) == TokenHeld("hvs.x", "a", 60, orphan=True)
    assert held(answer(LEASE, 200, (("content-type", "application/json; charset=utf-8"),))) is not None


@pytest.mark.parametrize(
    "response",
    [
        answer(LEASE, 400),
        answer(LEASE, 200, (("Content-Type", "text/plain"),)),
        answer(LEASE, 200, ()),
        answer({**LEASE, "renewable": False}),
        answer({**LEASE, "lease_duration": 0}),
        answer({**LEASE, "lease_id": ""}),
        answer({**LEASE, "lease_id": 1}),
        answer({"auth": {**AUTH, "renewable": False}}),
        answer({"auth": {**AUTH, "client_token": ""}}),
        answer({"auth": {**AUTH, "num_uses": 3}}),
        answer({"auth": {"mfa_requirement": {}}}),
        answer({"wrap_info": {"token": "x"}}),
        answer([1]),
        HttpResponse(200, JSON, b"{"),
        HttpResponse(200, JSON, b"\xff"),
        HttpResponse(204, JSON, b""),
    ],
)
def test_anything_else_holds_nothing(response: HttpResponse) -> None:
    """What can't be renewed, what counts its uses, what isn't there, what is no answer at all."""
    assert held(response) is None


@pytest.mark.parametrize(
    ("path", "again", "renewal"),
    [
        ("/v1/database/creds/r", True, False),
        ("/v1/auth/approle/login", True, False),
        ("/v1/sys/leases/renew", False, True),
        ("/v1/sys/leases/renew/database/creds/r/1", False, True),
        ("/v1/team/sys/renew", False, True),
        ("/v1/auth/token/renew-self", False, True),
        ("/v1/auth/token/renew", False, True),
        ("/v1/sys/wrapping/unwrap", False, False),
        ("/v1/sys/wrapping/rewrap", False, False),
    ],
)
def test_what_counts_once_is_not_given_again(path: str, again: bool, renewal: bool) -> None:
    """A renewal is asked for each time, and what can be unwrapped once isn't handed out twice."""
    question = Question(method="PUT", path=path, query="", headers={}, body=b"", token="t")
    assert (may_hold(question), renews(question)) == (again, renewal)


def test_a_token_is_not_shown() -> None:
    """Its text is for logs."""
    assert "hvs.x" not in repr(TokenHeld("hvs.x", "a", 60))
