"""What the server's answers mean to who wants a turn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.agent.denials import may_be_unknown_token
from strongroom.agent.turns.answers import (
    Held,
    Kind,
    Refusal,
    TokenRefused,
    held_of,
    is_gone,
    refusal_of,
    renewed_s,
)
from strongroom.client.errors import BadAnswer, ClientError, ResponseError, Unreachable, by_status
from strongroom.client.values import decode

TAKEN = {
    "lease_id": "turns/take/web/x",
    "lease_duration": 60,
    "renewable": True,
    "data": {"group": "web", "holder": "h", "number": 7, "turn": "t"},
}


def error(status: int, *errors: str, **body: Any) -> ResponseError:
    """An answer of the server's."""
    text = json.dumps({"errors": errors, **body})
    return by_status(status)("POST", "http://127.0.0.1/v1/turns/take/web", status, errors=errors, body=text)


def test_a_turn_lasts_from_when_it_was_asked_for() -> None:
    """The server may have counted from then."""
    assert held_of(TAKEN, 3, 1000.5) == Held("t", 7, "turns/take/web/x", 3, 1060.5)
    assert renewed_s({"lease_id": "x", "lease_duration": 20, "renewable": True}) == 20


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"data": {"a": 1}},
        {**TAKEN, "lease_id": ""},
        {**TAKEN, "data": None},
        {**TAKEN, "data": {"turn": 7, "number": 1}},
        {**TAKEN, "lease_duration": "long"},
    ],
)
def test_what_is_no_turn(answer: Any) -> None:
    """Another engine's answer isn't taken for one."""
    with pytest.raises(BadAnswer):
        held_of(answer, 1, 0.0)


@pytest.mark.parametrize(
    ("failure", "refusal"),
    [
        (error(429, "no turn", data={"retry_after": 3}), Refusal(Kind.WAIT, "status 429: no turn", 3.0)),
        (error(429, "quota", data=None), Refusal(Kind.AWAY, "status 429: quota")),
        (error(429, "quota"), Refusal(Kind.AWAY, "status 429: quota")),
        (error(429, "quota", data={"retry_after": "soon"}), Refusal(Kind.AWAY, "status 429: quota")),
        (error(503, "Vault is sealed"), Refusal(Kind.AWAY, "status 503: Vault is sealed")),
        (error(502, "bad\n gateway"), Refusal(Kind.AWAY, "status 502: bad gateway")),
        (error(500), Refusal(Kind.AWAY, "status 500")),
        (Unreachable("PUT", "http://x", "refused"), Refusal(Kind.AWAY, "refused")),
        (TokenRefused("unknown"), Refusal(Kind.AWAY, "unknown")),
        (
            error(403, "1 error occurred:\n\t* permission denied\n\n"),
            Refusal(Kind.DENIED, "status 403: 1 error occurred: * permission denied"),
        ),
        (error(400, 'unknown group "web"'), Refusal(Kind.WRONG, 'status 400: unknown group "web"')),
        (error(404, "no handler", "two"), Refusal(Kind.WRONG, "status 404: no handler; two")),
        (error(405), Refusal(Kind.WRONG, "status 405")),
        (BadAnswer("no JSON\nat all"), Refusal(Kind.WRONG, "no JSON at all")),
    ],
)
def test_why_there_is_no_turn(failure: ClientError, refusal: Refusal) -> None:
    """In one line, without the address."""
    assert refusal_of(failure) == refusal


def test_a_quota_that_answers_no_json() -> None:
    """As a proxy in front of the server does."""
    assert refusal_of(by_status(429)("PUT", "http://x", 429, errors=None, body="<html>")).kind is Kind.AWAY


@pytest.mark.parametrize(
    ("failure", "left_s", "gone"),
    [
        (error(400, "lease not found"), 50, True),
        (error(400, "past the max TTL, cannot renew"), 1, True),
        (error(403, "permission denied"), 1, False),
        (error(403, "permission denied"), 0, True),
        (error(503, "sealed"), -100, False),
        (Unreachable("PUT", "http://x", "refused"), -100, False),
        (TokenRefused("unknown"), -1, False),
    ],
)
def test_when_a_turn_is_lost(failure: ClientError, left_s: float, gone: bool) -> None:
    """When the server says so, or refuses until its end; not while it is away."""
    assert is_gone(failure, left_s) is gone


@pytest.mark.parametrize(
    ("failure", "unknown"),
    [
        (error(403, "permission denied"), True),
        (error(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"), True),
        (error(403, "1 error occurred:\n\t* permission denied\n\n"), False),
        (error(403, "the turn is another token's: …"), False),
        (error(400, "permission denied"), False),
    ],
)
def test_which_denials_may_be_of_the_token(failure: ClientError, unknown: bool) -> None:
    """As opposed to those of policies and engines."""
    assert may_be_unknown_token(failure) is unknown


def test_numbers_are_read_as_the_client_hands_them_on() -> None:
    """It keeps the text that they came with."""
    answer = decode(b'{"lease_id": "turns/take/web/x", "lease_duration": 60, "data": {"turn": "t", "number": 7}}')
    assert held_of(answer, 1, 100.0) == Held("t", 7, "turns/take/web/x", 1, 160.0)
    assert renewed_s(answer) == 60.0
