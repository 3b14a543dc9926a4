"""What clients without a token can cost."""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.processes.node import CONFIG, Node, running
from tests.conformance.processes.strangers import (
    ALLOWED_BYTES,
    HUGE_BYTES,
    SHAPES,
    attack,
    health,
    resident_bytes,
)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of two workers with a user."""
    with running(Node(tmp_path / "node", workers_wanted=2)) as started:
        started.ready()
        started.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        started.ok("POST", "auth/userpass/users/somebody", {"password": "right"})
        yield started


def test_strangers_cost_little(node: Node) -> None:
    """Ten clients send bodies of twenty shapes: health is answered all along, and memory stays under twice the idle."""
    assert len(SHAPES) >= 20
    workers = node.workers()
    idle = resident_bytes(workers)
    outcome = attack(node.address, (HUGE_BYTES, ALLOWED_BYTES))
    assert outcome.failures == []
    assert node.workers() == workers, "none died"
    assert resident_bytes(workers, "VmHWM") < 2 * idle
    # A huge body is refused, or its client was too busy sending to see that; what is allowed is answered somehow.
    assert set(outcome.statuses) <= {0, 200, 400, 403, 404, 413}
    assert "Traceback" not in node.log_text()


SMALL = CONFIG.replace("tls_disable = true", 'tls_disable = true\n  max_inflight_memory = "64MiB"')


def test_slow_readers_hold_a_bounded_sum(tmp_path: Path) -> None:
    """Of many clients that ask for a large secret and don't read it most are told so, and others go on."""
    with running(Node(tmp_path / "node", SMALL, workers_wanted=2)) as node, contextlib.ExitStack() as stack:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "kv/large", {str(index): "x" * 1_000_000 for index in range(12)})
        before = resident_bytes(node.workers(), "VmHWM")
        host, _, port = node.address.rpartition(":")
        readers = []
        for _ in range(100):
            sock = stack.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(30)
            sock.connect((host, int(port)))
            sock.sendall(f"GET /v1/kv/large HTTP/1.1\r\nHost: a\r\nX-Vault-Token: {node.token}\r\n\r\n".encode())
            readers.append(sock)
        statuses = Counter(sock.recv(12, socket.MSG_PEEK) for sock in readers)
        assert statuses.keys() == {b"HTTP/1.1 200", b"HTTP/1.1 503"}
        assert health(node.address) == 200
        # What is held, and what it takes to make one more answer in each worker.
        assert resident_bytes(node.workers(), "VmHWM") < before + 2 * (64 + 100) * 1024 * 1024
