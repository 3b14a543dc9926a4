"""Claims about answers and times: what isn't one is an error, and a lease fits its token."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.engines.kubernetes import answers, times
from strongroom.engines.kubernetes.records import Role
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from tests.sim.kubernetes import Account, Cluster

CLUSTER = Cluster(now=lambda: 1_000_000.0)


@pytest.mark.parametrize("answer", [None, [], {}, {"status": 1}, {"status": {"token": ""}}, {"status": {"token": 1}}])
def test_answers_without_a_token(answer: Any) -> None:
    """An error of the cluster."""
    with pytest.raises(UpstreamFailed, match="Kubernetes gave no usable answer"):
        answers.token_of(answer)


def test_how_long_a_token_lives() -> None:
    """As its claims say; 0 if they don't."""
    account = Account("web", "front")
    for claims, ttl_s in (
        ({}, 3600),
        ({"exp": 1_000_600}, 600),
        ({"exp": 7}, 0),
        ({"exp": "x"}, 0),
        ({"iat": None}, 0),
    ):
        token = answers.token_of({"status": {"token": CLUSTER.token(account, **claims)}})
        assert token.ttl_s == ttl_s
        assert token.text not in repr(token)
    assert answers.token_of({"status": {"token": "opaque"}}).ttl_s == 0


@pytest.mark.parametrize("answer", [None, {}, {"metadata": {}}, {"metadata": {"uid": ""}}, {"metadata": {"uid": 1}}])
def test_objects_without_a_uid(answer: Any) -> None:
    """Without it, nothing can name its owner."""
    with pytest.raises(UpstreamFailed):
        answers.uid_of(answer)


def test_labels() -> None:
    """Only texts; a namespace may have none."""
    assert answers.labels_of({"metadata": {"labels": {"a": "b", "c": 1}}}) == {"a": "b"}
    assert answers.labels_of({"metadata": {}}) == {}
    with pytest.raises(UpstreamFailed):
        answers.labels_of({"metadata": {"labels": "x"}})


def test_refusals() -> None:
    """In the cluster's words, without the token; one of a token that isn't known says whose it is."""
    told = answers.refusal(403, b'{"message": "no secret-token today"}', "secret-token", "the Role web/a")
    assert told.text == "Kubernetes refused the Role web/a: no [hidden] today"
    for body in (b"", b"[]", b'{"message": 1}', b'{"message": "a\\nb"}', b"\xff"):
        assert answers.refusal(500, body, "", "it").text == "Kubernetes refused it: status 500"
    assert answers.refusal(401, b"", "", "it").text == "Kubernetes refused the token of this mount's service account"


@pytest.mark.parametrize(
    ("role", "wanted_s", "ttl_s", "warnings"),
    [
        (Role(), 0, 7200, 0),
        (Role(token_default_ttl=900), 0, 900, 0),
        (Role(token_default_ttl=900), 1200, 1200, 0),
        (Role(token_max_ttl=900), 1200, 900, 1),
        (Role(token_max_ttl=900), 0, 900, 1),
        (Role(), 90_000, 86_400, 1),
        (Role(token_max_ttl=88_000), 90_000, 86_400, 2),
        (Role(), 600, 600, 0),
    ],
)
def test_how_long_is_asked_for(role: Role, wanted_s: int, ttl_s: int, warnings: int) -> None:
    """The request counts, then the role, then the mount; the role's and the mount's limits do too."""
    found, told = times.ttl_of(role, wanted_s, 7200, 86_400)
    assert (found, len(told)) == (ttl_s, warnings)


@pytest.mark.parametrize(
    ("role", "wanted_s"), [(Role(), 599), (Role(token_default_ttl=60), 0), (Role(token_max_ttl=60), 0)]
)
def test_too_short_a_life(role: Role, wanted_s: int) -> None:
    """Kubernetes would refuse it, after the rest has been made."""
    with pytest.raises(InvalidRequest, match="less than 10 minutes"):
        times.ttl_of(role, wanted_s, 7200, 86_400)


def test_another_life_is_told() -> None:
    """Whether the token outlives its lease or not."""
    assert times.difference(0, 600) == times.difference(600, 600) == []
    assert times.difference(3600, 600)[0].endswith("1h0m0s is greater than the lease TTL 10m0s")
    assert times.difference(600, 3600)[0].endswith("capping the lease TTL accordingly")


@pytest.mark.parametrize("told", ["{}", "x" * 505 + "{}", "{}" * 400])
def test_a_refusal_shows_no_part_of_the_token(told: str) -> None:
    """Also where the text is cut."""
    body = json.dumps({"message": told.replace("{}", "secret-token")}).encode()
    assert "secr" not in answers.refusal(403, body, "secret-token", "it").text
