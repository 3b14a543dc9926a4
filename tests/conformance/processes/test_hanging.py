"""A worker whose event loop stands still is replaced, and nobody else is."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import stopping
from tests.conformance.processes.node import CONFIG, Node, alive, running, wait_until
from tests.conformance.processes.wire import request

LIMIT_S = 4


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of two workers that have four seconds."""
    with running(Node(tmp_path, workers_wanted=2, config=CONFIG + f'worker_timeout = "{LIMIT_S}s"\n')) as node:
        yield node.ready()


def test_a_worker_that_hangs_is_replaced_by_one_on_the_same_socket(node: Node) -> None:
    """The others serve meanwhile; who connected to it is answered by its successor."""
    node.ok("PUT", "sys/mounts/kv", {"type": "kv"})
    node.ok("PUT", "kv/a", {"value": "CANARY"})
    before = node.workers()
    hung = before[0]
    waiting = [node.connect(60) for _ in range(12)]
    stopping.stop(hung)
    late = [node.connect(60) for _ in range(12)]
    for connection in late:
        connection.send(b"GET /v1/sys/health HTTP/1.1\r\nHost: a\r\n\r\n")
    wait_until(lambda: f"worker hangs: it is ended, and replaced: pid={hung}" in node.log_text(), node.log_text, 60)
    wait_until(lambda: not alive(hung), "it lives", 30)
    for connection in late:
        assert connection.read().status == 200
    node.settle(replaced=1)
    assert before[1] in node.workers()
    assert node.log_text().count(f"worker is killed: pid={hung}") == 1
    assert "ended by itself" not in node.log_text()
    assert node.ok("GET", "kv/a").data == {"value": "CANARY"}
    assert "CANARY" not in node.log_text()
    metrics = node.ok("GET", "sys/metrics?format=prometheus").body.decode()
    assert re.search(r'vault_core_workers_replaced_total\{.*reason="hung"\} 1', metrics), metrics
    for connection in (*waiting, *late):
        connection.close()


PLUGIN = """
from pathlib import Path

from strongroom.sdk import Engine, Request, Response, path


class Hanging(Engine):
    type = "hanging"

    @path.read("endless/{name}")
    async def endless(self, request: Request, name: str) -> Response | None:
        secret = name
        Path(__file__).with_name("looping").touch()
        while secret:
            pass
"""


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Node]:
    """A node with an engine that has an endless loop."""
    installed = tmp_path / "hanging-1.dist-info"
    installed.mkdir()
    (tmp_path / "hanging.py").write_text(PLUGIN)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: hanging\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[strongroom.plugins]\nhanging = hanging:Hanging\n")
    config = CONFIG + f'worker_timeout = "{LIMIT_S}s"\nplugins = ["hanging"]\n'
    node = Node(tmp_path, workers_wanted=2, config=config, started=True, environment={"PYTHONPATH": str(tmp_path)})
    with running(node):
        yield node.ready()


def test_an_endless_loop_leaves_its_stack(hanging: Node, tmp_path: Path) -> None:
    """The worker says where each thread is, before it is killed and when it is asked; without values of variables."""
    hanging.ok("PUT", "sys/mounts/hanging", {"type": "hanging"})
    before = hanging.workers()
    with hanging.connect(60) as lost:
        lost.send(request("GET", "hanging/endless/CANARY", None, hanging.token))
        wait_until((tmp_path / "looping").exists, hanging.log_text, 30)
        os.kill(hanging.pid, signal.SIGUSR2)
        asked = r'stack: of="thread MainThread" times=1 frames="hanging.py:\d+ Hanging.endless'
        asked = asked.replace("hanging.py", r"\S*hanging.py")
        wait_until(lambda: re.search(asked, hanging.log_text()) is not None, hanging.log_text, 30)
        died = r'stack: of="current thread" times=1 frames="\S*hanging.py:\d+ endless < '
        wait_until(lambda: re.search(died, hanging.log_text()) is not None, hanging.log_text, 60)
    hanging.settle(replaced=1)
    assert len({*before} & {*hanging.workers()}) == 1
    assert "CANARY" not in hanging.log_text()


def test_a_node_that_was_suspended_keeps_its_workers(node: Node) -> None:
    """Everything stands still for longer than the limit, as when a laptop sleeps: nobody is to blame."""
    before = node.workers()
    os.killpg(node.pid, signal.SIGSTOP)
    time.sleep(LIMIT_S * 2)
    os.killpg(node.pid, signal.SIGCONT)
    with node.connect(30) as connection:
        for _ in range(10):
            assert connection.call("GET", "sys/health").status == 200
            time.sleep(0.2)
    assert node.workers() == before
    assert "hangs" not in node.log_text()


def test_a_supervisor_that_was_stopped_blames_nobody(node: Node) -> None:
    """Workers spoke while it didn't listen; that isn't their silence."""
    before = node.workers()
    os.kill(node.pid, signal.SIGSTOP)
    time.sleep(LIMIT_S * 2)
    os.kill(node.pid, signal.SIGCONT)
    time.sleep(2)
    assert node.workers() == before
    assert "hangs" not in node.log_text()
