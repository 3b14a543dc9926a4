"""Sealing: the processes that held keys are gone, and so are the keys."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import msgspec
import pytest

from strongroom.barrier import keys
from strongroom.seals import shamir
from tests.conformance.processes import memory
from tests.conformance.processes.node import Node, alive, running, wait_until
from tests.conformance.processes.wire import Connection, ConnectionBroken


@pytest.fixture
def node(shared: Node) -> Node:
    """A node of three workers, unsealed before each test."""
    if shared.call("GET", "sys/seal-status").json["sealed"]:
        shared.unseal()
    return shared


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """One node for all tests here."""
    with running(
        Node(tmp_path_factory.mktemp("seal"), workers_wanted=3, runs_as=memory.without_capabilities())
    ) as node:
        node.ready(3, 2)
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        yield node


def root_key(node: Node) -> bytes:
    """The root key, from the shares and the store."""
    database = apsw.Connection(str(node.directory / "store" / "strongroom.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        rows = database.execute("SELECT value FROM kv WHERE key = ?", (keys.seal(shamir.NAME),)).fetchall()
    finally:
        database.close()
    ((value,),) = rows
    assert isinstance(value, bytes)
    record = msgspec.json.decode(value, type=shamir.SealRecord)
    return shamir.open_(record, [bytes.fromhex(key) for key in node.keys[:2]]).reveal()


def test_sealing_under_load_ends_every_worker(node: Node) -> None:
    """204; no process of before is left, what comes next is sealed, and what was acknowledged is there later."""
    before = node.workers()
    acknowledged: dict[int, int] = {}
    sealing = threading.Event()

    def write(number: int) -> None:
        with node.connect() as connection:
            for value in itertools.count():
                try:
                    answer = connection.call("POST", f"kv/{number}", {"value": value}, node.token)
                except ConnectionBroken:
                    return
                if answer.status != 204:
                    assert answer.status == 503, answer
                    return
                acknowledged[number] = value
                if value > 20:
                    sealing.set()

    with ThreadPoolExecutor(6) as pool:
        writing = [pool.submit(write, number) for number in range(6)]
        assert sealing.wait(30)
        assert node.seal().status == 204
        for done in writing:
            done.result(10)
    wait_until(lambda: not any(alive(pid) for pid in before), "a worker that held keys lives on")
    for _ in range(8):
        assert node.call("GET", "kv/0").status == 503
        assert node.call("GET", "sys/seal-status").json["sealed"] is True
    assert not set(before) & set(node.workers())
    node.unseal()
    for number, value in acknowledged.items():
        assert node.ok("GET", f"kv/{number}").data["value"] >= value


def test_no_process_of_a_sealed_node_holds_a_key(node: Node) -> None:
    """Root can find the root key in every process of an unsealed node, and neither it nor a share after sealing."""
    processes = [node.pid, *node.workers()]
    if os.geteuid() != 0:
        for pid in processes:
            with pytest.raises(PermissionError):
                memory.holds(pid, b"")
        return
    key = root_key(node)
    assert all(memory.holds(pid, key) for pid in processes)
    supervisor = node.pid
    assert node.seal().status == 204
    assert node.call("GET", "sys/seal-status").json["sealed"] is True
    wait_until(lambda: len(node.workers()) == 3, "the workers aren't back")
    processes = [node.pid, *node.workers()]
    assert node.pid == supervisor
    for secret in (key, *(bytes.fromhex(share) for share in node.keys), *(share.encode() for share in node.keys)):
        assert not any(memory.holds(pid, secret) for pid in processes)


def test_nobody_looks_into_the_processes(node: Node) -> None:
    """No core files, and no reading of memory or environment by processes of the same user."""
    with subprocess.Popen([*memory.without_capabilities(), "sleep", "60"]) as ordinary:
        try:
            wait_until(lambda: Path(f"/proc/{ordinary.pid}/comm").read_text() == "sleep\n", "it doesn't start")
            assert memory.readable_by_owner(ordinary.pid)
        finally:
            ordinary.kill()
    for pid in (node.pid, *node.workers()):
        assert memory.core_limit(pid) == "0 0"
        assert not memory.readable_by_owner(pid)


def test_sealed_by_several_at_once(node: Node) -> None:
    """Everybody whose request was taken is answered 204, at whatever worker; who comes later finds it sealed."""
    connections = [node.connect() for _ in range(9)]
    assert len(node.held_by(connections)) > 1

    def seal(connection: Connection) -> int:
        try:
            return connection.call("PUT", "sys/seal", None, node.token).status
        except ConnectionBroken:
            return 0  # idle still when its worker ended
        finally:
            connection.close()

    with ThreadPoolExecutor(len(connections)) as pool:
        statuses = [done.result() for done in [pool.submit(seal, connection) for connection in connections]]
    assert set(statuses) <= {0, 204}
    assert 204 in statuses
    assert node.seal().status == 204
    assert node.call("GET", "sys/seal-status").json["sealed"] is True


def test_sealing_and_unsealing_many_times(node: Node) -> None:
    """Nothing is used up: descriptors of the supervisor stay as many."""
    counts = set()
    for _ in range(3):
        assert node.seal().status == 204
        assert node.call("GET", "sys/health").status == 503
        node.unseal()
        wait_until(lambda: len(node.workers()) == 3, "the workers aren't back")
        if os.geteuid() == 0:
            counts.add(len(list(Path(f"/proc/{node.pid}/fd").iterdir())))
    assert len(counts) <= 1
    assert node.call("GET", "sys/health").status == 200


def test_a_worker_that_dies_right_after_sealing_is_replaced(node: Node) -> None:
    """The node has served before, so it waits out what befalls the workers of the process that goes on sealed."""
    before = set(node.workers())
    assert node.seal().status == 204
    wait_until(lambda: bool(set(node.workers()) - before), "no new workers")
    for worker in node.workers():
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
    wait_until(lambda: _sealed(node), "the node has not come back")
    node.unseal()
    node.ok("GET", "auth/token/lookup-self")


def _sealed(node: Node) -> bool:
    try:
        return bool(node.call("GET", "sys/seal-status").json["sealed"])
    except OSError:
        return False


def test_stopping_a_node_that_is_being_sealed(node: Node) -> None:
    """SIGTERM right after sealing ends it with status 0, whatever it was doing; it starts again."""
    assert node.seal().status == 204
    assert node.stop() == 0, node.log_text()[-2000:]
    node.start()
    node.unseal()
