"""`policy simulate`: what it takes from a log, and what it prints."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.unit.cli.answering import answering
from tests.unit.cli.policies.test_explain import run

DRAFT = 'path "a" { capabilities = ["read"] }'


def entry(path: str = "secret/data/a", *, type_: str = "request", operation: str = "read", **auth: Any) -> str:
    """A line of a log."""
    block = {"token_policies": ["web", "default"], "policies": ["web", "default"], **auth}
    asked = {"operation": operation, "path": path, "namespace": {"id": "root"}}
    return json.dumps({"time": "2026-01-01T00:00:00Z", "type": type_, "auth": block, "request": asked})


def _kind(path: str, count: int, **more: Any) -> dict[str, Any]:
    return {
        "operation": "read",
        "path": path,
        "namespace": "",
        "policies": ["default", "web"],
        "entity_id": "",
        "token_namespace": "",
        "count": count,
        **more,
    }


def test_each_kind_of_request_is_sent_once(tmp_path: Path) -> None:
    """Requests are counted over all files; answers, root's, what has no token, and other lines are passed over."""
    granted = {"allowed": True, "granting_policies": [{"name": "web", "namespace_id": "abcdef"}]}
    lines = [
        entry(),
        entry(),
        entry(type_="response"),
        entry("b", entity_id="e", policy_results=granted),
        entry(token_policies=["root"]),
        entry(operation="help"),
        json.dumps({"time": "", "type": "request", "auth": {"token_type": "default"}, "request": {"path": "x"}}),
        "no entry",
        "[]",
        json.dumps({"time": "", "type": "request", "auth": [], "request": "x"}),
    ]
    plain, packed, draft = tmp_path / "a.log", tmp_path / "b.log.gz", tmp_path / "web.hcl"
    plain.write_text("\n".join(lines) + "\n")
    packed.write_bytes(gzip.compress(entry().encode() + b"\n"))
    draft.write_text(DRAFT)
    changed = {"change": "newly denied", "count": 3, "operation": "read", "path": "secret/data/a", "policies": ["web"]}
    answer = {
        "data": {"requests": [changed], "totals": {"newly denied": 3, "unchanged": 1}},
        "warnings": ["there is no policy"],
    }
    with answering({}, otherwise=answer) as server:
        done = run(server, "simulate", "web", str(draft), str(plain), str(packed))
        assert server.asked == ["POST /v1/sys/policies/simulate"]
        requests = [_kind("secret/data/a", 3), _kind("b", 1, entity_id="e", token_namespace="abcdef")]
        assert server.bodies == [{"policies": {"web": DRAFT}, "requests": requests}]
    assert "2 lines are no entries" in done.stderr
    assert "there is no policy" in done.stderr
    rows = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert rows[2:] == ["newly denied 3 read secret/data/a web n/a", "", "3 newly denied, 1 unchanged"]


def test_deleting_and_many_kinds(tmp_path: Path) -> None:
    """Without a file for the draft it is deleted; a thousand kinds go at a time, and their counts add up."""
    log = tmp_path / "a.log"
    log.write_text("\n".join(entry(f"p{number}") for number in range(1500)) + "\n")
    with answering({}, otherwise={"data": {"requests": [], "totals": {"unchanged": 5}}}) as server:
        done = run(server, "simulate", "-format=json", "-delete", "web", str(log))
        assert json.loads(done.stdout) == {"requests": [], "totals": {"unchanged": 10}}
        assert [(body["policies"], len(body["requests"])) for body in server.bodies] == [
            ({"web": None}, 1000),
            ({"web": None}, 500),
        ]


def test_wrong_usage(tmp_path: Path) -> None:
    """Missing files are told before anything is asked."""
    with answering({}) as server:
        assert run(server, "simulate", "web", "web.hcl").returncode == 1
        assert run(server, "simulate", "web", str(tmp_path / "no.hcl"), "a.log").returncode == 2
        assert run(server, "simulate", "-delete", "web", str(tmp_path / "no.log")).returncode == 1
        assert server.asked == []
