"""Two nodes on one MariaDB: both serve everything, and neither lags behind the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.processes.agreement import two_nodes, what_one_answers_the_other_obeys
from tests.conformance.processes.node import Node
from tests.sim import mariadb
from tests.sim.mariadb import Mariadb

CONFIG = """
workers = 1
storage "mysql" {
  address     = "127.0.0.1:PORT"
  username    = "node"
  password    = "canary-of-the-node"
  database    = "strongroom"
  max_parallel = 8
  ha_enabled  = "true"
  lock_table  = "vault_lock"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""


@pytest.fixture(scope="module")
def database() -> Iterator[Mariadb]:
    """A server with a user who may use one database."""
    with mariadb.run(*mariadb.DURABLE) as server:
        server.ask("CREATE USER node IDENTIFIED BY 'canary-of-the-node'")
        server.ask("GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON strongroom.* TO node")
        yield server


@pytest.fixture(scope="module")
def nodes(database: Mariadb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    """Two unsealed nodes; the first initialised the store."""
    config = CONFIG.replace("PORT", str(database.port))
    with two_nodes(tmp_path_factory.mktemp("nodes"), config) as both:
        yield both


def test_the_other_node_sees_it_at_once(nodes: tuple[Node, Node]) -> None:
    """What one node has answered, the next request at the other obeys: secrets, policies, tokens and their end."""
    what_one_answers_the_other_obeys(*nodes)


def test_nodes_live_through_a_restart_of_the_database(nodes: tuple[Node, Node], database: Mariadb) -> None:
    """While it is away they answer 503; afterwards all works by itself, and nothing that was answered is lost."""
    one, two = nodes
    one.ok("POST", "kv/data/kept", {"data": {"a": "b"}})
    database.kill()
    assert one.call("GET", "kv/data/kept").status == 503
    assert two.call("POST", "kv/data/kept", {"data": {}}).status == 503
    database.start()
    assert two.ok("GET", "kv/data/kept").data["data"] == {"a": "b"}
    one.ok("POST", "kv/data/kept", {"data": {"a": "c"}})
    assert two.ok("GET", "kv/data/kept").data["data"] == {"a": "c"}


def test_settings_without_effect_are_told_and_the_password_never(nodes: tuple[Node, Node]) -> None:
    """Vault's `ha_enabled` and `lock_table` are no errors: every node serves, and no lock's table is needed."""
    for node in nodes:
        assert 'ha_enabled in storage "mysql" has no effect' in node.log_text()
        assert 'lock_table in storage "mysql" has no effect' in node.log_text()
        assert "canary-of-the-node" not in node.log_text()
