"""A rate limit is one for all workers of a node."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from tests.conformance.processes.node import Node, running


def test_all_workers_share_a_limit_and_it_outlives_them(tmp_path: Path) -> None:
    """Of requests at all workers as many pass as the limit says, and none more after a worker was killed."""
    with running(Node(tmp_path / "node", workers_wanted=3)) as node, contextlib.ExitStack() as opened:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "sys/quotas/rate-limit/kv", {"rate": 50, "interval": "1h", "path": "kv"})
        connections = [opened.enter_context(contextlib.closing(node.connect())) for _ in range(24)]
        held = node.held_by(connections)
        assert len(held) > 1, "all connections are of one worker"
        statuses = [
            connection.call("GET", "kv/a", token=node.token).status for _ in range(5) for connection in connections
        ]
        assert sum(status != 429 for status in statuses) == 50
        killed = next(iter(held))
        os.kill(killed, signal.SIGKILL)
        node.settle(replaced=1)
        assert {node.call("GET", "kv/a", token=node.token).status for _ in range(12)} == {429}
        assert node.call("GET", "sys/quotas/rate-limit/kv", token=node.token).status == 200
