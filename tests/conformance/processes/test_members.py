"""`operator members` on several nodes of one store."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.node import Node, running, wait_until
from tests.conformance.program import forked
from tests.conformance.servers import OURS

__all__ = ["postgresql_server"]

LISTENER = """
workers = {workers}
api_addr = "http://{address}"
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""


def _members(node: Node, *flags: str) -> str:
    words = [str(forked(OURS)), "operator", "members", f"-address=http://{node.address}", *flags]
    environment = {"VAULT_TOKEN": node.token, "HOME": "/nonexistent"}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout


def _listed(node: Node) -> set[str]:
    return {member["api_address"] for member in json.loads(_members(node, "-format=json"))["Nodes"]}


def _become(node: Node, addresses: set[str], patience_s: float) -> None:
    """Wait until the node knows just these members, and then ask the program, which is too slow to ask all the time."""

    def known() -> set[str]:
        time.sleep(0.2)  # as it takes up to a minute
        return {member["api_address"] for member in node.ok("GET", "sys/ha-status").data["nodes"]}

    wait_until(lambda: known() == addresses, lambda: _members(node), patience_s)
    assert _listed(node) == addresses


def _see_each_other(tmp_path: Path, storage: str, *, clustered: bool) -> None:
    one = Node(tmp_path / "one", storage + LISTENER, workers_wanted=2)
    two = Node(tmp_path / "two", storage + LISTENER, workers_wanted=2)
    with running(one), running(two):
        one.ready(1, 1)
        two.join(one)
        both = {f"http://{one.address}", f"http://{two.address}"}
        for node in (one, two):
            _become(node, both, 60.0)
            shown = _members(node)
            title = ("Host Name", "API Address", "Cluster Address", "Active Node", "Version", "Last Echo")
            assert all(name in shown.splitlines()[0] for name in title)
            assert len(shown.splitlines()) == 4
            leader = node.ok("GET", "sys/leader").json
            assert (leader["ha_enabled"], leader["is_self"]) == (clustered, True)
            assert leader["leader_address"] == (f"http://{node.address}" if clustered else "")
            health = node.call("GET", "sys/health")
            assert (health.status, health.json["standby"]) == (200, False)
        two.stop()
        _become(one, {f"http://{one.address}"}, 120.0)


def test_nodes_on_one_postgresql_see_each_other(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """Each of two nodes lists both, once each, and says that it leads; one that stopped is gone after a while."""
    storage = f'storage "postgresql" {{\n  connection_url = "{postgresql_server.url}"\n}}\n'
    _see_each_other(tmp_path, storage, clustered=True)


@pytest.mark.timeout(300)
def test_servers_on_one_sqlite_store_see_each_other(tmp_path: Path) -> None:
    """Two servers of one machine on one file are two members, though they have one host name."""
    _see_each_other(tmp_path, f'storage "sqlite" {{\n  path = "{tmp_path}/store"\n}}\n', clustered=False)
