"""What answers of servers say about a token; they were recorded from both servers."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from strongroom.agent.session.grants import (
    Grant,
    of_login,
    of_lookup,
    of_renewal,
    of_wrapped_login,
    together,
)
from strongroom.client.login.error import LoginError
from strongroom.client.values import decode

AUTH = {"client_token": "hvs.planted", "accessor": "acc", "lease_duration": 4, "renewable": True, "num_uses": 0}
LOOKUP = {
    "accessor": "acc",
    "creation_time": 1795798793,
    "creation_ttl": 30,
    "expire_time": "2026-11-27T17:00:23.196810831Z",
    "explicit_max_ttl": 0,
    "id": "hvs.planted",
    "issue_time": "2026-11-27T16:59:53.196813375Z",
    "num_uses": 0,
    "path": "auth/token/create",
    "renewable": True,
    "ttl": 20,
    "type": "service",
}
ROOT = {**LOOKUP, "creation_ttl": 0, "expire_time": None, "renewable": False, "ttl": 0}
WRAPPING = {
    "token": "hvs.planted",
    "accessor": "a",
    "ttl": 300,
    "creation_time": "2026-11-27T16:59:53.263929752Z",
    "creation_path": "auth/approle/login",
    "wrapped_accessor": "acc",
}


def received(answer: Any) -> Any:
    """An answer as the client hands it on."""
    return decode(json.dumps(answer))


def test_a_login() -> None:
    """A login gives a token for a time; one without an end has no time."""
    assert of_login(received({"auth": AUTH})) == Grant("hvs.planted", "acc", 4, 4, renewable=True)
    assert of_login(received({"auth": {**AUTH, "lease_duration": 0}})).ttl_s == math.inf
    assert of_login(received({"auth": {**AUTH, "num_uses": 3}})).uses == 3
    assert of_login(received({"auth": {**AUTH, "accessor": None}})).accessor == ""  # a batch token has none
    assert of_login(received({"auth": {**AUTH, "policies": ["default", "web"]}})).policies == ("default", "web")
    assert "planted" not in repr(of_login(received({"auth": AUTH})))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "has no token"),
        ({}, "has no token"),
        ({"auth": None}, "has no token"),
        ({"auth": {"client_token": ""}}, "has no token"),
        ({"auth": {"client_token": True}}, "has no token"),
        ({"auth": {"client_token": "", "mfa_requirement": {"mfa_request_id": "1"}}}, "a second factor"),
    ],
)
def test_a_login_without_a_token(answer: Any, reason: str) -> None:
    """An answer without a token says why."""
    with pytest.raises(LoginError, match=reason):
        of_login(received(answer))


@pytest.mark.parametrize(
    ("data", "ttl", "full", "age", "left"),
    [
        (LOOKUP, 20, 30, 10.197, math.inf),
        ({**LOOKUP, "explicit_max_ttl": 60}, 20, 30, 10.197, 49.803),
        ({**LOOKUP, "explicit_max_ttl": 5}, 20, 30, 10.197, 0),
        ({**LOOKUP, "period": 120}, 20, 120, 10.197, math.inf),
        ({**LOOKUP, "creation_ttl": 10}, 20, 20, 10.197, math.inf),
        (ROOT, math.inf, math.inf, 0, math.inf),
        ({**LOOKUP, "expire_time": "soon"}, 20, 30, 0, math.inf),
        ({**LOOKUP, "expire_time": 7}, 20, 30, 0, math.inf),
        ({**LOOKUP, "ttl": 0}, 0, 30, 30.197, math.inf),
    ],
)
def test_a_lookup(data: dict[str, Any], ttl: float, full: float, age: float, left: float) -> None:
    """A look-up says how old a token is, by the server's clock, and where its last end is."""
    found = of_lookup(received({"data": data}), "hvs.mine")
    assert (found.token, found.ttl_s, found.full_ttl_s, found.left_s) == (
        "hvs.mine",
        ttl,
        full,
        pytest.approx(left, abs=0.001),
    )
    assert found.age_s == pytest.approx(age, abs=0.001)
    assert (found.accessor, found.uses) == ("acc", 0)


@pytest.mark.parametrize(("number", "ttl"), [(999_999_999_999_999, 999_999_999_999_999), (10**15, math.inf)])
def test_a_time_beyond_all_sense(number: int, ttl: float) -> None:
    """A number that no server means is none."""
    assert of_login(received({"auth": {**AUTH, "lease_duration": number}})).ttl_s == ttl


@pytest.mark.parametrize("renewable", [True, False])
def test_whether_it_can_be_renewed(renewable: bool) -> None:
    """Each answer says whether the token can be renewed."""
    assert of_login(received({"auth": {**AUTH, "renewable": renewable}})).renewable is renewable
    assert of_lookup(received({"data": {**LOOKUP, "renewable": renewable}}), "t").renewable is renewable
    assert of_renewal(received({"auth": {**AUTH, "renewable": renewable}})) == (4, renewable)


def test_a_clock_that_is_behind() -> None:
    """A token that seems to be of the future is a new one."""
    data = {**LOOKUP, "creation_time": 1895798793, "explicit_max_ttl": 60}
    found = of_lookup(received({"data": data}), "t")
    assert (found.age_s, found.left_s) == (0, 60)


def test_a_lookup_of_a_token_for_a_few_requests() -> None:
    """A look-up says how many requests a token is good for."""
    assert of_lookup(received({"data": {**LOOKUP, "num_uses": 3}}), "hvs.mine").uses == 3


def test_a_login_and_its_lookup() -> None:
    """Of a fresh login its own answer counts, and the look-up adds the last end."""
    login = of_login(received({"auth": {**AUTH, "lease_duration": 30}}))
    found = together(login, of_lookup(received({"data": {**LOOKUP, "ttl": 29, "explicit_max_ttl": 60}}), "other"))
    assert (found.token, found.ttl_s, found.full_ttl_s, found.age_s) == ("hvs.planted", 30, 30, 0)
    assert found.left_s == pytest.approx(60, abs=2)


def test_a_wrapped_login() -> None:
    """Of a wrapped login there is what stands for its token, without what only this server adds."""
    found = of_wrapped_login({"wrap_info": {**WRAPPING, "other": 1}})
    assert (found.token, found.accessor, found.ttl_s, found.renewable) == ("", "acc", math.inf, False)
    assert found.wrapping == WRAPPING
    assert list(found.wrapping or ()) == list(WRAPPING)
    assert "planted" not in repr(found)


@pytest.mark.parametrize("answer", [None, {}, {"auth": AUTH}, {"wrap_info": None}, {"wrap_info": {"token": ""}}])
def test_a_login_that_isnt_wrapped(answer: Any) -> None:
    """A token in clear isn't written where a wrapped one was asked for."""
    with pytest.raises(LoginError, match="isn't wrapped"):
        of_wrapped_login(answer)


def test_a_renewal() -> None:
    """A renewal grants a time."""
    assert of_renewal(received({"auth": AUTH})) == (4, True)
    assert of_renewal(received({"auth": {**AUTH, "lease_duration": 0, "renewable": False}})) == (0, False)
    for answer in (None, {}, {"auth": {}}):
        with pytest.raises(LoginError, match="says nothing"):
            of_renewal(answer)
    with pytest.raises(LoginError, match="says nothing"):
        of_lookup({"data": {}}, "t")
