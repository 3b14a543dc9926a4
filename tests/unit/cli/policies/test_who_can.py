"""`policy who-can`: what it asks, and what it prints."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.cli.answering import answering
from tests.unit.cli.policies.test_explain import run

ROLE = {
    "kind": "role",
    "name": "web",
    "of": "role",
    "mount": "auth/approle/",
    "policies": ["p", "q"],
    "depends_on": ["identity.entity.name"],
    "certain": False,
}
TOKEN = {
    "kind": "token",
    "name": "ABC",
    "display_name": "userpass-eva",
    "policies": ["p"],
    "operations": ["create", "update"],
    "conditions": ["mfa_methods"],
}


def page(after: str, *found: dict[str, Any], everybody: bool = False) -> dict[str, Any]:
    """An answer."""
    return {"data": {"found": list(found), "after": after, "everybody": everybody, "looked_at": 1}}


def test_the_table_and_what_is_asked() -> None:
    """Each is told with its mount, its policies and what it depends on."""
    with answering({}, otherwise=page("", ROLE, TOKEN)) as server:
        printed = run(server, "who-can", "-operation=write", "-kind=role", "-kind=token", "a/b").stdout
        body = {"path": "a/b", "operation": "write", "after": "", "kinds": ["role", "token"], "limit": 1000}
        assert server.bodies == [body]
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert lines[2:] == [
        "role of auth/approle/ web p, q n/a depending on identity.entity.name",
        "token ABC (userpass-eva) p create, update with mfa_methods",
    ]


def test_it_goes_on_until_it_has_enough() -> None:
    """It asks for the next page, stops at the limit, and tells that there may be more."""
    with answering({}, otherwise=page("4:x", TOKEN)) as server:
        done = run(server, "who-can", "-limit=2", "-format=json", "a")
        assert json.loads(done.stdout) == [TOKEN, TOKEN]
        assert [body["limit"] for body in server.bodies] == [2, 1]
        assert "There may be more" in run(server, "who-can", "-limit=1", "a").stderr


def test_nobody_and_everybody() -> None:
    """Both are said in words; nobody has its own exit code."""
    with answering({}, otherwise=page("")) as server:
        assert run(server, "who-can", "a").returncode == 2
        assert run(server, "who-can", "-limit=0", "a").returncode == 1
    with answering({}, otherwise=page("", everybody=True)) as server:
        assert run(server, "who-can", "a").stdout == "Everybody: the path needs no token.\n"
