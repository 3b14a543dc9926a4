"""`kill -9`, of one worker and of everything."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.processes.node import Node, alive, running, wait_until
from tests.conformance.processes.wire import Connection, ConnectionBroken
from tests.sim.history import History, Read, Write, violations

ROUNDS = int(os.environ.get("STRONGROOM_TEST_KILLS", "20"))
LOAD_S = 0.25
CLIENTS = 4


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node of four workers."""
    with running(Node(tmp_path_factory.mktemp("kill"))) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        yield node


def threads(count: int, work: Callable[[int], None]) -> list[threading.Thread]:
    """That many threads, started."""
    started = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in started:
        thread.start()
    return started


class Load:
    """Clients that write and read on keep-alive connections until told to stop.

    Attributes:
        broken: connections that were cut; each client then takes a new one.
        wrong: answers that nobody should get.
    """

    def __init__(self, node: Node, connections: list[Connection]) -> None:
        self.broken: list[Connection] = []
        self.wrong: list[object] = []
        self.answered = 0
        self._node = node
        self._connections = connections
        self._stop = threading.Event()
        self._threads = threads(len(connections), self._run)

    def stop(self) -> None:
        """Wait until every client has had its last answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()

    def _run(self, number: int) -> None:
        connection = self._connections[number]
        for value in itertools.count():
            if self._stop.is_set():
                break
            try:
                written = connection.call("POST", f"kv/load-{number}", {"value": value}, self._node.token)
                read = connection.call("GET", f"kv/load-{number}", None, self._node.token)
            except ConnectionBroken:
                self.broken.append(connection)
                connection.close()
                connection = self._node.connect()
                continue
            self.answered += 1
            if written.status != 204 or read.status != 200 or read.data["value"] != value:
                self.wrong.append((number, value, written, read))
        connection.close()


def test_a_killed_worker_is_replaced_and_nobody_else_notices(node: Node) -> None:
    """Only the killed worker's own connections break; new ones never find a sealed server or wrong data."""
    connections = [node.connect() for _ in range(12)]
    held = node.held_by(connections)
    before = node.workers()
    victim, its = max(held.items(), key=lambda item: len(item[1]))
    load = Load(node, connections)
    fresh: list[int] = []
    try:
        time.sleep(0.2)
        os.kill(victim, signal.SIGKILL)
        deadline = time.monotonic() + 2.5
        while time.monotonic() < deadline:
            fresh.append(node.call("GET", "kv/load-0").status)
        wait_until(lambda: len(node.workers()) == 4, "the worker isn't replaced")
    finally:
        load.stop()
    assert load.wrong == []
    assert set(fresh) == {200}
    assert {id(connection) for connection in load.broken} == {id(connection) for connection in its}
    assert set(before) - set(node.workers()) == {victim}
    assert load.answered > 100


def test_a_worker_killed_again_and_again_is_replaced_every_time(node: Node) -> None:
    """The pauses between starts grow, but the other workers serve on and the node stays unsealed."""
    for _ in range(3):
        victim = max(node.workers())
        os.kill(victim, signal.SIGKILL)
        assert node.call("GET", "sys/health").status == 200
        wait_until(lambda victim=victim: len(node.workers()) == 4 and not alive(victim), "not replaced")  # type: ignore[misc]
    for _ in range(12):
        assert node.call("GET", "sys/health").status == 200


class Writers:
    """Clients that record what they were answered until the node dies under them."""

    def __init__(self, node: Node, history: History, tokens: list[str], round_: int) -> None:
        self.history = history
        self._node = node
        self._tokens = tokens
        self._round = round_
        self.threads = threads(CLIENTS, self._run)

    def _run(self, number: int) -> None:
        client = f"{self._round}.{number}"
        mine = [token for index, token in enumerate(self._tokens) if index % CLIENTS == number]
        try:
            with self._node.connect() as connection:
                for value in itertools.count():
                    self._write(connection, client, f"k{(number + value) % 3}", f"{client}.{value}")
                    if mine and value % 5 == 0:
                        self._revoke(connection, client, mine.pop())
        except OSError:
            return  # the end that was to come; what had no answer is recorded as unknown

    def _write(self, connection: Connection, client: str, key: str, value: str) -> None:
        with self.history.record(client, key, Write(value)) as answer:
            done = connection.call("POST", f"kv/{key}", {"value": value}, self._node.token)
            assert done.status == 204, done
            answer.call = Write(value)

    def _revoke(self, connection: Connection, client: str, token: str) -> None:
        with self.history.record(client, f"token {token}", Write(None)) as answer:
            done = connection.call("POST", "auth/token/revoke", {"token": token}, self._node.token)
            assert done.status == 204, done
            answer.call = Write(None)


def _new_tokens(node: Node, history: History, count: int) -> list[str]:
    made = []
    with node.connect() as connection:
        for _ in range(count):
            answer = connection.call("POST", "auth/token/create", {"policies": ["default"]}, node.token)
            made.append(answer.json["auth"]["client_token"])
            with history.record("maker", f"token {made[-1]}", None) as recorded:
                recorded.call = Write("alive")
    return made


def _look(node: Node, history: History, tokens: list[str]) -> None:
    """Record what the node says after its restart, so that later rounds count too."""
    with node.connect() as connection:
        for key in ("k0", "k1", "k2"):
            with history.record("reader", key, None) as recorded:
                answer = connection.call("GET", f"kv/{key}", None, node.token)
                assert answer.status in (200, 404), answer
                recorded.call = Read(answer.data["value"] if answer.status == 200 else None)
        for token in tokens:
            with history.record("reader", f"token {token}", None) as recorded:
                status = connection.call("GET", "auth/token/lookup-self", None, token).status
                assert status in (200, 403)
                recorded.call = Read("alive" if status == 200 else None)


@pytest.mark.timeout(60 + 15 * ROUNDS)
def test_nothing_acknowledged_is_lost_when_everything_is_killed(tmp_path: Path) -> None:
    """Supervisor and workers die under load, again and again: acknowledged writes are there, revoked tokens dead."""
    history = History()
    tokens: list[str] = []
    with running(Node(tmp_path, workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        for round_ in range(ROUNDS):
            fresh = _new_tokens(node, history, 12)
            tokens += fresh
            writers = Writers(node, history, fresh, round_)
            time.sleep(LOAD_S)
            node.kill()
            for thread in writers.threads:
                thread.join(30)
            node.start()
            node.unseal()
            _look(node, history, tokens)
    assert sum(event.end < float("inf") for event in history.events) > ROUNDS * 40
    assert any(isinstance(event.call, Read) and event.call.seen is None for event in history.events)
    assert violations(history.events) == []


def test_workers_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """Nobody could seal them any more, so they don't outlive it; a new node starts on the same store and address."""
    with running(Node(tmp_path, workers_wanted=2)) as node:
        node.ready()
        workers = node.workers()
        os.kill(node.pid, signal.SIGKILL)
        node.wait()
        wait_until(lambda: not any(alive(pid) for pid in workers), "a worker outlives its supervisor")
        node.start()
        assert node.call("GET", "sys/health").status == 503
        node.unseal()
