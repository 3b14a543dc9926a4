"""The audit bracket around a request: before anything happens, after the commit, once each, for every request."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strongroom.sdk import Request
from tests.flow.node import TestNode

READS = 'path "probe/rows/a" { capabilities = ["read"] }'


def pairs(node: TestNode) -> list[tuple[str, str]]:
    """The paths of all entries, checked to come as request and response of one id each."""
    entries = node.recorder.entries
    requests, responses = entries[::2], entries[1::2]
    assert [entry["type"] for entry in requests] == ["request"] * len(requests)
    assert [entry["type"] for entry in responses] == ["response"] * len(requests)
    assert [e["request"]["id"] for e in requests] == [e["request"]["id"] for e in responses]
    return [(entry["request"]["operation"], entry["request"]["path"]) for entry in requests]


async def test_the_request_comes_before_effects_and_the_response_after_the_commit() -> None:
    """When the engine is called the request entry is written; when the response entry is, the row is in the store."""
    node = await (await TestNode.start()).audited()
    order: list[str] = []
    rows_before = len(node.rows())

    async def called(request: Request) -> None:
        order.append(f"engine after {len(node.recorder.lines)} entries")

    def written(entry: dict[str, Any]) -> None:
        order.append(f"{entry['type']} with {len(node.rows()) - rows_before} rows")

    node.probe.before, node.recorder.seen = called, written
    await node.ok("POST", "probe/rows/a", {"text": "x"})
    assert order == ["request with 0 rows", "engine after 1 entries", "response with 1 rows"]


async def test_a_request_that_ran_several_times_is_audited_once() -> None:
    """Conflicts make the engine run again, up to the exclusive run, but never a second entry."""
    node = await (await TestNode.start()).audited()
    other = await node.peer()

    async def disturb(request: Request) -> None:
        if node.probe.runs <= 4:
            await other.ok("POST", "probe/rows/a", {"text": f"other {node.probe.runs}"})

    node.probe.after = disturb
    await node.ok("POST", "probe/rows/a", {"text": "mine"})
    assert node.probe.runs == 5
    assert pairs(node) == [("create", "probe/rows/a")]
    assert (await other.ok("GET", "probe/rows/a")).data == {"text": "mine"}


REQUESTS = [
    ("GET", "probe/rows/a", 404, "root"),
    ("GET", "probe/rows/a", 403, "denied"),
    ("GET", "probe/rows/a", 403, "hvs.unknown"),
    ("GET", "probe/rows/a", 403, ""),
    ("GET", "nowhere/a", 404, "root"),
    ("GET", "nowhere/a", 403, "denied"),
    ("GET", "probe/none", 404, "root"),
    ("DELETE", "probe/rows/a", 405, "root"),
    ("POST", "probe/rows/", 400, "root"),
    ("GET", "cubbyhole/../probe/rows/a", 307, None),
    ("POST", "auth/token/create", 400, "root"),
]


@pytest.mark.parametrize(("method", "path", "status", "token"), REQUESTS)
async def test_whatever_becomes_of_it_a_request_has_two_entries(
    method: str, path: str, status: int, token: str | None
) -> None:
    """Failed, denied, unknown tokens and paths, wrong verbs: one request entry, one response entry, with the error."""
    node = await (await TestNode.start()).audited()
    denied = await node.token('path "other" { capabilities = ["read"] }')
    node.recorder.lines.clear()
    used = {"denied": denied, "root": node.root}.get(token or "", token)
    sent = {"policies": 5, "ttl": "never"} if path == "auth/token/create" else {} if method == "POST" else None
    assert (await node.ask(method, path, sent, used)).status == status
    assert len(pairs(node)) == (0 if status == 307 else 1)
    failed = [bool(entry.get("error")) for entry in node.recorder.entries]
    if status == 403:
        assert failed == [True, True]  # known before anything is asked of an engine
    elif failed:
        assert failed[1] == (path != "probe/rows/a" or status == 405)  # an absent row is no error


async def test_without_a_request_entry_nothing_happens() -> None:
    """When no device takes the request entry: 500, the engine isn't called, nothing is written."""
    node = await (await TestNode.start()).audited()
    revision = (await node.store.synced()).number
    node.recorder.failing = lambda entry: True
    answer = await node.ask("POST", "probe/rows/a", {"text": "x"})
    assert (answer.status, answer.errors) == (500, ["failed to audit request, cannot continue"])
    assert node.probe.runs == 0
    assert (await node.store.synced()).number == revision


async def test_without_a_request_entry_nobody_logs_in() -> None:
    """A login that no device took, right or wrong, leaves no row: no token, no entity, no count of failures."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    before = node.rows()
    node.recorder.failing = lambda entry: entry["type"] == "request"
    for path, sent in (("probe/open/ann", {}), ("auth/userpass/login/ann", {"password": "right"})):
        answer = await node.ask("POST", path, sent, token="")
        assert (answer.status, answer.errors) == (500, ["failed to audit request, cannot continue"])
    refused = await node.ask("POST", "auth/userpass/login/ann", {"password": "wrong"}, token="")
    assert refused.status == 500
    assert node.probe.runs == 0
    assert node.rows() == before
    node.recorder.failing = lambda entry: False
    await node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, token="")
    assert node.rows().keys() > before.keys()


async def test_without_a_response_entry_nothing_is_answered() -> None:
    """When no device takes the response entry: 500 without the secret, and the effect stands."""
    node = await (await TestNode.start()).audited()
    node.recorder.failing = lambda entry: entry["type"] == "response"
    answer = await node.ask("POST", "probe/rows/a", {"text": "kept"})
    assert (answer.status, answer.errors) == (500, ["failed to audit request, cannot continue"])
    refused = await node.ask("GET", "probe/rows/a")
    assert refused.status == 500
    assert "kept" not in str(refused)
    node.recorder.failing = lambda entry: False
    assert (await node.ok("GET", "probe/rows/a")).data == {"text": "kept"}


async def test_a_fault_of_ours_is_audited_and_told_to_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    """An exception that nobody foresaw is a 500 with two entries; its text, which may hold a secret, goes nowhere."""
    node = await (await TestNode.start()).audited()

    async def fault(request: Request) -> None:
        raise ValueError("canary-in-a-fault")

    node.probe.before = fault
    answer = await node.ask("POST", "probe/rows/a", {"text": "canary-in-data"})
    assert (answer.status, answer.errors) == (500, ["internal error"])
    assert pairs(node) == [("create", "probe/rows/a")]
    seen = capfd.readouterr()
    assert "ValueError at node.py" not in str(answer)
    assert "ValueError" in seen.out + seen.err
    assert "canary" not in seen.out + seen.err + str(answer) + str(node.recorder.lines)
    node.probe.before = node.probe.after
    assert (await node.ask("GET", "probe/rows/a")).status == 404


async def test_a_request_that_takes_too_long_is_closed() -> None:
    """One that the listener cancels has its second entry, too, and no effect."""
    node = await (await TestNode.start()).audited()
    started = asyncio.Event()

    async def hang(request: Request) -> None:
        started.set()
        await asyncio.Event().wait()

    node.probe.after = hang
    asked = asyncio.create_task(node.ask("POST", "probe/rows/a", {"text": "x"}))
    await started.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert pairs(node) == [("create", "probe/rows/a")]
    assert node.recorder.entries[1]["error"]
    node.probe.after = node.probe.existing
    assert (await node.ask("GET", "probe/rows/a")).status == 404
