"""The four workers of one node: what one of them acknowledged, the others obey at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conformance.processes.agreement import CLAIMS, CONNECTIONS, Everyone, everyone, new_token
from tests.conformance.processes.node import Node, running
from tests.conformance.processes.wire import Connection


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with four workers and a mount."""
    with running(Node(tmp_path_factory.mktemp("workers"))) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        yield node


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_next_request_on_any_worker_sees_it(node: Node, claim: Callable[[Node, Everyone], None]) -> None:
    """Whatever worker made the change, and whatever the others had in their caches."""
    with everyone(node) as readers:
        claim(node, readers)


def test_a_worker_that_slept_meanwhile_sees_it(node: Node) -> None:
    """Many commits and a revocation later, a connection on which nothing was asked since gets today's answer."""
    token = new_token(node, "root")
    with everyone(node) as before:
        assert {answer.status for answer in before.ask("GET", "auth/token/lookup-self", token)} == {200}
        with node.connect() as writer:
            for value in range(300):
                assert writer.call("POST", "kv/slept", {"value": value}, node.token).status == 204
        node.ok("POST", "auth/token/revoke", {"token": token})
        assert {answer.data["value"] for answer in before.ask("GET", "kv/slept")} == {299}
        assert {answer.status for answer in before.ask("GET", "auth/token/lookup-self", token)} == {403}


def test_connections_reach_every_worker(node: Node) -> None:
    """What the other tests rest on: so many connections are spread over all four processes."""

    def answered(connections: list[Connection]) -> int:
        return sum(connection.call("GET", "sys/health").status == 200 for connection in connections)

    with everyone(node) as readers:
        assert answered(readers.connections) == CONNECTIONS
        assert len(node.held_by(readers.connections)) == 4
