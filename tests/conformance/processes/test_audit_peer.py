"""A real node whose only audit device is a socket: its peer stops reading, its forwarder is killed, it is absent."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.processes.node import CONFIG, Node, running, wait_until
from tests.conformance.processes.test_audit_pipe import assert_complete, entries, forwarders, load
from tests.conformance.processes.test_audit_verify import verify
from tests.ports import free_port
from tests.sim.line_receiver import LineReceiver, receiving


@pytest.fixture(scope="module")
def receiver() -> Iterator[LineReceiver]:
    """The peer of all tests."""
    with receiving() as running_:
        yield running_


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, receiver: LineReceiver) -> Iterator[Node]:
    """A node of two workers whose only device sends to the peer."""
    folder = tmp_path_factory.mktemp("peer")
    with running(Node(folder / "node", CONFIG, workers_wanted=2, started=True)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("PUT", "sys/audit/file", {"type": "socket", "options": {"address": receiver.address}})
        yield node


def complete(receiver: LineReceiver, ids: list[str]) -> bool:
    """Whether the peer has an entry of each of these requests."""
    return set(ids) <= {entry["request"]["id"] for entry in entries(receiver.data)[0] if entry["type"] == "response"}


def test_no_request_waits_for_a_peer_that_does_not_read(node: Node, receiver: LineReceiver, tmp_path: Path) -> None:
    """Its entries come when it reads again, also those that a killed forwarder had in its hands; none is missing."""
    done = load(node, threads=3, requests=5)
    wait_until(lambda: complete(receiver, done), "not delivered")
    receiver.pause()
    done += load(node, threads=4, requests=40)
    (killed,) = forwarders(node)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: forwarders(node) not in ([], [killed]), "no other forwarder")
    done += load(node, threads=4, requests=40)
    receiver.go_on()
    wait_until(lambda: complete(receiver, done), "not delivered")
    found, broken = entries(receiver.data)
    assert broken <= 1
    assert_complete(found, done)
    whole = [line for line in dict.fromkeys(receiver.lines) if line.endswith(b"}")]
    (tmp_path / "log").write_bytes(b"\n".join(whole) + b"\n")
    code, said = verify(node, tmp_path / "log")
    assert code == 0, said


def test_an_absent_peer_is_not_on_the_way_to_unsealing(node: Node, receiver: LineReceiver) -> None:
    """A node whose peer doesn't answer opens at once and serves; the entries come when the peer is there."""
    port = free_port()
    absent = {"type": "socket", "options": {"address": f"127.0.0.1:{port}", "skip_test": "true"}}
    node.ok("PUT", "sys/audit/absent", absent)
    node.ok("DELETE", "sys/audit/file")
    assert node.stop() == 0
    node.start()
    began = time.monotonic()
    node.unseal()
    done = load(node, threads=2, requests=3)
    assert time.monotonic() - began < 20  # connecting would take longer, if anybody waited for it
    with receiving(port) as there:
        wait_until(lambda: complete(there, done), "not delivered")
