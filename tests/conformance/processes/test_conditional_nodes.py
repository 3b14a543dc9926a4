"""Two nodes on one etcd, or one Consul: what one does counts on the other at once, and a killed store comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.consul import ConsulServer, running_consul
from tests.conformance.etcd import EtcdServer, running_etcd
from tests.conformance.processes.node import Node, running, wait_until

LISTENER = """
workers = {workers}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""
PATIENCE_S = 60.0

Store = EtcdServer | ConsulServer


@pytest.fixture(scope="module", params=["etcd", "consul"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A server that these tests may stop."""
    with running_etcd() if request.param == "etcd" else running_consul() as server:
        yield server


@pytest.fixture(scope="module")
def nodes(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    """Two unsealed nodes with two workers each."""
    kind = "etcd" if isinstance(store, EtcdServer) else "consul"
    stanza = f'storage "{kind}" {{\n  address = "{store.url}"\n  timeout = "2s"\n}}\n'
    place = tmp_path_factory.mktemp(kind)
    one = Node(place / "one", stanza + LISTENER, workers_wanted=2)
    two = Node(place / "two", stanza + LISTENER, workers_wanted=2)
    with running(one), running(two):
        one.ready(1, 1)
        two.join(one)
        one.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
        one.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        one.ok("POST", "auth/userpass/users/ada", {"password": "password-of-ada"})
        yield one, two


def test_what_one_node_writes_the_other_reads(nodes: tuple[Node, Node]) -> None:
    """Each version of a secret at once, and a deletion too."""
    one, two = nodes
    for number in range(1, 6):
        writer, reader = (one, two) if number % 2 else (two, one)
        writer.ok("POST", "kv/data/shared", {"data": {"number": number}})
        assert reader.ok("GET", "kv/data/shared").data["data"] == {"number": number}
        assert reader.ok("LIST", "kv/metadata/").data["keys"] == ["shared"]
    two.ok("DELETE", "kv/metadata/shared")
    assert one.call("GET", "kv/data/shared").status == 404


def test_a_large_secret_is_whole(nodes: tuple[Node, Node]) -> None:
    """One that no cell of the store could hold."""
    one, two = nodes
    pieces = {f"piece {number}": "0123456789abcdef" * (1 << 15) for number in range(4)}
    one.ok("POST", "kv/data/large", {"data": pieces})
    assert two.ok("GET", "kv/data/large").data["data"] == pieces


def test_a_token_that_one_node_revokes_is_refused_by_the_other(nodes: tuple[Node, Node]) -> None:
    """A login's token with its lease, on the next request."""
    one, two = nodes
    login = one.call("POST", "auth/userpass/login/ada", {"password": "password-of-ada"}).json["auth"]
    token = login["client_token"]
    assert two.call("GET", "auth/token/lookup-self", None, token).status == 200
    assert login["lease_duration"] > 0
    two.ok("POST", "sys/leases/revoke-prefix/auth/userpass")
    assert one.call("GET", "auth/token/lookup-self", None, token).status == 403
    assert two.call("GET", "auth/token/lookup-self", None, token).status == 403


def test_a_store_that_was_killed_comes_back(nodes: tuple[Node, Node], store: Store) -> None:
    """Requests are 503 meanwhile.  Both nodes go on by themselves, with all that was answered."""
    one, two = nodes
    one.ok("POST", "kv/data/kept", {"data": {"a": "b"}})
    store.kill()
    for node in nodes:
        assert node.call("GET", "kv/data/kept").status == 503
        assert node.call("POST", "kv/data/other", {"data": {}}).status == 503
    store.start()
    for node in nodes:
        wait_until(lambda node=node: node.call("GET", "kv/data/kept").status == 200, "it stays away", PATIENCE_S)
        wait_until(
            lambda node=node: node.call("POST", "kv/data/kept", {"data": {"a": "c"}}).status == 200,
            "it takes no writes",
            PATIENCE_S,
        )
    assert one.ok("GET", "kv/data/kept").data["metadata"]["version"] == 3
    assert two.ok("GET", "kv/data/kept").data["data"] == {"a": "c"}
