"""The server finds requests in its own log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flow.sysapi.system_server import Server
from tests.flow.sysapi.test_audit import enable

CANARY = "canary-5f4dcc3b5a"
LOGIN = "auth/userpass/login/ann"


async def searched(server: Server, **body: Any) -> list[str]:
    """The paths of the requests that are found, the newest first."""
    answer = await server.ok("POST", "sys/audit-search/file", body)
    assert (answer.data["before"], answer.data["left_bytes"], answer.data["unreadable"]) == ("", 0, 0)
    return [found["path"] for found in answer.data["requests"] if not found["path"].startswith("sys/")]


async def filled(tmp_path: Path, **options: str) -> tuple[Server, str]:
    """A server with a log of some requests, and the token of who logged in."""
    server = await Server.start()
    await enable(server, tmp_path / "a.log", **options)
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await server.ok("POST", "kv/a", {"password": CANARY})
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/ann", {"password": "pw"})
    login = await server.ok("POST", "auth/userpass/login/ann", {"password": "pw"}, token="")
    token = str(login.body["auth"]["client_token"])
    assert (await server.ask("GET", "kv/a", token=token)).status == 403
    assert (await server.ask("GET", "kv/gone")).status == 404
    return server, token


ALL = ["kv/gone", "kv/a", LOGIN, "auth/userpass/users/ann", "kv/a"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, ALL),
        ({"request_path": "kv/*"}, ["kv/gone", "kv/a", "kv/a"]),
        ({"request_path": ["kv/+"], "operation": "read"}, ["kv/gone", "kv/a"]),
        ({"outcome": "denied"}, ["kv/a"]),
        ({"outcome": "ok,denied", "request_path": "kv/a"}, ["kv/a", "kv/a"]),
        ({"name": "userpass-*"}, ["kv/a", LOGIN]),
        ({"policy": "root", "operation": "read"}, ["kv/gone"]),
        ({"value": CANARY}, ["kv/a"]),
        ({"value": "no such value"}, []),
        ({"remote_address": "198.51.100.0/24"}, []),
        ({"until": "1971-01-01"}, []),
    ],
)
async def test_what_is_found(tmp_path: Path, body: dict[str, Any], found: list[str]) -> None:
    """All of what is given has to hold, and of several values one; each request once."""
    server, _ = await filled(tmp_path)
    assert await searched(server, **body) == found


async def test_by_a_token_and_its_accessor(tmp_path: Path) -> None:
    """Which the log has as digests; what was looked for is in the log as a digest, too."""
    server, token = await filled(tmp_path)
    accessor = (await server.ok("GET", "auth/token/lookup-self", token=token)).data["accessor"]
    assert await searched(server, token=token) == ["auth/token/lookup-self", "kv/a", LOGIN]
    assert await searched(server, accessor=accessor) == ["auth/token/lookup-self", "kv/a", LOGIN]
    await searched(server, value=CANARY)
    text = (tmp_path / "a.log").read_text()
    assert (token in text, accessor in text, CANARY in text) == (False, False, False)


async def test_what_is_told_of_a_request(tmp_path: Path) -> None:
    """Who, from where, what and how it ended."""
    server, _ = await filled(tmp_path)
    answer = await server.ok("POST", "sys/audit-search/file", {"outcome": "denied"})
    (found,) = answer.data["requests"]
    told = {name: found[name] for name in ("outcome", "operation", "path", "display_name", "policies", "made_by")}
    assert told == {
        "outcome": "denied",
        "operation": "read",
        "path": "kv/a",
        "display_name": "userpass-ann",
        "policies": ["default"],
        "made_by": [],
    }
    assert "permission denied" in found["error"] and found["request_id"] and found["accessor"].startswith("hmac-")
    lines = [json.loads(line) for line in (tmp_path / "a.log").read_bytes().splitlines()]
    (logged,) = [line for line in lines if line["request"]["id"] == found["request_id"] and line["type"] == "request"]
    assert (found["time"], found["entity_id"]) == (logged["time"], logged["auth"]["entity_id"]) and found["entity_id"]
    assert answer.data["oldest"] == lines[0]["time"]


async def test_a_search_in_pieces(tmp_path: Path) -> None:
    """From the end on; before the first moment that is meant there is nothing to look for."""
    server, _ = await filled(tmp_path)
    log = tmp_path / "a.log"
    (asked,) = [
        line for line in map(json.loads, log.read_bytes().splitlines()) if line["request"]["path"] == "kv/gone"
    ][:1]
    with log.open("ab") as file:
        file.write(b"no entry of this server\n" * 200_000)
    await server.ok("GET", "kv/a")
    newest = (await server.ok("POST", "sys/audit-search/file", {"request_path": "kv/*"})).data
    assert [found["path"] for found in newest["requests"]] == ["kv/a"]
    assert (newest["unreadable"] > 100_000, 0 < newest["left_bytes"] < log.stat().st_size) == (True, True)
    older = (
        await server.ok("POST", "sys/audit-search/file", {"request_path": "kv/*", "before": newest["before"]})
    ).data
    assert [found["path"] for found in older["requests"]] == ["kv/gone", "kv/a", "kv/a"]
    assert (older["before"], older["left_bytes"]) == ("", 0)
    server.clock.advance(60)
    await server.ok("GET", "kv/a")
    since = (await server.ok("POST", "sys/audit-search/file", {"since": "30s", "request_path": "kv/*"})).data
    assert ([found["path"] for found in since["requests"]], since["before"], since["left_bytes"]) == (["kv/a"], "", 0)
    assert since["oldest"] >= asked["time"]


@pytest.mark.parametrize("options", [{"format": "jsonx"}, {"log_raw": "true"}])
async def test_other_forms_of_a_log(tmp_path: Path, options: dict[str, str]) -> None:
    """XML is turned back; a log without digests is found by what it says."""
    server, token = await filled(tmp_path, **options)
    assert await searched(server) == ALL
    assert await searched(server, token=token) == ["kv/a", LOGIN]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"since": "last week"}, '"last week" is no moment'),
        ({"remote_address": "here"}, "does not appear to be an IPv4 or IPv6 network"),
        ({"outcome": "good"}, '"good" is no outcome'),
        ({"value": ["x"] * 101}, "value has 100 values at most"),
        ({"request_path": ",".join(["x"] * 101)}, "request_path has 100 values at most"),
        ({"request_path": ["+/" * 513]}, "a request_path has 1024 characters at most"),
        ({"name": ["*a" * 513]}, "a name has 1024 characters at most"),
        ({"before": "1-1"}, "that place of the log is gone"),
    ],
)
async def test_what_is_refused(tmp_path: Path, body: dict[str, Any], error: str) -> None:
    """With the reason."""
    server, _ = await filled(tmp_path)
    refused = await server.ask("POST", "sys/audit-search/file", body)
    assert refused.status == 400 and error in refused.error


async def test_logs_that_cannot_be_searched(tmp_path: Path) -> None:
    """Of no device, and of one whose entries are in no file."""
    server, token = await filled(tmp_path)
    unknown = await server.ask("POST", "sys/audit-search/other")
    assert (unknown.status, unknown.error) == (400, 'unknown audit backend "other/"')
    await server.ok("PUT", "sys/audit/none", {"type": "file", "options": {"file_path": "discard"}})
    nowhere = await server.ask("POST", "sys/audit-search/none")
    assert (nowhere.status, nowhere.error) == (400, 'the entries of "discard" are in no file of this server')
    assert (await server.ask("POST", "sys/audit-search/file", {}, token=token)).status == 403


async def test_it_needs_sudo(tmp_path: Path) -> None:
    """Who asked for what is not for everybody who may read digests."""
    server, _ = await filled(tmp_path)
    policy = 'path "sys/audit-search/*" {{ capabilities = ["update"{}] }}'
    for more, status in (("", 403), (', "sudo"', 200)):
        await server.ok("PUT", "sys/policies/acl/searcher", {"policy": policy.format(more)})
        made = await server.ok("POST", "auth/token/create", {"policies": ["searcher"]})
        answer = await server.ask("POST", "sys/audit-search/file", {}, token=made.body["auth"]["client_token"])
        assert answer.status == status
