"""Namespaces with a seal of their own under real processes: what one does, every other one obeys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.agreement import everyone, statuses
from tests.conformance.processes.node import Node, running
from tests.conformance.processes.test_rekey import POSTGRESQL, replace_workers

__all__ = ["postgresql_server"]

_SEAL = 'seal "shamir" { shares = 3 threshold = 2 }'
_STANZA = _SEAL.replace("{ ", "{\n").replace(" threshold", "\n threshold").replace(" }", "\n}")


@pytest.fixture
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node of two workers."""
    with running(Node(tmp_path_factory.mktemp("namespace"), workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "kv/a", {"value": "root"})
        yield node


def make(node: Node) -> list[str]:
    """A namespace `t`, unsealed and with a value in it; its key shares."""
    shares: list[str] = node.ok("POST", "sys/namespaces/t", {"seal": _STANZA}).data["key_shares"]
    unseal(node, shares)
    node.ok("POST", "t/sys/mounts/kv", {"type": "kv"})
    node.ok("POST", "t/kv/a", {"value": "tenant"})
    return shares


def unseal(node: Node, shares: list[str]) -> None:
    """Hand in two shares, each on a connection of its own, so that any worker may get them."""
    for share in shares[:2]:
        state = node.ok("POST", "sys/namespaces/t/unseal", {"key": share}).data
    assert state["sealed"] is False


def test_every_worker_unseals_and_seals_at_once(node: Node) -> None:
    """After the answer to the last share all serve; after the answer to the sealing none does, however often."""
    shares = make(node)
    with everyone(node, 12) as workers:
        assert len(node.held_by(workers.connections)) == 2
        for _ in range(5):
            assert statuses(workers.ask("GET", "t/kv/a")) == {200}
            node.ok("POST", "sys/namespaces/t/seal")
            assert statuses(workers.ask("GET", "t/kv/a")) == {503}
            assert statuses(workers.ask("GET", "kv/a")) == {200}
            unseal(node, shares)
    assert node.ok("GET", "t/kv/a").data["value"] == "tenant"


def test_workers_that_come_later_serve_an_unsealed_namespace(node: Node) -> None:
    """They get its key before they listen, and don't get it once it was sealed."""
    shares = make(node)
    replace_workers(node)
    with everyone(node, 12) as workers:
        assert statuses(workers.ask("GET", "t/kv/a")) == {200}
    node.ok("POST", "sys/namespaces/t/seal")
    replace_workers(node)
    with everyone(node, 12) as workers:
        assert statuses(workers.ask("GET", "t/kv/a")) == {503}
    unseal(node, shares)
    assert node.ok("GET", "t/kv/a").data["value"] == "tenant"


def test_shares_meet_whichever_worker_they_come_to(node: Node) -> None:
    """The status is one on all workers."""
    shares = make(node)
    node.ok("POST", "sys/namespaces/t/seal")
    node.ok("POST", "sys/namespaces/t/unseal", {"key": shares[0]})
    with everyone(node, 12) as workers:
        assert {answer.data["progress"] for answer in workers.ask("GET", "sys/namespaces/t/seal-status")} == {1}


def test_sealing_the_node_takes_the_keys_of_namespaces(node: Node) -> None:
    """After the node was unsealed again, its namespaces still need their own shares."""
    shares = make(node)
    node.seal()
    node.settle(replaced=2)
    node.unseal()
    assert node.call("GET", "t/kv/a").status == 503
    assert node.ok("GET", "kv/a").data["value"] == "root"
    unseal(node, shares)
    assert node.ok("GET", "t/kv/a").data["value"] == "tenant"


def test_a_sealing_counts_on_all_nodes_at_once(
    postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each node is unsealed by itself; one request seals the namespace on all of them, for every worker."""
    config = POSTGRESQL.replace("URL", postgresql_server.url)
    with (
        running(Node(tmp_path_factory.mktemp("first"), config=config, workers_wanted=2)) as first,
        running(Node(tmp_path_factory.mktemp("second"), config=config, workers_wanted=2)) as second,
    ):
        first.ready()
        second.start()
        second.keys, second.threshold, second.token = first.keys, first.threshold, first.token
        second.unseal()
        shares = make(first)
        assert second.call("GET", "t/kv/a").status == 503
        unseal(second, shares)
        with everyone(second, 12) as others:
            for _ in range(5):
                assert statuses(others.ask("GET", "t/kv/a")) == {200}
                first.ok("POST", "sys/namespaces/t/seal")
                assert statuses(others.ask("GET", "t/kv/a")) == {503}
                unseal(first, shares)
                assert first.call("GET", "t/kv/a").status == 200
                assert statuses(others.ask("GET", "t/kv/a")) == {503}
                unseal(second, shares)
            replace_workers_of(second)
            assert second.call("GET", "t/kv/a").status == 200


def replace_workers_of(node: Node) -> None:
    """As `replace_workers`, on a node without the value that it looks for."""
    node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    node.ok("POST", "kv/a", {"value": "root"})
    replace_workers(node)
