"""Questions about the whole node are answered for all of its workers, whichever is asked."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from unittest.mock import ANY

import pytest

from tests.conformance.processes.agreement import everyone
from tests.conformance.processes.node import Node, running, wait_until


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with four workers and a user, whose logins take a while."""
    with running(Node(tmp_path_factory.mktemp("whole"))) as node:
        node.ready()
        node.ok("POST", "sys/auth/up", {"type": "userpass"})
        node.ok("POST", "auth/up/users/ann", {"password": "right"})
        yield node


def test_requests_of_other_workers_are_in_flight(node: Node) -> None:
    """A login that one worker is busy with is seen by a client of another."""
    with everyone(node) as readers:
        one, *others = node.held_by(readers.connections).values()
        busy, asking = one[0], others[0][0]
        ending = threading.Event()

        def log_in() -> None:
            while not ending.is_set():
                assert busy.call("POST", "auth/up/login/ann", {"password": "right"}, "").status == 200

        def seen() -> bool:
            found = asking.call("GET", "sys/in-flight-req", None, node.token).json.values()
            return "/v1/auth/up/login/ann" in {request["request_path"] for request in found}

        working = threading.Thread(target=log_in)
        working.start()
        try:
            wait_until(seen, "the login of another worker is never shown")
        finally:
            ending.set()
            working.join()


def test_the_log_level_is_every_workers(node: Node) -> None:
    """Set through one worker, it holds in all of them and in one that is started later; a reload ends it."""

    def levels() -> set[str]:
        with everyone(node) as readers:
            answers = readers.ask("GET", "sys/loggers")
            assert {answer.data["pki"] for answer in answers} == {own}
            return {answer.data["core"] for answer in answers}

    own = "debug"
    node.ok("POST", "sys/loggers", {"level": "error"})
    node.ok("POST", "sys/loggers/pki", {"level": own})
    assert levels() == {"error"}
    before = node.workers()
    os.kill(before[0], signal.SIGKILL)
    wait_until(lambda: len({*node.workers()} - {before[0]}) == len(before), "no other worker comes")
    assert levels() == {"error"}
    node.ok("DELETE", "sys/loggers")
    own = "info"
    assert levels() == {own}
    node.ok("POST", "sys/loggers", {"level": "debug"})
    own = "debug"
    assert levels() == {own}
    os.kill(node.pid, signal.SIGHUP)
    with node.connect() as connection:
        wait_until(
            lambda: connection.call("GET", "sys/loggers/core", None, node.token).data == {"core": "info"},
            "the level stays after a reload",
        )


def test_a_scrape_is_of_the_whole_node(node: Node) -> None:
    """Whichever worker is asked, the requests of all are counted, also of one that was killed since."""
    labels = {"mount_class": "secret", "mount_type": "cubbyhole", "operation": "update", "cluster": ANY}

    def counts(connections: int = 12) -> list[float]:
        with everyone(node, connections) as readers:
            return [
                counter["Count"]
                for answer in readers.ask("GET", "sys/metrics")
                for counter in answer.json["Counters"]
                if counter["Name"] == "vault.core.requests_total" and counter["Labels"] == labels
            ]

    node.ok("PUT", "cubbyhole/a", {"x": "0"})
    with everyone(node) as readers:
        before = counts()
        for connection in readers.connections:
            assert connection.call("PUT", "cubbyhole/a", {"x": "1"}, node.token).status == 204
        after = counts()
        assert len(set(after)) == 1
        assert after[0] == before[0] + len(readers.connections)
    workers = node.workers()
    os.kill(workers[0], signal.SIGKILL)
    wait_until(lambda: len({*node.workers()} - {workers[0]}) == len(workers), "no other worker comes")
    assert set(counts()) == {after[0]}
