"""Two nodes on one ZooKeeper: both serve everything, and neither lags behind the other."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.processes.agreement import new_token
from tests.conformance.processes.node import Node, running, wait_until
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
        config = CONFIG.replace("ADDRESS", server.address)
        one = Node(tmp_path / "one", config, workers_wanted=1)
        two = Node(tmp_path / "two", config, workers_wanted=1)
        with running(one), running(two):
            one.ready(3, 2)
            two.start()
            two.keys, two.threshold, two.token = one.keys, one.threshold, one.token
            two.unseal()
            one.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
            for writer, reader in ((one, two), (two, one)):
                writer.ok("POST", "kv/data/a/b", {"data": {"by": writer.address}})
                assert reader.ok("GET", "kv/data/a/b").data["data"] == {"by": writer.address}
                writer.ok("POST", "sys/policies/acl/of-kv", {"policy": 'path "kv/data/*" { capabilities = ["read"] }'})
                token = new_token(writer, "of-kv")
                assert reader.call("GET", "kv/data/a/b", token=token).status == 200
                writer.ok("POST", "auth/token/revoke", {"token": token})
                assert reader.call("GET", "kv/data/a/b", token=token).status == 403
                assert reader.ok("LIST", "kv/metadata/").data["keys"] == ["a/"]
            server.kill()
            assert one.call("POST", "kv/data/a/b", {"data": {}}).status == 503
            server.start()
            wait_until(lambda: one.call("GET", "kv/data/a/b").status == 200, "reads do not come back", 60)
            assert one.ok("GET", "kv/data/a/b").data["data"] == {"by": two.address}
        assert "canary-of-the-node" not in one.log_text() + two.log_text()
