"""New shares and a new root key under real processes: every worker follows, and so does one that comes later."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.node import Node, alive, running, wait_until

__all__ = ["postgresql_server"]

POSTGRESQL = """
workers = {workers}
storage "postgresql" {
  connection_url = "URL"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""

_FOLLOWED = "the root key was replaced"


@pytest.fixture
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node of two workers, unsealed by two of three shares."""
    with running(Node(tmp_path_factory.mktemp("rekey"), workers_wanted=2)) as node:
        node.ready(3, 2)
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "kv/a", {"value": "before"})
        yield node


def rekey(node: Node) -> list[str]:
    """Make new shares, each request on a connection of its own, so that any worker answers; the former shares."""
    former = node.keys
    begun = node.ok("POST", "sys/rotate/root/init", {"secret_shares": 3, "secret_threshold": 2}).data
    for key in former[:2]:
        state = node.ok("GET", "sys/rotate/root/init").data
        assert state["nonce"] == begun["nonce"]
        given = node.ok("POST", "sys/rotate/root/update", {"key": key, "nonce": begun["nonce"]}).data
    node.keys = given["keys"]
    return former


def follow(node: Node, told: int) -> None:
    """Wait until the supervisor, which was told so often before, is told of a new root key."""
    wait_until(lambda: node.log_text().count(_FOLLOWED) > told, "the idle node doesn't follow")


def replace_workers(node: Node) -> None:
    """Kill every worker, and wait until others serve in their place."""
    before = node.workers()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in before), "they live on")
    wait_until(lambda: len(node.workers()) == len(before), "nobody takes their place")
    wait_until(lambda: _serves(node), lambda: f"it doesn't serve:\n{node.log_text()[-3000:]}")


def _serves(node: Node) -> bool:
    try:
        return all(node.call("GET", "kv/a").status == 200 for _ in range(6))
    except OSError:
        return False


def test_status_and_shares_are_one_on_all_workers(node: Node) -> None:
    """Whichever worker is asked, it tells of one attempt, and the shares given to any of them add up."""
    connections = [node.connect() for _ in range(12)]
    assert len(node.held_by(connections)) == 2
    begun = node.ok("POST", "sys/rotate/root/init", {"secret_shares": 1, "secret_threshold": 1}).data
    node.ok("POST", "sys/rotate/root/update", {"key": node.keys[0], "nonce": begun["nonce"]})
    for connection in connections:
        state = connection.call("GET", "sys/rotate/root/init", None, node.token).data
        assert (state["nonce"], state["progress"]) == (begun["nonce"], 1)
        connection.close()


def test_a_worker_that_comes_after_a_rekeying_opens(node: Node) -> None:
    """Killed at once after the answer, or later: those that replace them have the new root key; a restart too."""
    rekey(node)
    replace_workers(node)
    node.ok("POST", "sys/rotate/root")
    node.ok("POST", "sys/rotate")
    replace_workers(node)
    wait_until(lambda: node.log_text().count(_FOLLOWED) == 2, "the supervisor was not told")
    assert node.ok("GET", "kv/a").data == {"value": "before"}
    node.restart()
    node.unseal()
    assert node.ok("GET", "kv/a").data == {"value": "before"}


def test_former_shares_open_nothing(node: Node) -> None:
    """After a restart the shares of before are refused, those of now unseal."""
    former = rekey(node)
    node.restart()
    for key in former[:2]:
        answer = node.call("PUT", "sys/unseal", {"key": key})
    assert answer.status == 400
    assert node.call("GET", "sys/seal-status").json["sealed"] is True
    node.unseal()
    assert node.ok("GET", "kv/a").data == {"value": "before"}


def test_sealing_ends_an_attempt(node: Node) -> None:
    """What was begun, and the shares given to it, are gone with the memory of the node."""
    begun = node.ok("POST", "sys/generate-root-token/attempt", {}).data
    node.ok("POST", "sys/generate-root-token/update", {"key": node.keys[0], "nonce": begun["nonce"]})
    assert node.seal().status == 204
    node.unseal()
    assert node.ok("GET", "sys/generate-root-token/attempt").data["started"] is False


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgresqlServer) -> Iterator[tuple[Node, Node]]:
    """Two nodes of two workers each on one database."""
    config = POSTGRESQL.replace("URL", postgresql_server.url)
    nodes = [Node(tmp_path_factory.mktemp(name), config=config, workers_wanted=2) for name in ("one", "two")]
    with running(nodes[0]) as one, running(nodes[1]) as two:
        one.ready(3, 2)
        two.join(one)
        one.ok("POST", "sys/mounts/kv", {"type": "kv"})
        one.ok("POST", "kv/a", {"value": "before"})
        yield one, two


def test_shares_belong_to_one_node(pair: tuple[Node, Node]) -> None:
    """Another node knows nothing of an attempt, as the documentation says."""
    one, two = pair
    begun = one.ok("POST", "sys/rotate/root/init", {"secret_shares": 1, "secret_threshold": 1}).data
    assert two.ok("GET", "sys/rotate/root/init").data["started"] is False
    assert two.call("POST", "sys/rotate/root/update", {"key": one.keys[0], "nonce": begun["nonce"]}).status == 400
    one.ok("DELETE", "sys/rotate/root/init")


def test_another_node_goes_on(pair: tuple[Node, Node]) -> None:
    """A node that was asked nothing meanwhile serves, its workers can be replaced, and it rekeys itself in turn."""
    one, two = pair
    for _ in range(2):
        told = two.log_text().count(_FOLLOWED)
        rekey(one)
        one.ok("POST", "sys/rotate")
        two.keys = one.keys
        follow(two, told)
        replace_workers(two)
        two.ok("POST", "kv/a", {"value": "from two"})
        assert one.ok("GET", "kv/a").data == {"value": "from two"}
        one, two = two, one
    replace_workers(two)
    one.restart()
    one.unseal()
    assert one.ok("GET", "kv/a").data == {"value": "from two"}
