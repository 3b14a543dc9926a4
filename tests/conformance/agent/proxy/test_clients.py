"""Clients that others wrote, served by the proxy over TCP, a Unix socket and TLS, without a token of their own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.agent.proxy.proxies import AUTO_AUTH, LISTENER, RunningProxy, ask, proxy, token_of
from tests.conformance.listener.certificates import make
from tests.conformance.program import OURS, PEER, environment
from tests.conformance.servers import Server, ours, peer
from tests.ports import free_port

__all__ = ["ours", "peer"]

UNIX = 'listener "unix" {\n  address = "{directory}/proxy.sock"\n  socket_mode = "0600"\n}\n'
TLS = """listener "tcp" {
  address = "127.0.0.1:%d"
  tls_cert_file = "{directory}/localhost.pem"
  tls_key_file = "{directory}/localhost.key"
}
"""


@dataclass(frozen=True)
class Listeners:
    """One proxy's, each as clients name it."""

    proxy: RunningProxy
    home: Path
    tcp: str
    unix: str
    tls: str
    authority: Path


@pytest.fixture(scope="module", params=["ours", "peer"])
def listeners(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listeners]:
    """Before each of the two servers."""
    server: Server = request.getfixturevalue(request.param)
    home = tmp_path_factory.mktemp("clients")
    authority = make(home, "ca", authority=True)
    make(home, "localhost", authority)
    (home / "token").write_text(token_of(server))
    body = {"data": {"password": "through the proxy"}}
    assert ask(server.address, "/v1/secret/data/clients", "POST", body, server.token).status == 200
    port = free_port()
    with proxy(home, server, LISTENER + UNIX + TLS % port + AUTO_AUTH + "cache {}\n") as running:
        yield Listeners(
            running, home, running.url, f"unix://{home}/proxy.sock", f"https://localhost:{port}", authority.cert
        )


def test_hvac(listeners: Listeners) -> None:
    """The Python client reads, writes, lists and logs in."""
    client = hvac.Client(url=listeners.tcp)
    read = client.secrets.kv.v2.read_secret_version("clients", raise_on_deleted_version=True)
    assert read["data"]["data"] == {"password": "through the proxy"}
    client.secrets.kv.v2.create_or_update_secret("by-hvac", {"a": "b"})
    assert "by-hvac" in client.secrets.kv.v2.list_secrets("")["data"]["keys"]
    made = client.auth.token.create(policies=["default"], ttl="1h")
    assert hvac.Client(url=listeners.tcp, token=made["auth"]["client_token"]).is_authenticated()
    with pytest.raises(hvac.exceptions.InvalidPath):
        client.secrets.kv.v2.read_secret_version("none", raise_on_deleted_version=True)


def test_hvac_by_tls(listeners: Listeners) -> None:
    """With the authority that the listener's certificate comes from."""
    client = hvac.Client(url=listeners.tls, verify=str(listeners.authority))
    assert client.secrets.kv.v2.read_secret_version("clients", raise_on_deleted_version=True)["data"]


@pytest.mark.parametrize("program", [PEER, OURS], ids=["bao", "strongroom"])
@pytest.mark.parametrize("kind", ["tcp", "unix", "tls"])
@pytest.mark.parametrize("flag", ["address", "agent-address"])
def test_command_lines(listeners: Listeners, program: Path, kind: str, flag: str) -> None:
    """Each program, over each kind of listener, reads a secret."""
    words = [str(program), "kv", "get", f"-{flag}={getattr(listeners, kind)}", "-format=json"]
    if kind == "tls":
        words.append(f"-ca-cert={listeners.authority}")
    done = subprocess.run(
        [*words, "secret/clients"],
        capture_output=True,
        env=environment(listeners.home),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["data"]["data"] == {"password": "through the proxy"}
