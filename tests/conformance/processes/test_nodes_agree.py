"""Two nodes of two workers each on one PostgreSQL: both serve everything, and neither lags behind the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from tests.conformance.events.following import Follower
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes import counted_once
from tests.conformance.processes.agreement import CLAIMS, Everyone, everyone, new_token
from tests.conformance.processes.node import Node, running, wait_until

__all__ = ["postgresql_server"]

CONFIG = """
workers = {workers}
storage "postgresql" {
  connection_url = "URL"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""
CONNECTIONS = 14
"""With two workers, the chance that one of them holds none of these is one in eight thousand."""


@pytest.fixture(scope="module")
def nodes(postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    """Two unsealed nodes; the first initialised the store."""
    config = CONFIG.replace("URL", postgresql_server.url)
    one = Node(tmp_path_factory.mktemp("one"), config, workers_wanted=2)
    two = Node(tmp_path_factory.mktemp("two"), config, workers_wanted=2)
    with running(one), running(two):
        one.ready(3, 2)
        two.start()
        two.keys, two.threshold, two.token = one.keys, one.threshold, one.token
        assert two.call("GET", "sys/seal-status").json["initialized"]
        assert two.call("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1}).status == 400
        two.unseal()
        one.ok("POST", "sys/mounts/kv", {"type": "kv"})
        counted_once.prepare(one)
        yield one, two


@pytest.mark.parametrize("turned", [False, True], ids=["first-writes", "second-writes"])
@pytest.mark.parametrize("claim", CLAIMS)
def test_the_next_request_on_the_other_node_sees_it(
    nodes: tuple[Node, Node], claim: Callable[[Node, Everyone], None], turned: bool
) -> None:
    """Either node makes the change, and every worker of the other obeys it in its next answer."""
    writer, reader = reversed(nodes) if turned else nodes
    with everyone(reader, CONNECTIONS) as readers:
        claim(writer, readers)


@pytest.mark.parametrize("claim", counted_once.CLAIMS)
def test_what_counts_once(nodes: tuple[Node, Node], claim: Callable[[counted_once.Nodes], None]) -> None:
    """Certificates, one-time passwords and codes, asked for at both nodes at the same time."""
    claim(nodes)


def test_sealing_one_node_leaves_the_other_open(nodes: tuple[Node, Node]) -> None:
    """The seal state is a node's own; what the other writes meanwhile is there after unsealing."""
    one, two = nodes
    assert two.seal().status == 204
    assert two.call("GET", "kv/meanwhile").status == 503
    one.ok("POST", "kv/meanwhile", {"value": 1})
    two.unseal()
    assert two.ok("GET", "kv/meanwhile").data == {"value": 1}


def test_a_token_of_a_killed_node_is_good_at_the_other(nodes: tuple[Node, Node]) -> None:
    """Nothing acknowledged lives in a node's memory alone."""
    one, two = nodes
    token = new_token(two, "root")
    two.ok("POST", "kv/last", {"value": "words"}, token)
    two.kill()
    assert one.ok("GET", "kv/last", token=token).data == {"value": "words"}
    two.start()
    two.unseal()
    assert two.ok("GET", "kv/last", token=token).data == {"value": "words"}
    assert "canary-of-the-url" not in two.log_text() + one.log_text()


def test_subscribers_of_one_node_learn_of_changes_of_the_other(nodes: tuple[Node, Node]) -> None:
    """Both nodes write the same secrets at the same time; who follows either sees each version once, in order."""
    one, two = nodes
    one.ok("POST", "sys/mounts/told", {"type": "kv", "options": {"version": "2"}})
    followers = [Follower(one), Follower(two)]
    assert all(follower.ready.wait(30) for follower in followers)

    def write(node: Node) -> None:
        for number in range(40):
            node.ok("POST", f"told/data/{number % 3}", {"data": {}})

    writers = [threading.Thread(target=write, args=(node,)) for node in (one, two, one)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    try:
        wait_until(
            lambda: all(len(follower.seen) >= 120 for follower in followers),
            lambda: str([(len(follower.seen), follower.refused) for follower in followers]),
            30,
        )
    finally:
        for follower in followers:
            follower.stop()
    for follower in followers:
        for name in range(3):
            versions = [version for path, version in follower.seen if path == f"told/data/{name}"]
            assert versions == list(range(1, len(versions) + 1))
        assert len(follower.seen) == 120
