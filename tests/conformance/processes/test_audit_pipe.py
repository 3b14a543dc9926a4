"""Audit entries on their way to a pipe or to standard output: whole, in order, never lost, and never in the way."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strongroom.audit import AuditBroker, chain
from strongroom.audit.writer import Writers
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import transact
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.sealing.initialize import seal_of
from strongroom.seals import shamir
from strongroom.storage.sqlite import SqliteStorage
from tests.conformance.processes.node import CONFIG, Node, children, command_line, processor_s, running, wait_until
from tests.sim.audit_log import faults

LONG = "v" * 3000
BOUND = 256 * 1024


FOUR = 4
SMALL_SPOOL = "a small spool"


@pytest.fixture(params=[None])
def node(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Node]:
    """A node of two workers with a key/value mount; of four, or with a small spool, where the parameter says so."""
    bound = BOUND if request.param == SMALL_SPOOL else 0
    workers = FOUR if request.param == FOUR else 2
    node = Node(tmp_path, CONFIG + f"audit_spool_max_size = {bound}\n", workers_wanted=workers, started=True)
    with running(node):
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        yield node


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


class Reading:
    """Reads a pipe in a thread, to the end of the last writer."""

    def __init__(self, path: Path) -> None:
        self.data = b""
        self._leaving = False
        # Open for writing too: so no writer's end is the end, until `finish`.
        self._reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._keeper = os.open(path, os.O_WRONLY)
        os.set_blocking(self._reader, True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while data := os.read(self._reader, 65536):
            self.data += data
            if self._leaving:
                return

    def leave(self) -> None:
        """Go while others still write, having read everything so far."""
        # A line of its own ends the thread: closing what it reads from would not.
        self._leaving = True
        os.write(self._keeper, b"\n")
        self._thread.join(30)
        assert not self._thread.is_alive()
        os.close(self._keeper)
        os.close(self._reader)

    def finish(self) -> bytes:
        """What came, once nobody writes any more."""
        os.close(self._keeper)
        self._thread.join(30)
        assert not self._thread.is_alive()
        os.close(self._reader)
        return self.data


def enable(node: Node, path: str, name: str = "pipe") -> None:
    """A device with long lines."""
    options = {"file_path": path, "log_raw": "true"}
    node.ok("PUT", f"sys/audit/{name}", {"type": "file", "options": options})


def load(node: Node, threads: int = 6, requests: int = 40) -> list[str]:
    """Requests with long entries on many connections at once; the ids of those that were answered."""
    done: list[str] = []

    def run(number: int) -> None:
        with node.connect() as connection:
            for index in range(requests):
                path = f"kv/{number}-{index}"
                connection.call("POST", path, {f"k{n}": LONG for n in range(index % 5)} or {"k": "1"}, node.token)
                answer = connection.call("GET", path, None, node.token)
                assert answer.status == 200, answer
                done.append(answer.json["request_id"])

    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(done) == threads * requests
    return done


def entries(data: bytes) -> tuple[list[dict[str, Any]], int]:
    """The entries, each once, and how many lines were no entries."""
    found, broken = {}, 0
    for line in data.split(b"\n"):
        if not line.startswith(b"{"):
            broken += bool(line)
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            broken += 1
        else:
            found[entry["chain"]["writer"], entry["chain"]["sequence"]] = entry
    return list(found.values()), broken


def assert_complete(found: list[dict[str, Any]], acknowledged: list[str]) -> None:
    """Every answered request has both entries, and no writer's numbers have a gap."""
    for kind in ("request", "response"):
        assert set(acknowledged) <= {entry["request"]["id"] for entry in found if entry["type"] == kind}
    sequences = defaultdict(list)
    for entry in found:
        sequences[entry["chain"]["writer"]].append(entry["chain"]["sequence"])
    for writer, numbers in sequences.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), writer


def forwarders(node: Node) -> list[int]:
    """The forwarder's process id, if it runs."""
    return [pid for pid in children(node.pid) if "strongroom.server.forwarding" in command_line(pid)]


async def chain_key(node: Node) -> bytes:
    """The key of the only audit device's chain, from the store of a node that was stopped."""
    storage = SqliteStorage(node.directory / "store", SystemClock(), SystemRandom())
    await storage.start()
    try:
        seal = await seal_of(storage)
        assert seal is not None
        root_key = shamir.open_(seal, [bytes.fromhex(node.keys[0])])
        barrier = await Barrier.open(storage, root_key, SystemRandom())
        records = await transact(barrier, AuditBroker({}, SystemRandom(), Writers(b"", "test", SystemRandom())).records)
        return chain.key_of(records[0].salt)
    finally:
        await storage.close()


@pytest.mark.parametrize("node", [FOUR], indirect=True)
def test_long_lines_of_four_workers_stay_whole(node: Node, pipe: Path) -> None:
    """Every line parses, all are there when the node has stopped, and each worker's chain verifies."""
    reading = Reading(pipe)
    enable(node, str(pipe))
    done = load(node, threads=16, requests=15)
    assert node.stop() == 0, node.log_text()[-3000:]
    data = reading.finish()
    found, broken = entries(data)
    assert broken == 0
    assert_complete(found, done)
    assert max(len(line) for line in data.splitlines()) > 12_000
    assert faults(asyncio.run(chain_key(node)), data.splitlines()) == []
    assert len({entry["chain"]["writer"] for entry in found}) >= 3  # the kernel spreads connections as it likes


def test_a_killed_forwarder_loses_nothing(node: Node, pipe: Path) -> None:
    """Killed twice under load, it is started again and goes on; at most one torn line is left each time."""
    reading = Reading(pipe)
    enable(node, str(pipe))
    done = load(node, requests=5)
    for _ in range(2):
        wait_until(lambda: len(forwarders(node)) == 1, "no forwarder")
        killed = forwarders(node)[0]
        killer = threading.Timer(0.3, os.kill, (killed, signal.SIGKILL))
        killer.start()
        done += load(node, threads=3, requests=5)
        killer.join()
        wait_until(lambda killed=killed: forwarders(node) not in ([], [killed]), "no other forwarder")
    done += load(node, requests=5)
    assert node.stop() == 0
    found, broken = entries(reading.finish())
    assert broken <= 2
    assert_complete(found, done)


def test_a_killed_node_loses_nothing(node: Node, pipe: Path) -> None:
    """Supervisor, workers and forwarder end at once while entries wait; the next start delivers them, sealed."""
    enable(node, str(pipe))
    done = load(node, threads=3, requests=6)
    node.kill()
    reading = Reading(pipe)
    node.start()
    wait_until(lambda: set(done) <= {e["request"]["id"] for e in entries(reading.data)[0]}, "not delivered")
    assert node.stop() == 0
    found, broken = entries(reading.finish())
    assert broken == 0
    assert_complete(found, done)


@pytest.mark.parametrize("node", [SMALL_SPOOL], indirect=True)
def test_who_does_not_read_stops_nothing_until_the_spool_is_full(node: Node, pipe: Path) -> None:
    """The node serves up to the bound, then refuses with a clear text; it serves again when somebody reads."""
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # there, and doing nothing
    enable(node, str(pipe))
    served: list[str] = []
    while True:
        answer = node.call("POST", f"kv/{len(served)}", {"v": LONG})
        if answer.status != 204:
            break
        served.append(f"kv/{len(served)}")
        assert len(served) < 200
    assert answer.status == 500
    assert answer.json["errors"] == ["failed to audit request, cannot continue"]
    assert len(served) > 10
    assert "the spool is full" in node.log_text()
    # Each worker tells what it has met itself: the one that refused, or another one.
    health = node.call("GET", "sys/health")
    assert (health.status, health.json.get("audit_state")) in {(200, None), (503, "unwritable")}
    # The first one may have been refused at its response, when it had happened; no later one happens at all.
    refused = [f"kv/later-{number}" for number in range(5)]
    assert {node.call("POST", path, {"v": LONG}).status for path in refused} == {500}
    reading = Reading(pipe)
    os.close(reader)
    wait_until(lambda: node.call("GET", served[-1]).status == 200, "it does not serve again")
    assert {node.call("GET", path).status for path in refused} == {404}
    assert node.stop() == 0
    found, broken = entries(reading.finish())
    assert broken == 0
    paths = {entry["request"]["path"] for entry in found if entry["type"] == "response"}
    assert set(served) <= paths


def test_a_reader_that_goes_and_one_that_comes(node: Node, pipe: Path) -> None:
    """Entries wait while there is no reader, and the next one gets them, each line whole."""
    first = Reading(pipe)
    enable(node, str(pipe))
    early = load(node, threads=2, requests=3)
    wait_until(lambda: set(early) <= {e["request"]["id"] for e in entries(first.data)[0]}, "not delivered")
    first.leave()
    done = load(node, threads=2, requests=3)
    wait_until(lambda: "audit entries wait in the spool" in node.log_text(), "nobody says so")
    second = Reading(pipe)
    wait_until(lambda: set(done) <= {e["request"]["id"] for e in entries(second.data)[0]}, "not delivered")
    assert node.stop() == 0
    found, broken = entries(first.data + second.finish())
    assert broken == 0
    assert_complete(found, early + done)


def test_standard_output_gets_everything_over_a_seal_and_to_the_end(node: Node) -> None:
    """Sealing executes the supervisor anew; its output goes on, and what the stop itself finds waiting comes too."""
    enable(node, "stdout", "stdout")
    done = load(node, threads=3, requests=4)
    assert node.seal().status == 204
    wait_until(lambda: node.call("GET", "sys/seal-status").json["sealed"], "it isn't sealed")
    node.unseal()
    done += load(node, threads=3, requests=4)
    wait_until(lambda: len(forwarders(node)) == 1, "no forwarder")
    assert node.stop() == 0
    found, _ = entries(node.log.read_bytes())
    assert_complete(found, done)
    assert list((node.directory / "store" / "audit-spool").glob("*/*")) == []


def test_a_stop_at_once_delivers_too(node: Node) -> None:
    """A node that is stopped before its forwarder has begun starts it to the end."""
    enable(node, "stdout", "stdout")
    done = load(node, threads=1, requests=1)
    assert node.stop() == 0
    assert_complete(entries(node.log.read_bytes())[0], done)


def test_a_disabled_device_leaves_nothing_behind(node: Node, pipe: Path) -> None:
    """What it took is delivered; then its files go."""
    reading = Reading(pipe)
    enable(node, str(pipe))
    done = load(node, threads=2, requests=3)
    places = node.directory / "store" / "audit-spool"
    assert len([path for path in places.iterdir() if path.is_dir()]) == 1
    node.ok("DELETE", "sys/audit/pipe")

    def gone() -> bool:
        node.ok("GET", "sys/mounts")  # each worker hears of it with its next request
        return not any(path.is_dir() for path in places.iterdir())

    wait_until(gone, "the spool stays")
    assert node.stop() == 0
    found, broken = entries(reading.finish())
    assert broken == 0
    assert_complete(found, done)


def test_an_idle_forwarder_costs_next_to_nothing(node: Node, pipe: Path) -> None:
    """Waiting for entries, and for a reader who doesn't come, takes less than a twentieth of a processor."""
    enable(node, str(pipe))
    enable(node, "stdout", "stdout")
    load(node, threads=1, requests=2)
    wait_until(lambda: len(forwarders(node)) == 1, "no forwarder")
    (forwarder,) = forwarders(node)

    def idle() -> bool:
        before = processor_s(forwarder)
        time.sleep(2)
        return processor_s(forwarder) - before < 0.1

    wait_until(idle, "it never comes to rest")
