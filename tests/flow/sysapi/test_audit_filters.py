"""Filters, fallback, exclusions and formats of audit devices, with a whole server."""

from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from strongroom.audit import chain
from strongroom.audit.entry import TEST_PATH
from strongroom.audit.reading import Reading, plain
from strongroom.audit.strand import ChainKey
from strongroom.audit.verification import Verification
from strongroom.barrier.transaction import transact
from strongroom.server.node_settings import NodeSettings
from tests.flow.sysapi.system_server import Server
from tests.flow.sysapi.test_audit import enable, entries
from tests.sim.audit_log import faults


async def verified(server: Server, path: str, file: Path) -> int:
    """The number of a log's lines, all of which the chain proves."""
    assert server.node.unsealed is not None
    records = await transact(server.node.unsealed.barrier, server.node.unsealed.audit.records)
    (record,) = [record for record in records if record.path == path]
    lines = [plain(line) for line in file.read_bytes().splitlines(keepends=True)]
    assert faults(chain.key_of(record.salt), lines) == []
    return len(lines)


def said(file: Path) -> Counter[str]:
    """How often each path is in a log."""
    return Counter(entry["request"]["path"] for entry in entries(file))


async def test_entries_go_where_a_filter_takes_them_and_else_to_the_fallback(tmp_path: Path) -> None:
    """Each device has a chain of its own, without holes; reads that are answered again are in the same logs."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/secret", {"type": "kv"})
    logs = {name: tmp_path / name for name in ("all", "kv", "login", "rest")}
    await enable(server, logs["all"], "all")
    await enable(server, logs["kv"], "kv", filter='mount_type == "kv"')
    await enable(server, logs["login"], "login", filter="mount_point == auth/token and operation != update")
    await enable(server, logs["rest"], "rest", fallback="true")
    for log in logs.values():
        log.write_bytes(b"")
    await server.ok("POST", "secret/a", {"x": "y"})
    for _ in range(5):
        await server.ok("GET", "secret/a")
        await server.ok("GET", "auth/token/lookup-self")
        await server.ok("GET", "sys/mounts")
    await server.ask("GET", "nosuch/x")
    assert said(logs["kv"]) == {"secret/a": 12}
    assert said(logs["login"]) == {"auth/token/lookup-self": 10}
    assert said(logs["rest"]) == {"sys/mounts": 10, "nosuch/x": 2}
    assert said(logs["all"]) == said(logs["kv"]) + said(logs["login"]) + said(logs["rest"])


async def test_each_filtered_log_verifies(tmp_path: Path) -> None:
    """What a filter leaves out is in no chain of that device, so nothing is missing in it."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/secret", {"type": "kv"})
    kv, rest = tmp_path / "kv", tmp_path / "rest"
    await enable(server, kv, "kv", filter='path matches "^secret/"')
    await enable(server, rest, "rest", fallback="true")
    for number in range(5):
        await server.ok("POST", f"secret/{number}", {"x": "y"})
        await server.ok("GET", "sys/mounts")
    assert await verified(server, "kv/", kv) > 10
    assert await verified(server, "rest/", rest) > 10


async def test_an_entry_that_no_filter_takes_is_never_lost(tmp_path: Path) -> None:
    """Without a fallback, and without a device for all, every device gets it, and it is counted."""
    server = await Server.start()
    log = tmp_path / "kv"
    await enable(server, log, "kv", filter='mount_type == "kv"')
    for _ in range(4):
        await server.ok("GET", "sys/mounts")
    assert said(log)["sys/mounts"] == 8
    assert server.node.unsealed is not None
    assert server.node.unsealed.audit.missed >= 8


async def test_only_one_device_is_the_fallback(tmp_path: Path) -> None:
    """A second one is refused, and never has it a filter."""
    server = await Server.start()
    await enable(server, tmp_path / "a", "a", fallback="true")
    for options in ({"fallback": "true"}, {"fallback": "1", "filter": "path == x"}):
        body = {"type": "file", "options": {"file_path": str(tmp_path / "b"), **options}}
        refused = await server.ask("PUT", "sys/audit/b", body)
        assert refused.status == 400
    await server.ok("DELETE", "sys/audit/a")
    await enable(server, tmp_path / "b", "b", fallback="true")


async def test_what_is_excluded_is_in_no_entry_and_the_chain_holds(tmp_path: Path) -> None:
    """Also of reads that are answered again, and of long listings."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/secret", {"type": "kv"})
    log = tmp_path / "log"
    rules = [
        {"condition": '"/request/mount_type" == kv', "fields": ["/request/data", "/response/data"]},
        {"fields": ["/auth/policy_results"]},
    ]
    await enable(server, log, "log", exclude=json.dumps(rules))
    await server.ok("POST", "secret/a$b`", {"x": "y"})
    for _ in range(4):
        await server.ok("GET", "secret/a$b`")
    found = [entry for entry in entries(log) if entry["request"]["path"] == "secret/a$b`"]
    assert len(found) == 10
    assert not any("data" in entry["request"] or "data" in entry.get("response", {}) for entry in found)
    assert not any("policy_results" in entry["auth"] for entry in found)
    assert "$" not in log.read_text()
    assert await verified(server, "log/", log) > 10


@pytest.mark.parametrize("options", [{}, {"prefix": "@cee: "}])
async def test_the_format_jsonx(tmp_path: Path, options: dict[str, str]) -> None:
    """Each line is XML that Python's parser reads, and the chain of the JSON holds."""
    server = await Server.start(NodeSettings(audit_prefixes=True))
    log = tmp_path / "log"
    await enable(server, log, "log", format="jsonx", **options)
    for _ in range(3):
        await server.ok("GET", "sys/mounts")
    for line in log.read_text().splitlines():
        assert ET.fromstring(line.removeprefix(options.get("prefix", ""))).tag.endswith("}object")
    assert server.node.unsealed is not None
    if not options:
        assert await verified(server, "log/", log) == 1 + 2 * 3


async def test_the_test_entry_comes_whatever_the_filter_says(tmp_path: Path) -> None:
    """It shows that the device works; a filter that left it out would hide that it doesn't."""
    server = await Server.start()
    await enable(server, tmp_path / "log", "log", filter="path == x")
    (first, *_) = (tmp_path / "log").read_text().splitlines()
    assert json.loads(first)["request"]["path"] == TEST_PATH


async def test_a_device_without_a_test_entry(tmp_path: Path) -> None:
    """With `skip_test` its log begins with the first request."""
    server = await Server.start()
    await enable(server, tmp_path / "log", "log", skip_test="true")
    await server.ok("GET", "sys/mounts")
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [entry["request"]["path"] for entry in lines] == ["sys/mounts"] * 2


async def test_a_filter_by_namespace(tmp_path: Path) -> None:
    """Its path ends in a slash; root's is empty."""
    server = await Server.start()
    await server.ok("POST", "sys/namespaces/team", {})
    logs = {name: tmp_path / name for name in ("team", "root", "other")}
    await enable(server, logs["team"], "team", filter='namespace == "team/"')
    await enable(server, logs["root"], "root", filter='namespace == ""')
    await enable(server, logs["other"], "other", filter='namespace != "team/" and mount_point == sys')
    for log in logs.values():
        log.write_bytes(b"")
    await server.ok("GET", "sys/mounts", headers={"x-vault-namespace": "team"})
    await server.ok("GET", "sys/mounts")
    for name, namespace in (("team", "team/"), ("root", None), ("other", None)):
        assert [entry["request"]["namespace"].get("path") for entry in entries(logs[name])] == [namespace] * 2


async def test_a_filtered_and_shortened_log_with_a_prefix_verifies(tmp_path: Path) -> None:
    """As XML too: the check takes the prefix and the XML off, and nothing is missing."""
    server = await Server.start(NodeSettings(audit_prefixes=True))
    log = tmp_path / "log"
    exclude = json.dumps([{"fields": ["/auth", "/request/data"]}])
    options = {"prefix": "@cee: ", "format": "jsonx", "filter": "path contains sys", "exclude": exclude}
    await enable(server, log, "log", **options)
    for _ in range(5):
        await server.ok("GET", "sys/mounts")
    answer = await server.ok("GET", "sys/internal/audit/chain/log")
    (device,) = answer.body["data"]["devices"]
    key = ChainKey(base64.b64decode(device["chain_key"]), device["prefix"].encode(), {})

    def problems(lines: list[bytes]) -> list[str]:
        check = Verification([key])
        return [fault.problem for fault in check.file(Reading().lines(lines))] + list(check.finish().faults)

    lines = log.read_bytes().splitlines(keepends=True)
    assert len(lines) >= 11
    assert problems(lines) == []
    assert problems(lines[:3] + lines[4:]) != []
    assert problems([line.replace(b">read<", b">list<") for line in lines]) != []
    assert problems([*lines[:2], lines[2].replace(b"</json:object>", b"</json:object><json:object>", 1)]) != []
