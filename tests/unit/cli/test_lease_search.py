"""The commands that list, find and end leases."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import Answering, answering

INFO = {"account": "v-app", "state": "active"}


def run(server: Answering, *words: str) -> subprocess.CompletedProcess[str]:
    """What the program does."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    environment |= {"VAULT_ADDR": server.address, "VAULT_TOKEN": "t"}
    return subprocess.run([forked(OURS), *words], env=environment, capture_output=True, text=True, check=False)


def found(after: str) -> dict[str, Any]:
    """An answer with one lease."""
    return {"data": {"keys": ["db/a"], "key_info": {"db/a": INFO}, "after": after}}


def test_a_search_sends_what_was_given() -> None:
    """Each option under its name; one page is enough when the server says so."""
    with answering({}, otherwise=found("")) as server:
        options = ["-account=v-app", "-older-than=2h", "-role=r", "-entity-id=e", "-mount=db", "-prefix=db/creds"]
        done = run(server, "lease", "search", "-format=json", "-detailed", *options, "-state=active")
    assert json.loads(done.stdout) == {"db/a": INFO}
    assert server.asked == ["PUT /v1/sys/leases/search"]
    texts = {"account": "v-app", "role": "r", "entity_id": "e", "mount": "db", "prefix": "db/creds", "state": "active"}
    assert server.bodies == [{**texts, "older_than": 7200, "limit": 1000}]


def test_a_search_goes_on_until_it_has_enough() -> None:
    """It asks for the next page, and stops at the limit."""
    with answering({}, otherwise=found("db/a")) as server:
        done = run(server, "lease", "search", "-limit=1")
        assert (done.returncode, "db/a" in done.stdout) == (0, True)
        assert server.bodies == [{"limit": 1}]
    with answering({}, otherwise={"data": {"keys": [], "key_info": {}, "after": ""}}) as server:
        done = run(server, "lease", "search")
        assert (done.returncode, done.stderr.strip()) == (2, "No lease found")


def test_listings() -> None:
    """By path, and of those that can't be revoked with their errors."""
    irrevocable = {"data": {"lease_count": 1, "leases": [{"lease_id": "db/a", "error": "down"}]}}
    names = {"data": {"keys": ["db/", "auth/"]}}
    answers = {
        "GET /v1/sys/leases?type=irrevocable": irrevocable,
        "GET /v1/sys/leases/lookup?list=true": names,
        "GET /v1/sys/leases/lookup/db/creds?list=true": names,
    }
    with answering(answers) as server:
        assert "down" in run(server, "lease", "list", "-irrevocable").stdout
        assert run(server, "lease", "list", "-irrevocable", "db").returncode == 1
        for words in ([], ["db/creds/"]):
            assert json.loads(run(server, "lease", "list", "-format=json", *words).stdout) == ["db/", "auth/"]


@pytest.mark.parametrize(("flags", "sync"), [([], False), (["-sync"], True)])
def test_leases_of_an_entity_end(flags: list[str], sync: bool) -> None:
    """With a note if there was none."""
    with answering({}, otherwise={"warnings": ["the entity has no lease"]}) as server:
        done = run(server, "lease", "revoke-entity", *flags, "e-1")
    assert server.asked == ["PUT /v1/sys/leases/revoke-entity/e-1"]
    assert server.bodies == [{"sync": sync}]
    assert "the entity has no lease" in done.stderr
    assert done.returncode == 0
