"""What browsers of other origins are told."""

from __future__ import annotations

import pytest

from strongroom.http.cors import preflight, refusal, shared
from strongroom.http.message import HttpResponse
from strongroom.services.cors import CorsRecord

ONE = "https://one.example"
RULE = CorsRecord(origins=(ONE, "https://two.example"), headers=("X-Custom",))


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ((ONE,), ONE, True),
        ((ONE,), "https://ONE.example", False),
        ((ONE,), "https://one.example.evil.example", False),
        ((ONE,), "null", False),
        ((ONE,), "", False),
        (("*",), "https://whoever.example", True),
        (("https://*.example",), ONE, False),
        ((), ONE, False),
    ],
)
def test_origins_are_compared_whole(origins: tuple[str, ...], origin: str, allowed: bool) -> None:
    """No part, other case or pattern of an origin is enough; only `*` alone stands for any, and no entry for none."""
    assert CorsRecord(origins=origins, headers=()).allows(origin) is allowed


def test_preflight_names_methods_and_headers() -> None:
    """A browser learns the origin, the verbs, the standard and the configured headers, and how long to believe it."""
    answer = preflight(RULE, ONE, {"access-control-request-method": "LIST"})
    told = dict(answer.headers)
    assert answer.status == 200
    assert told["Access-Control-Allow-Origin"] == ONE
    assert {"LIST", "SCAN", "PATCH"} <= set(told["Access-Control-Allow-Methods"].split(","))
    assert {"X-Vault-Token", "X-Custom"} <= set(told["Access-Control-Allow-Headers"].split(","))
    assert told["Access-Control-Max-Age"] == "300"
    assert told["Vary"] == "Origin"


@pytest.mark.parametrize("headers", [{}, {"access-control-request-method": "TRACE"}])
def test_preflight_refuses_other_methods(headers: dict[str, str]) -> None:
    """A verb that the API lacks, or none, is refused without any permission in the answer."""
    answer = preflight(RULE, ONE, headers)
    assert (answer.status, answer.headers) == (405, ())


@pytest.mark.parametrize("credentials", [True, False])
def test_answers_name_the_origin(credentials: bool) -> None:
    """An answer keeps its own headers, names the one origin, and credentials only if they are allowed."""
    rule = CorsRecord(origins=(ONE,), headers=(), credentials=credentials)
    before = HttpResponse(status=404, headers=(("Content-Type", "application/json"),), body=b"{}")
    told = dict(shared(before, rule, ONE).headers)
    assert told["Content-Type"] == "application/json"
    assert told["Access-Control-Allow-Origin"] == ONE
    assert ("Access-Control-Allow-Credentials" in told) is credentials
    assert before.headers == (("Content-Type", "application/json"),), "the answer itself may be shared"


def test_any_origin_gets_no_credentials() -> None:
    """Where any page may call, none may do so with the cookies or the client certificate of whoever looks at it."""
    rule = CorsRecord(origins=("*",), headers=(), credentials=True)
    told = dict(shared(HttpResponse(status=200), rule, ONE).headers)
    asked = dict(preflight(rule, ONE, {"access-control-request-method": "GET"}).headers)
    assert "Access-Control-Allow-Credentials" not in {**told, **asked}


def test_refusal_grants_nothing() -> None:
    """Who isn't allowed gets a 403 without a header that would let a script read it."""
    answer = refusal()
    assert answer.status == 403
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
