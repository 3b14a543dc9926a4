"""`sys/monitor`: the log of a whole node, whichever worker the reader's connection has reached."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance.processes.agreement import everyone
from tests.conformance.processes.node import Node, running, wait_until
from tests.conformance.processes.wire import Connection, request
from tests.conformance.servers import OURS, PEER

DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with four workers, and a mount to move."""
    with running(Node(tmp_path_factory.mktemp("monitor"))) as node:
        node.ready()
        node.ok("POST", "sys/mounts/here", {"type": "kv"})
        yield node


class Mover:
    """Has a line written to the log: moving a mount does that."""

    def __init__(self, node: Node) -> None:
        self._places = ["here", "there"]
        answer = node.call("GET", "sys/mounts")
        if "there/" in answer.json["data"]:
            self._places.reverse()

    def move(self, connection: Connection, token: str) -> str:
        """Move it by way of that connection; the id that stands in the line."""
        source, target = self._places
        answer = connection.call("POST", "sys/remount", {"from": source, "to": target}, token)
        assert answer.status == 200, answer
        self._places.reverse()
        return str(answer.json["migration_id"])


@contextmanager
def monitoring(node: Node, output: Path, *words: str, program: Path = OURS) -> Iterator[subprocess.Popen[bytes]]:
    """A program that reads the log into a file."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(node.directory), "VAULT_TOKEN": node.token}
    environment["VAULT_ADDR"] = f"http://{node.address}"
    with output.open("wb") as file:
        process = subprocess.Popen([program, "monitor", *words], env=environment, stdout=file, stderr=file)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def moved_on_every_worker(node: Node, output: Path) -> None:
    """Have every worker log something until the output holds a line of each."""
    with everyone(node) as readers:
        workers = node.held_by(readers.connections)
        assert len(workers) == node.workers_wanted
        mover, missing = Mover(node), {*workers}
        made: dict[int, set[str]] = {pid: set() for pid in workers}

        def seen() -> bool:
            for pid in missing:
                made[pid].add(mover.move(workers[pid][0], node.token))
            text = output.read_text()
            missing.difference_update([pid for pid in missing if any(id_ in text for id_ in made[pid])])
            return not missing

        wait_until(seen, lambda: f"nothing of {missing} in\n{output.read_text()}", DEADLINE_S)


@pytest.mark.parametrize("program", [OURS, PEER], ids=["strongroom", "bao"])
def test_lines_of_every_worker_reach_a_reader(node: Node, tmp_path: Path, program: Path) -> None:
    """One connection shows what all workers log, line by line, with our program and the peer's."""
    output = tmp_path / "output"
    with monitoring(node, output, program=program):
        moved_on_every_worker(node, output)
    lines = [line for line in output.read_text().splitlines() if "mount moved" in line]
    assert all("[INFO] core: mount moved: migration_id=" in line for line in lines)
    ids = [line.partition("migration_id=")[2].split()[0] for line in lines]
    assert len(ids) == len(set(ids))


def test_lines_of_the_supervisor_reach_a_reader(node: Node, tmp_path: Path) -> None:
    """It is a process of the node like the others; as JSON every line is an object."""
    output = tmp_path / "output"
    with monitoring(node, output, "-log-format=json"):

        def seen() -> bool:
            os.kill(node.pid, signal.SIGHUP)
            return "reloading" in output.read_text()

        wait_until(seen, output.read_text, DEADLINE_S)
    assert all(isinstance(json.loads(line), dict) for line in output.read_text().splitlines())


def test_readers_are_counted(node: Node, tmp_path: Path) -> None:
    """Whichever process a reader's connection has reached, the node counts it, until it goes."""

    def counted() -> int:
        gauges = node.ok("GET", "sys/metrics").json["Gauges"]
        return int(next(gauge["Value"] for gauge in gauges if gauge["Name"] == "vault.core.log_readers"))

    wait_until(lambda: counted() == 0, "readers of other tests are counted still", DEADLINE_S)
    with monitoring(node, tmp_path / "output"):
        wait_until(lambda: counted() == 1, "a reader isn't counted", DEADLINE_S)
    wait_until(lambda: counted() == 0, "a reader that has gone is counted still", DEADLINE_S)


def test_only_the_wanted_level_is_read(node: Node, tmp_path: Path) -> None:
    """A reader of errors doesn't see that a mount was moved, which another reader sees meanwhile."""
    errors, all_ = tmp_path / "errors", tmp_path / "all"
    with monitoring(node, errors, "-log-level=error"), monitoring(node, all_):
        moved_on_every_worker(node, all_)
    assert errors.read_text() == ""


@pytest.mark.parametrize(
    ("question", "text"),
    [("log_level=loud", "unknown log level"), ("log_format=xml", "unknown log format")],
)
def test_what_isn_t_known_is_refused(node: Node, question: str, text: str) -> None:
    """With the peer's words."""
    answer = node.call("GET", f"sys/monitor?{question}")
    assert (answer.status, answer.json) == (400, {"errors": [text]})


def test_reading_the_log_needs_the_right_to(node: Node) -> None:
    """Without a token, and with one whose policies say nothing of it, there is no log."""
    assert node.call("GET", "sys/monitor", token="").status == 403
    token = node.call("POST", "auth/token/create", {"policies": ["default"]}).json["auth"]["client_token"]
    assert node.call("GET", "sys/monitor", token=token).status == 403


def test_readers_that_read_nothing_hold_nobody_up(node: Node) -> None:
    """More than may read connect and take nothing: those too many are refused, and the node answers as before."""
    connections = [node.connect() for _ in range(100)]
    try:
        for connection in connections:
            connection.send(request("GET", "sys/monitor", None, node.token, None))
        # Four processes let sixteen read each.
        begun = [connection.sock.recv(12) for connection in connections]
        assert set(begun) == {b"HTTP/1.1 200", b"HTTP/1.1 429"}
        assert begun.count(b"HTTP/1.1 200") <= 64
        with node.connect() as mover:
            move = Mover(node).move
            for _ in range(20):
                move(mover, node.token)
    finally:
        for connection in connections:
            connection.close()

    def room() -> bool:
        """Whoever has gone makes room."""
        with node.connect() as connection:
            connection.send(request("GET", "sys/monitor", None, node.token, None))
            return connection.sock.recv(15).startswith(b"HTTP/1.1 200")

    wait_until(room, "readers that have gone keep their places", DEADLINE_S)


def test_sealing_and_stopping_end_what_has_no_end(tmp_path: Path) -> None:
    """A reader's answer is finished in form, so that neither waits for it: the program ends without an error."""
    with running(Node(tmp_path / "node", workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/here", {"type": "kv"})
        for end in (node.seal, node.stop):
            output = tmp_path / f"output-{end.__name__}"
            if end == node.stop:
                node.restart()
                node.unseal()
            with monitoring(node, output) as reader:
                moved_on_every_worker(node, output)
                end()
                assert reader.wait(DEADLINE_S) == 0, output.read_text()


@pytest.mark.parametrize("kind", ["service", "batch"])
def test_a_reader_whose_token_is_revoked_reads_no_more(node: Node, tmp_path: Path, kind: str) -> None:
    """The program ends by itself, whether its token was revoked or that which had made it."""
    made = node.ok("POST", "auth/token/create", {"policies": ["root"], "ttl": "1h"}).json["auth"]["client_token"]
    token = str(made)
    if kind == "batch":
        node.ok("PUT", "sys/policies/acl/monitor", {"policy": 'path "sys/monitor" { capabilities = ["read"] }'})
        wanted = {"type": "batch", "policies": ["monitor"], "ttl": "1h"}
        token = str(node.ok("POST", "auth/token/create", wanted, token=made).json["auth"]["client_token"])
    with node.connect() as reader:
        reader.sock.sendall(request("GET", "sys/monitor", token=token))
        head = reader.sock.recv(65536)
        assert b" 200 " in head
        node.ok("POST", "auth/token/revoke", {"token": made})
        rest = b""
        while piece := reader.sock.recv(65536):
            rest += piece
            if rest.endswith(b"0\r\n\r\n"):
                break
        assert rest.endswith(b"0\r\n\r\n")
