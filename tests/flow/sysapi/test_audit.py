"""The audit log of a whole server."""

from __future__ import annotations

import json
import resource
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from strongroom.audit import chain
from strongroom.audit.entry import TEST_PATH
from strongroom.audit.forwarding import Forwarder
from strongroom.barrier.transaction import transact
from strongroom.server.node_settings import NodeSettings
from tests.flow.sysapi.system_server import Server
from tests.sim.audit_log import faults

CANARY = "canary-d41d8cd98f"


async def enable(server: Server, path: Path, name: str = "file", **options: str) -> None:
    """Enable a file device."""
    await server.ok("PUT", f"sys/audit/{name}", {"type": "file", "options": {"file_path": str(path), **options}})


def entries(path: Path) -> list[dict[str, Any]]:
    """Every entry of a log but the one that tried the device."""
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return [entry for entry in found if entry["request"]["path"] != TEST_PATH]


async def exercise(server: Server) -> None:
    """Requests of every kind, with secrets in every place that may hold one."""
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await server.ok("POST", "kv/a", {CANARY[:6]: CANARY, "list": [CANARY, {"deep": CANARY}], "big": 10**30})
    await server.ok("GET", "kv/a")
    wrapped = await server.ok("GET", "kv/a", headers={"x-vault-wrap-ttl": "60"})
    opened = await server.ok("POST", "sys/wrapping/unwrap", token=wrapped.body["wrap_info"]["token"])
    assert CANARY in str(opened.body)
    await server.ask("GET", "kv/a", token=CANARY)
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/ann", {"password": CANARY})
    login = await server.ok("POST", "auth/userpass/login/ann", {"password": CANARY}, token="")
    await server.ok("GET", "auth/token/lookup-self", token=login.body["auth"]["client_token"])
    await server.ask("POST", "sys/mounts/x", {"type": "kv", "config": {"default_lease_ttl": CANARY}})
    await server.ask("POST", "sys/tools/hash", {"format": CANARY})
    await server.ask("POST", "auth/userpass/login/ann", {"password": CANARY + "x"}, token="")


async def test_secrets_never_appear(tmp_path: Path) -> None:
    """Whatever the request: not in data, not in answers, not quoted by an error; with `log_raw` they do."""
    server = await Server.start()
    log, raw = tmp_path / "a.log", tmp_path / "raw.log"
    await enable(server, log)
    await enable(server, raw, "raw", log_raw="true")
    await exercise(server)
    text = log.read_text()
    assert CANARY not in text
    assert "root" not in [entry["request"].get("client_token") for entry in entries(log)]
    assert raw.read_text().count(CANARY) > 10


async def test_every_request_has_two_entries(tmp_path: Path) -> None:
    """Denied, failed and successful ones alike: a request entry, then a response entry with the same id."""
    server = await Server.start()
    log = tmp_path / "a.log"
    await enable(server, log)
    await exercise(server)
    found = [(entry["type"], entry["request"]["id"]) for entry in entries(log)]
    requests = [id_ for kind, id_ in found if kind == "request"]
    assert [("request", id_) for id_ in requests] == found[0::2]
    assert [("response", id_) for id_ in requests] == found[1::2]
    assert len(set(requests)) == len(requests) == 13


REQUEST_FIELDS = {
    "id",
    "client_id",
    "operation",
    "mount_point",
    "mount_type",
    "mount_accessor",
    "mount_running_version",
    "mount_class",
    "client_token",
    "client_token_accessor",
    "namespace",
    "path",
    "remote_address",
    "remote_port",
}
AUTH_FIELDS = {
    "client_token",
    "accessor",
    "display_name",
    "policies",
    "token_policies",
    "policy_results",
    "token_type",
    "token_issue_time",
}


async def test_the_fields_are_the_documented_ones(tmp_path: Path) -> None:
    """Reading and logging in have the fields that the reference server was measured to write, besides `chain`."""
    server = await Server.start()
    log = tmp_path / "a.log"
    await enable(server, log)
    await exercise(server)
    found = entries(log)
    read = next(e for e in found if e["type"] == "response" and e["request"]["operation"] == "read")
    assert read.keys() == {"time", "type", "auth", "request", "response", "chain"}
    assert read["auth"].keys() == AUTH_FIELDS
    assert read["request"].keys() == REQUEST_FIELDS
    assert read["response"]["data"]["list"][1]["deep"].startswith("hmac-sha256:")
    granting = [{"name": "root", "namespace_id": "root", "type": "acl"}]
    assert read["auth"]["policy_results"] == {"allowed": True, "granting_policies": granting}
    login = next(e for e in found if e["type"] == "response" and "login" in e["request"]["path"])
    assert login["auth"]["display_name"] == "userpass-ann"
    assert login["auth"]["metadata"] == {"username": "ann"}
    assert login["response"]["auth"] == login["auth"]
    assert "client_token" not in login["request"]
    wrapped = next(e for e in found if "wrap_info" in e.get("response", {}))
    assert "data" not in wrapped["response"]
    unknown = next(e for e in found if e.get("error") == "permission denied" and e["type"] == "request")
    assert unknown["auth"] == {"token_type": "default"}


async def test_headers_are_shown_when_configured(tmp_path: Path) -> None:
    """Only configured headers appear, as digests if so configured; the token's header never in clear."""
    server = await Server.start()
    log = tmp_path / "a.log"
    await server.ok("PUT", "sys/config/auditing/request-headers/X-One", {"hmac": True})
    await server.ok("PUT", "sys/config/auditing/request-headers/X-Two", {})
    await server.ok("PUT", "sys/config/auditing/request-headers/X-Vault-Token", {})
    await enable(server, log)
    await server.ok("GET", "sys/mounts", headers={"x-one": "1", "x-two": "2", "x-three": "3"})
    headers = entries(log)[0]["request"]["headers"]
    assert headers.keys() == {"x-one", "x-two", "x-vault-token"}
    assert headers["x-two"] == ["2"]
    assert headers["x-one"][0].startswith("hmac-sha256:")
    assert headers["x-vault-token"][0].startswith("hmac-sha256:")


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Cookie",
        "Proxy-Authorization",
        "X-Vault-Inline-Auth-Parameter-1",
        "X-Vault-MFA",
        "X-Vault-Token",
    ],
)
async def test_headers_with_credentials_are_always_digests(tmp_path: Path, name: str) -> None:
    """Whoever sets which headers are shown doesn't get at anybody's credentials by that."""
    server = await Server.start()
    log = tmp_path / "a.log"
    await server.ok("PUT", f"sys/config/auditing/request-headers/{name}", {"hmac": False})
    await enable(server, log)
    await server.ask("GET", "sys/mounts", headers={name.lower(): "canary"})
    assert "hmac-sha256:" in entries(log)[0]["request"]["headers"][name.lower()][0]
    assert "canary" not in log.read_text()


async def test_the_digest_is_what_audit_hash_tells(tmp_path: Path) -> None:
    """`sys/audit-hash` of a text is what stands for it in that device's log, and in no other's."""
    server = await Server.start()
    one, other = tmp_path / "1.log", tmp_path / "2.log"
    await enable(server, one, "one")
    await enable(server, other, "other")
    await server.ok("POST", "cubbyhole/a", {"value": CANARY})
    told = (await server.ok("POST", "sys/audit-hash/one", {"input": CANARY})).data["hash"]
    assert told in one.read_text()
    assert told not in other.read_text()


async def test_without_any_device_that_takes_it_nothing_is_answered(tmp_path: Path) -> None:
    """A full disk refuses the request with a 500 and no effect; once there is room, the next is served."""
    server = await Server.start()
    log = tmp_path / "a.log"
    await enable(server, log)
    await server.ok("POST", "cubbyhole/a", {"v": "1"})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        # The file may grow by half a line: what a disk does when it fills up.
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 200, limits[1]))
        refused = await server.ask("POST", "cubbyhole/a", {"v": "2"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert refused.status == 500
    assert (await server.ok("GET", "cubbyhole/a")).data == {"v": "1"}
    lines = log.read_text().splitlines()
    whole = [line for line in lines if line.endswith("}}")]
    assert len(whole) == len(lines) - 1
    assert all(json.loads(line) for line in whole)


async def test_one_failing_device_of_two_is_enough(tmp_path: Path) -> None:
    """A device whose directory goes away is logged about; the other one keeps the server serving."""
    server = await Server.start()
    gone, kept = tmp_path / "dir" / "gone.log", tmp_path / "kept.log"
    await enable(server, gone, "gone")
    await enable(server, kept, "kept")
    gone.unlink()
    gone.parent.rmdir()
    gone.parent.write_text("a file in the directory's place")
    assert server.node.unsealed is not None
    server.node.unsealed.audit.reopen()
    await server.ok("GET", "sys/mounts")
    before = len(entries(kept))
    await server.ok("GET", "sys/mounts")
    assert len(entries(kept)) == before + 2
    gone.parent.unlink()
    await server.ok("GET", "sys/mounts")
    assert len(entries(gone)) == 2


async def test_a_rotated_log_goes_on_in_a_new_file(tmp_path: Path) -> None:
    """After the file is moved away and devices are reopened, lines go to a new file, and the chain goes on."""
    server = await Server.start()
    log, old = tmp_path / "a.log", tmp_path / "a.log.1"
    await enable(server, log)
    await server.ok("GET", "sys/mounts")
    log.rename(old)
    await server.ok("GET", "sys/mounts")
    assert not log.exists()
    assert server.node.unsealed is not None
    server.node.unsealed.audit.reopen()
    await server.ok("GET", "sys/mounts")
    records = await transact(server.node.unsealed.barrier, server.node.unsealed.audit.records)
    key = chain.key_of(records[0].salt)
    first, second = old.read_bytes().splitlines(), log.read_bytes().splitlines()
    assert faults(key, first, second) == []
    assert faults(key, second)


async def test_a_device_that_cannot_work_is_refused(tmp_path: Path) -> None:
    """Enabling opens the file first; what can't be opened is no device, and the server goes on without it."""
    server = await Server.start()
    (tmp_path / "file").write_text("")
    refused = await server.ask(
        "PUT", "sys/audit/x", {"type": "file", "options": {"file_path": str(tmp_path / "file" / "below")}}
    )
    assert refused.status == 400
    assert "sanity check failed" in refused.error
    assert (await server.ok("GET", "sys/audit")).data == {}


async def test_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    """As with Vault: whoever looks for refusals in a log isn't shown each secret that nobody has written."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/v2", {"type": "kv", "options": {"version": "2"}})
    await enable(server, tmp_path / "a.log")
    for method, path in (("GET", "v2/data/none"), ("LIST", "v2/metadata/none"), ("GET", "cubbyhole/none")):
        assert (await server.ask(method, path)).status == 404
    assert [entry["request"]["path"] for entry in entries(tmp_path / "a.log") if entry.get("error")] == []
    assert (await server.ask("GET", "nowhere/none")).status == 404
    assert [entry["type"] for entry in entries(tmp_path / "a.log") if entry.get("error")] == ["response"]


async def test_a_file_is_of_one_device(tmp_path: Path) -> None:
    """By whatever name: with the lines of two in it, neither's could be told from forged ones."""
    server = await Server.start()
    (tmp_path / "d").mkdir()
    (tmp_path / "same").symlink_to(tmp_path / "d")
    await server.ok("PUT", "sys/audit/x", {"type": "file", "options": {"file_path": str(tmp_path / "d" / "a.log")}})
    options = {"path": str(tmp_path / "same" / "a.log")}
    refused = await server.ask("PUT", "sys/audit/y", {"type": "file", "options": options})
    assert (refused.status, refused.error) == (400, 'the file is that of the audit device "x/"')
    for path in ("one", "other"):
        await server.ok("PUT", f"sys/audit/{path}", {"type": "file", "options": {"file_path": "discard"}})


async def test_a_prefix_needs_the_configurations_leave(tmp_path: Path) -> None:
    """By default nobody writes a line of choice into a file; where it is allowed, each line begins with it."""
    wanted = {"type": "file", "options": {"file_path": str(tmp_path / "a.log"), "prefix": "ssh-ed25519 "}}

    server = await Server.start()
    answer = await server.ask("PUT", "sys/audit/file", wanted)
    assert answer.status == 400
    assert "allow_audit_log_prefixing" in str(answer.body)
    assert not (tmp_path / "a.log").exists()
    server = await Server.start(NodeSettings(audit_prefixes=True))
    await server.ok("PUT", "sys/audit/file", wanted)
    assert all(line.startswith("ssh-ed25519 {") for line in (tmp_path / "a.log").read_text().splitlines())


async def test_disabling_is_still_audited(tmp_path: Path) -> None:
    """The request that removes the last device is in its log, both halves; the next request isn't."""
    server = await Server.start()
    log = tmp_path / "a.log"
    await enable(server, log)
    await server.ok("DELETE", "sys/audit/file")
    await server.ok("GET", "sys/mounts")
    assert [(e["type"], e["request"]["operation"]) for e in entries(log)] == [
        ("request", "delete"),
        ("response", "delete"),
    ]
    assert not [link for link in Path("/proc/self/fd").iterdir() if _points_to(link, log)]


def _points_to(link: Path, path: Path) -> bool:
    try:
        return link.readlink() == path
    except OSError:
        return False


class Kept:
    """A target that keeps its lines."""

    at_once = 3

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def send(self, lines: Sequence[bytes]) -> int:
        """Keep them."""
        self.lines += lines
        return len(lines)

    def close(self) -> None:
        """Nothing to do."""


async def test_standard_output_is_reached_through_the_spool(tmp_path: Path) -> None:
    """Entries wait, `sys/metrics` says how much of which device, the forwarder delivers a chain that verifies."""
    server = await Server.start(NodeSettings(audit_spool_path=str(tmp_path / "spool")))
    await server.ok("PUT", "sys/audit/out", {"type": "file", "options": {"file_path": "stdout"}})
    for _ in range(3):
        await server.ok("GET", "sys/mounts")
    waiting = [
        gauge
        for gauge in (await server.ok("GET", "sys/metrics")).body["Gauges"]
        if gauge["Name"] == "vault.audit.spool_bytes"
    ]
    assert [(gauge["Labels"]["device"], gauge["Value"] > 3000) for gauge in waiting] == [("out/", True)]
    assert server.node.unsealed is not None
    records = await transact(server.node.unsealed.barrier, server.node.unsealed.audit.records)
    key = chain.key_of(records[0].salt)
    server.node.unsealed.audit.close()
    kept = Kept()
    Forwarder(tmp_path / "spool", lambda name, options: {"stdout": kept}[name]).drain(10)
    assert faults(key, kept.lines) == []
    assert len(kept.lines) == 1 + 2 * 4
    assert not any(path.is_dir() for path in (tmp_path / "spool").iterdir())


async def test_a_pipe_needs_a_spool_and_says_so(tmp_path: Path) -> None:
    """Without a directory for it the device is refused, with what to set."""
    server = await Server.start()
    refused = await server.ask("PUT", "sys/audit/out", {"type": "file", "options": {"file_path": "stdout"}})
    assert refused.status == 400
    assert "audit_spool_path" in refused.error


OLD_URLS = (
    ("GET", "auth/token/lookup/{}"),
    ("POST", "auth/token/lookup/{}"),
    ("POST", "auth/token/renew/{}"),
    ("PUT", "auth/token/revoke/{}"),
    ("DELETE", "auth/token/revoke/{}"),
    ("POST", "auth/token/revoke-orphan/{}"),
    ("LIST", "auth/token/lookup/{}"),
    ("POST", "auth/token/lookup-self/{}"),
    ("POST", "sys/wrapping/unwrap/{}"),
    ("GET", "sys/wrapping/lookup/{}"),
    ("POST", "sys/capabilities/{}"),
    ("POST", "sys/unseal/{}"),
    ("POST", "sys/rekey/update/{}"),
    ("GET", "sys/decode-token/{}"),
)
ANYWHERE = (("GET", "secret/{}"), ("GET", "kv/a/{}/b"), ("POST", "cubbyhole/{}"), ("GET", "nowhere/{}"))


async def test_a_token_in_a_path_is_never_in_clear(tmp_path: Path) -> None:
    """Old URLs hold tokens, of any look; elsewhere what looks like one is a digest too, in the entry's path as well."""
    server = await Server.start()
    log = tmp_path / "a.log"
    await enable(server, log)
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    chosen, accessor = "a-token-that-was-chosen", "accessorOfSomeToken"
    made = await server.ok("POST", "auth/token/create", {"id": chosen})
    assert made.body["auth"]["client_token"] == chosen
    real = (await server.ok("POST", "auth/token/create", {})).body["auth"]["client_token"]
    for token in (chosen, real):
        for method, path in OLD_URLS:
            await server.ask(method, path.format(token), {} if method == "POST" else None)
    for method, path in ANYWHERE:
        await server.ask(method, path.format(real), {"v": "1"} if method == "POST" else None)
    await server.ask("POST", f"auth/token/lookup-accessor/{accessor}")
    text = log.read_text()
    assert chosen not in text
    assert real not in text
    assert accessor not in text
    told = (await server.ok("POST", "sys/audit-hash/file", {"input": chosen})).data["hash"]
    assert f"auth/token/revoke/{told}" in [entry["request"]["path"] for entry in entries(log)]


async def test_accessors_in_paths_are_shown_where_the_device_shows_them(tmp_path: Path) -> None:
    """As everywhere in its entries."""
    server = await Server.start()
    log = tmp_path / "a.log"
    await enable(server, log, hmac_accessor="false")
    await server.ask("POST", "auth/token/revoke-accessor/accessorOfSomeToken")
    assert "auth/token/revoke-accessor/accessorOfSomeToken" in log.read_text()


async def test_a_declared_secret_is_hidden_whatever_it_is(tmp_path: Path) -> None:
    """A password sent as a number, or one whose field the mount is tuned to show, is a digest all the same."""
    server = await Server.start()
    log = tmp_path / "a.log"
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    tuned = {"audit_non_hmac_request_keys": ["password", "token_ttl"]}
    await server.ok("POST", "sys/auth/userpass/tune", tuned)
    await enable(server, log)
    await server.ok("POST", "auth/userpass/users/ann", {"password": 7431908265, "token_ttl": "1h"})
    await server.ok("POST", "auth/userpass/login/ann", {"password": "7431908265"}, token="")
    text = log.read_text()
    assert "7431908265" not in text
    assert '"token_ttl":"1h"' in text
