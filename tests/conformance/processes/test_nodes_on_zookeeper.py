"""Two nodes on one ZooKeeper: both serve everything, and neither lags behind the other."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.processes.agreement import two_nodes, what_one_answers_the_other_obeys
from tests.conformance.processes.node import wait_until
from tests.sim import zookeeper

CONFIG = """
workers = 1
storage "zookeeper" {
  address   = "ADDRESS"
  auth_info = "digest:node:canary-of-the-node"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""


def test_two_nodes_on_zookeeper(tmp_path: Path) -> None:
    """Secrets, policies and tokens are obeyed at once by the other node; a crash of the server loses none of them."""
    with zookeeper.run(zookeeper.UNSYNCED) as server:
        with two_nodes(tmp_path, CONFIG.replace("ADDRESS", server.address)) as (one, two):
            value = what_one_answers_the_other_obeys(one, two)
            server.kill()
            assert one.call("POST", "kv/data/a/b", {"data": {}}).status == 503
            server.start()
            wait_until(lambda: one.call("GET", "kv/data/a/b").status == 200, "reads do not come back", 60)
            assert one.ok("GET", "kv/data/a/b").data["data"] == value
        assert "canary-of-the-node" not in one.log_text() + two.log_text()
