"""`policy explain`: what it asks, and what it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.answering import Answering, answering

PROGRAM = Path(sys.executable).parent / "strongroom"
RULE = {
    "policy": "web",
    "namespace": "team/",
    "rule": "secret/*",
    "line": 3,
    "capabilities": ["read", "list"],
    "standing": "decides",
    "why": "",
}
OUTCOME = {
    "operation": "update",
    "path": "secret/a",
    "allowed": False,
    "reasons": ["it lacks"],
    "asks": {"mfa_methods": ["totp"]},
    "rules": [RULE],
    "left_out": 2,
}
POLICY = {
    "name": "web",
    "namespace": "team/",
    "in_force": False,
    "from": [{"by": "token"}, {"by": "group", "names": ["dev", "staff"]}],
}
FOUND = {"verdict": "denied", "outcomes": [OUTCOME], "policies": [POLICY]}


def run(server: Answering, *words: str) -> subprocess.CompletedProcess[str]:
    """What the program does."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    environment |= {"VAULT_ADDR": server.address, "VAULT_TOKEN": "t"}
    return subprocess.run([PROGRAM, "policy", *words], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "path", "body"),
    [
        (["secret/a"], "explain-self", {"path": "secret/a", "operation": "read"}),
        (
            ["-accessor=x", "-operation=write", "-wrapped=1m", "a", "b=c"],
            "explain",
            {"path": "a", "operation": "write", "accessor": "x", "wrap_ttl": "1m0s", "parameters": {"b": "c"}},
        ),
        (
            ["-of-token=x", "-policy=p", "-policy=q", "a"],
            "explain",
            {"path": "a", "operation": "read", "token": "x", "policies": ["p", "q"]},
        ),
    ],
)
def test_what_is_asked(words: list[str], path: str, body: dict[str, object]) -> None:
    """Each option under its name; without one, the token in use asks about itself."""
    with answering({}, otherwise={"data": FOUND}) as server:
        assert json.loads(run(server, "explain", "-format=json", *words).stdout) == FOUND
        assert server.asked == [f"POST /v1/sys/policies/{path}"]
        assert server.bodies == [body]


def test_the_table() -> None:
    """The verdict and its reasons come first, then the rules, then whose policies they are of."""
    with answering({}, otherwise={"data": FOUND}) as server:
        printed = run(server, "explain", "secret/a").stdout
    assert printed.splitlines()[:3] == [
        "denied: update on secret/a",
        "  it lacks",
        "  it asks for mfa_methods: totp",
    ]
    for part in ("secret/*", "team/web:3", "read, list", "decides", "2 more rules", "token; group > dev > staff"):
        assert part in printed


def test_no_more_rules() -> None:
    """Where all rules are shown, no line tells how many more there are."""
    found = {**FOUND, "outcomes": [{**OUTCOME, "left_out": 0}]}
    with answering({}, otherwise={"data": found}) as server:
        assert "more rules" not in run(server, "explain", "secret/a").stdout


def test_wrong_parameters() -> None:
    """Words that are no parameters are refused before anything is asked."""
    with answering({}) as server:
        done = run(server, "explain", "secret/a", "nonsense")
        assert (done.returncode, server.asked) == (1, [])


def test_a_denial_by_its_id() -> None:
    """What was denied, to whom and why, comes before the explanation of now."""
    denial = {
        "time": "2026-01-01T00:00:00Z",
        "display_name": "userpass-eva",
        "operation": "update",
        "path": "secret/a",
        "reasons": ["it lacked"],
        "now": FOUND,
    }
    with answering({"GET /v1/sys/policies/denials/0-1": {"data": denial}}) as server:
        printed = run(server, "explain", "-request-id=0-1").stdout
        assert printed.splitlines()[:2] == [
            "2026-01-01T00:00:00Z: userpass-eva was denied update on secret/a",
            "  it lacked",
        ]
        assert "denied: update on secret/a" in printed
        assert json.loads(run(server, "explain", "-format=json", "-request-id=0-1").stdout) == denial
        unknown = run(server, "explain", "-request-id=0-2")
        assert unknown.returncode == 2
        assert "ask again in five seconds" in unknown.stderr
        for words in (["-request-id=0-1", "secret/a"], ["-request-id=0-1", "-operation=read"], []):
            assert run(server, "explain", *words).returncode == 1
