"""`drain_delay`: a node that was told to stop says so before its listeners close."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.conformance.processes.node import CONFIG, Node, running, wait_until

PATIENCE_S = 30.0


def test_health_says_so_while_everything_is_served(tmp_path: Path) -> None:
    """Then the node ends in peace; a second signal ends the wait."""
    with running(Node(tmp_path, CONFIG + 'drain_delay = "300s"\n', workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        assert "draining" not in node.ok("GET", "sys/health").json
        os.kill(node.pid, signal.SIGTERM)
        seen: list[bool] = []

        def said_by_each() -> bool:
            seen.append(node.call("GET", "sys/health").status == 503)
            return all(seen[-16:]) and len(seen) > 16

        wait_until(said_by_each, "health does not say it", PATIENCE_S)
        health = node.call("GET", "sys/health")
        assert health.json["draining"] is True
        assert health.json["sealed"] is False
        assert node.call("GET", "sys/health?unavailablecode=299").status == 299
        node.ok("POST", "kv/a", {"value": 1})
        assert node.ok("GET", "kv/a").data == {"value": 1}
        os.kill(node.pid, signal.SIGTERM)
        assert node.wait() == 0


def test_the_wait_ends_by_itself(tmp_path: Path) -> None:
    """After the delay."""
    with running(Node(tmp_path, CONFIG + 'drain_delay = "1s"\n', workers_wanted=1)) as node:
        node.ready()
        os.kill(node.pid, signal.SIGTERM)
        wait_until(lambda: node.call("GET", "sys/health").status == 503, "health does not say it", PATIENCE_S)
        assert node.wait() == 0
