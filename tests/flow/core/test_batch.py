"""Many reads in one request: each is authorised, counted and audited by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from strongroom.sysapi.system.paths import batch
from strongroom.testing import PluginServer

RULES = """path "sys/batch" { capabilities = ["update"] }
path "kv/a" { capabilities = ["read"] }
path "kv/" { capabilities = ["list"] }
path "sys/policies/acl" { capabilities = ["list"] }"""


async def stocked() -> PluginServer:
    """A server with two secrets."""
    server = await PluginServer.start(mounted=False)
    await server.mount("kv")
    for name in ("a", "b"):
        await server.ok("POST", f"kv/{name}", {"value": name})
    return server


async def asked(server: PluginServer, requests: Any, token: str = "root", path: str = "sys/batch") -> Any:
    """The answers of a batch."""
    return (await server.ok("POST", path, {"requests": requests}, token=token)).data["responses"]


async def test_each_has_its_own_answer() -> None:
    """What is allowed is answered as if it had come alone, and what isn't is refused alone."""
    server = await stocked()
    token = await server.token(RULES)
    requests = [
        {"path": "kv/a"},
        {"path": "kv/b"},
        {"path": "kv", "operation": "list", "data": {"limit": 1}},
        {"path": "/v1/kv/a", "operation": "read"},
        {"path": "kv/missing"},
        {"path": "nowhere/a"},
        {"path": "sys/policies/acl", "operation": "list", "data": {"limit": "2"}},
    ]
    first, denied, listed, again, *rest = await asked(server, requests, token)
    assert first["status"] == 200
    assert first["body"]["data"] == again["body"]["data"] == {"value": "a"}
    assert first["body"]["request_id"] != again["body"]["request_id"]
    assert denied["status"] == 403
    assert "permission denied" in denied["body"]["errors"][0]
    assert listed["body"]["data"] == {"keys": ["a"]}
    assert [one["status"] for one in rest] == [403, 403, 200]
    missing, nowhere = await asked(server, [{"path": "kv/missing"}, {"path": "nowhere/a"}])
    assert missing == {"status": 404, "body": {"errors": []}}
    assert nowhere["status"] == 404


async def test_a_batch_says_the_same_as_single_requests() -> None:
    """Status and body of each path, but for what differs with each request."""
    server = await stocked()
    paths = ["kv/a", "kv/x", "sys/mounts", "sys/policies/acl/default", "auth/token/lookup-self", "identity/entity/id/x"]
    for path, one in zip(paths, await asked(server, [{"path": path} for path in paths]), strict=True):
        alone = await server.ask("GET", path)
        assert one["status"] == alone.status, path
        assert {**(one["body"] or {}), "request_id": ""} == {**(alone.body or {}), "request_id": ""}, path


async def test_uses_are_counted_one_by_one() -> None:
    """A token for four requests has the batch and three of its reads; the last one is refused."""
    server = await stocked()
    token = await server.token(RULES, num_uses=4)
    answers = await asked(server, [{"path": "kv/a"}] * 5, token)
    assert sorted(one["status"] for one in answers) == [200, 200, 200, 403, 403]


async def test_each_counts_for_rate_limits() -> None:
    """Of a mount that may be asked three times a minute, a batch has three answers, and refusals for the rest."""
    server = await stocked()
    await server.ok("POST", "sys/quotas/rate-limit/few", {"path": "kv/", "rate": 3, "interval": "1m"})
    answers = await asked(server, [{"path": "kv/a"}] * 5)
    assert sorted(one["status"] for one in answers) == [200, 200, 200, 429, 429]


async def test_each_is_in_the_audit_log(tmp_path: Path) -> None:
    """Two entries of each read with an id of its own, the address and the accessor; and two of the batch."""
    server = await stocked()
    log = tmp_path / "audit.log"
    await server.ok("POST", "sys/audit/file", {"type": "file", "options": {"file_path": str(log)}})
    before = len(log.read_text().splitlines()) if log.exists() else 0
    await asked(server, [{"path": "kv/a"}, {"path": "kv/missing"}])
    entries = [json.loads(line) for line in log.read_text().splitlines()[before:]]
    found = [(entry["type"], entry["request"]["path"]) for entry in entries if "path" in entry.get("request", {})]
    for path in ("kv/a", "kv/missing", "sys/batch"):
        assert [type_ for type_, of in found if of == path] == ["request", "response"], path
    assert len({entry["request"]["id"] for entry in entries if entry["request"]["path"].startswith("kv/")}) == 2
    assert len({entry["request"]["remote_address"] for entry in entries}) == 1
    assert '"a"' not in log.read_text().replace('"value":"a"', "")


@pytest.mark.parametrize(
    ("requests", "text"),
    [
        ([], "empty"),
        (None, "empty"),
        ("kv/a", "no list"),
        ([{"path": "kv/a"}] * 101, "100 requests at the most"),
        ([{"path": "kv/a"}] * 10_000, "this one has 10000"),
        ([{"path": "sys/batch"}], "a batch itself"),
        ([{"path": "/v1/sys/batch/"}], "a batch itself"),
        ([{"path": "ns/sys/batch"}], "a batch itself"),
        (["kv/a"], "requests[0]"),
        ([{"path": "kv/a"}, {"path": ""}], "requests[1]"),
        ([{"path": 7}], "requests[0]"),
        ([{"path": "kv/a", "operation": "update"}], "changes nothing"),
        ([{"path": "kv/a", "operation": "delete"}], "changes nothing"),
        ([{"path": "kv/a", "token": "root"}], "'token'"),
        ([{"path": "kv/a", "data": ["x"]}], "data has to be"),
        ([{"path": "kv/a", "data": {"x": {"y": 1}}}], "data has to be"),
    ],
)
async def test_a_batch_that_is_wrong_does_nothing(requests: Any, text: str) -> None:
    """It is refused as a whole, and says which request is wrong."""
    server = await stocked()
    answer = await server.ask("POST", "sys/batch", {"requests": requests})
    assert answer.status == 400
    assert text in answer.error


@pytest.mark.parametrize(
    "path",
    ["kv/../sys/seal", "kv//a", "kv/./a", "sys/seal-status", "sys/health", "sys/metrics", "kv/a\x00", "sys/monitor"],
)
async def test_paths_that_no_batch_reads(path: str) -> None:
    """Each is refused by itself, and the others are read."""
    server = await stocked()
    refused, read = await asked(server, [{"path": path}, {"path": "kv/a"}])
    assert refused["status"] in {400, 404}
    assert refused["body"]["errors"]
    assert read["status"] == 200


async def test_help_and_writes_cannot_be_smuggled_in() -> None:
    """A parameter of the query makes no list of a read that policies allow, and no help."""
    server = await stocked()
    token = await server.token('path "sys/batch" { capabilities = ["update"] } path "kv/*" { capabilities = ["read"] }')
    (listed,) = await asked(server, [{"path": "kv/", "data": {"list": "true"}}], token)
    assert listed["status"] == 403


async def test_answers_have_a_budget() -> None:
    """When they take more than a batch may have, those that are left aren't asked, and say so."""
    server = await stocked()
    large = "x" * 1_000_000
    await server.ok("POST", "kv/large", {"value": large})
    answers = await asked(server, [{"path": "kv/large"}] * 40)
    got = [one for one in answers if one["status"] == 200]
    assert batch.ANSWER_BYTES // 1_000_000 <= len(got) <= batch.ANSWER_BYTES // 1_000_000 + 8
    assert "take more than" in answers[-1]["body"]["errors"][0]


async def test_namespaces() -> None:
    """Paths begin in the namespace of the batch, and lead to none above."""
    server = await stocked()
    await server.ok("POST", "sys/namespaces/a")
    await server.ok("POST", "a/sys/mounts/inner", {"type": "kv"})
    await server.ok("POST", "a/inner/x", {"value": "inside"})
    inside, above = await asked(server, [{"path": "inner/x"}, {"path": "kv/a"}], path="a/sys/batch")
    assert (inside["body"]["data"], above["status"]) == ({"value": "inside"}, 404)
    (further,) = await asked(server, [{"path": "a/inner/x"}])
    assert further["body"]["data"] == {"value": "inside"}


async def test_a_batch_can_be_wrapped() -> None:
    """As a whole; its reads aren't wrapped."""
    server = await stocked()
    headers = {"x-vault-wrap-ttl": "60"}
    wrapped = await server.ok("POST", "sys/batch", {"requests": [{"path": "kv/a"}]}, headers=headers)
    token = wrapped.body["wrap_info"]["token"]
    opened = await server.ok("POST", "sys/wrapping/unwrap", {"token": token})
    content = opened.body if isinstance(opened.body, dict) else json.loads(opened.body)
    assert content["data"]["responses"][0]["body"]["data"] == {"value": "a"}
