"""`hvac` as programs and test suites use it: a server started as `vault`, policies from dictionaries, plain answers."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
import requests
from hvac import adapters, exceptions

from tests.conformance.clients.test_hvac import as_token, fresh, kv1, kv2
from tests.conformance.clients.test_hvac_system import Start, start
from tests.conformance.listener import certificates
from tests.conformance.program import OURS, START_TIMEOUT_S, Program
from tests.conformance.servers import Server
from tests.ports import free_port

__all__ = ["kv1", "kv2", "start"]


@contextlib.contextmanager
def started(program: Path, config: Path) -> Iterator[None]:
    """Run a server until the block ends, which kills it at once, as a test suite does that has what it wanted."""
    command = [program, "server", f"-config={config}"]
    supervisor = Program.start(command, config.parent, config.parent / "server.log").process
    try:
        yield
    finally:
        supervisor.kill()
        supervisor.wait()


def wait_until_gone(port: int) -> None:
    """Wait until the workers of a supervisor that was killed have followed it: what they accept is cut off."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("localhost", port), 5).close()
        except ConnectionRefusedError:
            return
        except OSError:
            pass  # cut off
        assert time.monotonic() < deadline
        time.sleep(0.02)


def initialised(client: hvac.Client) -> bool:
    """Whether the server is initialised, as soon as it answers at all."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            return bool(client.sys.is_initialized())
        except requests.exceptions.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_started_as_vault(tmp_path: Path) -> None:
    """Started as `vault` from JSON with old names, over TLS, it opens by five keys; killed, its port is free again."""
    pair = certificates.make(tmp_path, "localhost")
    port = free_port()
    listener = {"address": f"localhost:{port}", "tls_cert_file": str(pair.cert), "tls_key_file": str(pair.key)}
    config = tmp_path / "server.json"
    config.write_text(
        json.dumps(
            {
                "backend": {"inmem": {}},
                "listener": {"tcp": listener},
                "disable_mlock": True,
                "default_lease_ttl": "768h",
                "max_lease_ttl": "768h",
            }
        )
    )
    program = tmp_path / "vault"
    program.symlink_to(OURS)
    for _ in range(2):
        found = hvac.Client(f"https://localhost:{port}", verify=str(pair.cert), cert=(str(pair.cert), str(pair.key)))
        with started(program, config):
            assert not initialised(found)
            made = found.sys.initialize(secret_shares=5, secret_threshold=3)
            # All five at once, though three open it: the rest are shares for a server that is open by then.
            assert found.sys.submit_unseal_keys(made["keys"])["sealed"] is False
            found.token = made["root_token"]
            assert found.auth.token.lookup_self()["data"]["policies"] == ["root"]
            assert found.sys.read_mount_configuration("sys")["data"]["max_lease_ttl"] == 768 * 3600
        found.adapter.close()
        wait_until_gone(port)


def test_health_codes(start: Start, tmp_path: Path) -> None:
    """Callers choose the codes of a server that isn't initialised, of one that is sealed, and of one that serves."""
    with start(tmp_path) as server:
        client = hvac.Client(url=server.url)
        codes = {"uninit_code": 230, "sealed_code": 231, "standby_code": 232, "active_code": 232, "method": "GET"}
        answer = client.sys.read_health_status(**codes)
        assert (answer.status_code, answer.json()["initialized"]) == (230, False)
        made = client.sys.initialize(secret_shares=1, secret_threshold=1)
        answer = client.sys.read_health_status(**codes)
        assert (answer.status_code, answer.json()["sealed"]) == (231, True)
        client.sys.submit_unseal_key(made["keys"][0])
        assert client.sys.read_health_status(**codes).status_code == 232


@pytest.mark.parametrize("pretty", [True, False])
def test_policy_from_a_dictionary(server: Server, client: hvac.Client, kv1: str, pretty: bool) -> None:
    """A policy that is written as JSON is kept as it was sent, and counts."""
    name = fresh("policy")
    rules = {"path": {f"{kv1}/open/*": {"capabilities": ["read", "update"]}, f"{kv1}/shut": {"policy": "deny"}}}
    client.sys.create_or_update_acl_policy(name, rules, pretty_print=pretty)
    kept = client.sys.read_acl_policy(name)["data"]
    assert (kept["name"], json.loads(kept["policy"])) == (name, rules)
    assert ("\n" in kept["policy"]) is pretty
    assert client.get_policy(name, parse=False) == kept["policy"]
    limited = as_token(server, client.auth.token.create(policies=[name])["auth"]["client_token"])
    client.secrets.kv.v1.create_or_update_secret("open/a", {"v": 1}, mount_point=kv1)
    assert limited.read(f"{kv1}/open/a")["data"] == {"v": 1}
    with pytest.raises(exceptions.Forbidden):
        limited.read(f"{kv1}/shut")


def test_plain_answers(server: Server, client: hvac.Client, kv1: str) -> None:
    """With the adapter of plain answers, statuses are what the API's documents say."""
    found = hvac.Client(url=server.url, token=server.token, adapter=adapters.RawAdapter)
    path = f"{kv1}/a/b"
    statuses = [
        found.write_data(path, data={"v": 1}).status_code,
        found.read(path).status_code,
        found.list(f"{kv1}/a").status_code,
    ]
    assert statuses == [204, 200, 200]
    found.delete(path)
    found.delete(path)
    assert found.read(path) is None
    assert found.list(f"{kv1}/a") is None
    assert found.sys.read_health_status(method="GET").json()["sealed"] is False


def test_a_deleted_version(client: hvac.Client, kv2: str) -> None:
    """What is left of a deleted version comes with the error, whose text is that document and nothing else."""
    engine = client.secrets.kv.v2
    engine.create_or_update_secret("gone", {"v": 1}, mount_point=kv2)
    engine.delete_latest_version_of_secret("gone", mount_point=kv2)
    with pytest.raises(exceptions.InvalidPath) as missing:
        engine.read_secret_version("gone", mount_point=kv2, raise_on_deleted_version=True)
    assert missing.value.text == missing.value.text.strip()
    assert json.loads(missing.value.text)["data"]["metadata"]["deletion_time"]
    left = engine.read_secret_version("gone", mount_point=kv2, raise_on_deleted_version=False)["data"]
    assert (left["data"], left["metadata"]["version"]) == (None, 1)
    with pytest.raises(exceptions.InvalidPath) as never:
        engine.read_secret_version("never", mount_point=kv2, raise_on_deleted_version=False)
    assert never.value.errors == []


def test_logout(server: Server, client: hvac.Client) -> None:
    """Logging out forgets the token, and revokes it if asked to."""
    for revoke in (False, True):
        token = client.auth.token.create(policies=["default"])["auth"]["client_token"]
        visitor = as_token(server, token)
        visitor.logout(revoke_token=revoke)
        assert not visitor.is_authenticated()
        assert as_token(server, token).is_authenticated() is not revoke


def test_fields_of_vault(ours: Server) -> None:
    """A node by itself leads, and answers with the fields that Vault documents and the reference server leaves out."""
    found = hvac.Client(url=ours.url)
    assert found.seal_status["build_date"] == found.seal_status["commit_date"]
    assert found.sys.read_leader_status() == {
        "ha_enabled": False,
        "is_self": True,
        "leader_address": "",
        "leader_cluster_address": "",
        "performance_standby": False,
        "performance_standby_last_remote_wal": 0,
    }
