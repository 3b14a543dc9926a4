"""The listeners of a real configuration, with real clients: TLS with an own authority, and a Unix socket."""

from __future__ import annotations

import json
import os
import ssl
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.listener.certificates import Pair, client_context, make
from tests.conformance.processes.node import Node, running
from tests.conformance.processes.wire import Connection, ConnectionBroken, Target
from tests.conformance.program import forked
from tests.conformance.servers import OURS, PEER
from tests.ports import free_port

NAME = "localhost"
CONFIG = """
workers = {workers}
storage "sqlite" {
  path = "{directory}/store"
}
listener "tcp" {
  address       = "{address}"
  tls_cert_file = "{directory}/localhost.pem"
  tls_key_file  = "{directory}/localhost.key"
}
listener "tcp" {
  address                            = "MUTUAL"
  tls_cert_file                      = "{directory}/localhost.pem"
  tls_key_file                       = "{directory}/localhost.key"
  tls_client_ca_file                 = "{directory}/authority.pem"
  tls_require_and_verify_client_cert = true
}
listener "unix" {
  address     = "{directory}/socket"
  socket_mode = "0600"
}
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """An authority of our own, whose files lie in the node's directory."""
    return make(tmp_path_factory.mktemp("listeners"), "authority", authority=True)


@pytest.fixture(scope="module")
def mutual() -> str:
    """The address of the listener that wants client certificates."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def node(authority: Pair, mutual: str) -> Iterator[Node]:
    """A node with two TLS listeners and a Unix socket, reached by TLS."""
    directory = authority.cert.parent
    make(directory, NAME, authority)
    node = Node(directory, CONFIG.replace("MUTUAL", mutual), workers_wanted=2)
    node.target = Target(node.address, client_context(authority.cert), NAME)
    with running(node):
        node.ready(3, 2)
        node.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
        yield node


@pytest.mark.parametrize("client", [PEER, OURS], ids=["bao", "strongroom"])
def test_command_lines_over_tls(node: Node, authority: Pair, client: Path) -> None:
    """They trust the authority that they are given, write and read; without it they refuse to speak."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        address = f"https://{NAME}:{node.address.rpartition(':')[2]}"
        environment = {"PATH": os.environ["PATH"], "HOME": str(node.directory), "VAULT_ADDR": address, **variables}
        environment |= {name.replace("VAULT_", "BAO_"): value for name, value in environment.items()}
        command = [str(forked(client)), *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=60)

    trusted = {"VAULT_CACERT": str(authority.cert), "VAULT_TOKEN": node.token}
    put = run("kv", "put", "-format=json", "-mount=kv", client.name, "over=tls", **trusted)
    assert put.returncode == 0, put.stderr
    got = run("kv", "get", "-format=json", "-mount=kv", client.name, **trusted)
    assert json.loads(got.stdout)["data"]["data"] == {"over": "tls"}
    distrusted = run("status", VAULT_TOKEN=node.token)
    assert distrusted.returncode == 1
    assert "certificate" in distrusted.stderr


def test_hvac_over_tls(node: Node, authority: Pair) -> None:
    """The Python client, verifying the server's certificate."""
    url = f"https://{NAME}:{node.address.rpartition(':')[2]}"
    client = hvac.Client(url=url, token=node.token, verify=str(authority.cert))
    try:
        assert client.is_authenticated()
        client.secrets.kv.v2.create_or_update_secret("hvac", {"over": "tls"}, mount_point="kv")
        read = client.secrets.kv.v2.read_secret_version("hvac", mount_point="kv", raise_on_deleted_version=True)
        assert read["data"]["data"] == {"over": "tls"}
    finally:
        client.adapter.close()


def test_a_listener_that_wants_client_certificates(node: Node, authority: Pair, mutual: str, tmp_path: Path) -> None:
    """A certificate of the authority opens it; none, or one of another authority, doesn't."""
    stranger = make(tmp_path, "stranger", authority=True)
    good = client_context(authority.cert, make(tmp_path, "good", authority))
    with Connection(Target(mutual, good, NAME)) as connection:
        assert connection.call("GET", "sys/health").status == 200
    for own in (None, make(tmp_path, "bad", stranger)):
        # In TLS 1.3 the client learns of it only when it reads.
        with pytest.raises((ssl.SSLError, ConnectionBroken)):
            with Connection(Target(mutual, client_context(authority.cert, own), NAME)) as connection:
                connection.call("GET", "sys/health")


def test_plain_http_on_a_tls_listener(node: Node) -> None:
    """Such a client is told in clear what is wrong, nothing more, and the listener goes on."""
    with Connection(node.address) as connection:
        answer = connection.call("GET", "sys/health")
        assert answer.status == 400
        assert b"HTTPS" in answer.body
        assert b"sealed" not in answer.body
    assert node.call("GET", "sys/health").status == 200


def test_a_unix_socket(node: Node) -> None:
    """Every worker serves on it, with the permissions of the configuration, after sealing and restarts too."""
    path = node.directory / "socket"
    target = Target(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def statuses() -> set[int]:
        found = set()
        for _ in range(8):
            with Connection(target) as connection:
                found.add(connection.call("GET", "kv/data/hvac", None, node.token).status)
        return found

    assert statuses() <= {200, 404}
    assert node.seal().status == 204
    assert statuses() == {503}
    node.unseal()
    assert statuses() <= {200, 404}
    node.restart()
    node.unseal()
    assert statuses() <= {200, 404}


def test_a_client_over_the_unix_socket(node: Node) -> None:
    """The command line of the reference takes a socket's path for an address."""
    environment = {"BAO_ADDR": f"unix://{node.directory}/socket", "BAO_TOKEN": node.token, "HOME": str(node.directory)}
    done = subprocess.run(
        [str(PEER), "status", "-format=json"], check=False, capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sealed"] is False
