"""Clients that mean harm, or are broken: the server stays up, answers the next client, and nothing is changed."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.processes.node import Node, processor_s, running
from tests.conformance.processes.wire import Answer, Connection, ConnectionBroken, request
from tests.conformance.program import wait_until

CONFIG = """
workers = {workers}
storage "sqlite" {
  path = "{directory}/store"
}
listener "tcp" {
  address                  = "{address}"
  tls_disable              = true
  http_read_header_timeout = "1s"
  http_read_timeout        = "2s"
  http_write_timeout       = "2s"
}
"""
FUZZ_S = float(os.environ.get("STRONGROOM_TEST_FUZZ_S", "4"))
ESTABLISHED = "01"
PRECIOUS = {"value": "untouched"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node of two workers with short limits."""
    with running(Node(tmp_path_factory.mktemp("hostile"), CONFIG, workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "kv/precious", PRECIOUS)
        node.ok("POST", "kv/large", {"value": "x" * 1_000_000})
        yield node


@pytest.fixture
def node(shared: Node) -> Iterator[Node]:
    """That node, which has to be well afterwards, with the workers of before and the same content."""
    workers = shared.workers()
    yield shared
    assert shared.workers() == workers
    for _ in range(4):
        assert shared.ok("GET", "kv/precious").data == PRECIOUS
    assert shared.ok("LIST", "kv/").data["keys"] == ["large", "precious"]
    assert "Traceback" not in shared.log_text()


def all_answers(connection: Connection) -> list[Answer]:
    """Everything the server answers until it closes the connection."""
    found = []
    with contextlib.suppress(ConnectionBroken):
        while True:
            found.append(connection.read())
    return found


SMUGGLED = b"DELETE /v1/kv/precious HTTP/1.1\r\nHost: a\r\nX-Vault-Token: %b\r\n\r\n"
AMBIGUOUS = {
    "both-lengths": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both-lengths-turned": b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n",
    "two-lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n",
    "list-of-lengths": b"Content-Length: 0, %d\r\n\r\n",
    "signed-length": b"Content-Length: +0\r\nX-Length: %d\r\n\r\n",
    "hexadecimal-length": b"Content-Length: 0x0\r\nX-Length: %d\r\n\r\n",
    "negative-length": b"Content-Length: -1\r\nX-Length: %d\r\n\r\n",
    "space-before-colon": b"Content-Length : 0\r\nX-Length: %d\r\n\r\n",
    "folded-line": b"X-A: b\r\n Content-Length: %d\r\n\r\n",
    "bare-line-feeds": b"X-A: b\nContent-Length: %d\r\n\r\n",
    "bare-carriage-return": b"X-A: b\rContent-Length: %d\r\n\r\n",
    "nul": b"X-A: b\0\r\nContent-Length: %d\r\n\r\n",
    "unknown-coding": b"Transfer-Encoding: xchunked\r\nX-Length: %d\r\n\r\n0\r\n\r\n",
    "coding-twice": b"Transfer-Encoding: chunked, chunked\r\nX-Length: %d\r\n\r\n0\r\n\r\n",
    "coding-not-last": b"Transfer-Encoding: chunked, identity\r\nX-Length: %d\r\n\r\n0\r\n\r\n",
    "chunk-size-signed": b"Transfer-Encoding: chunked\r\nX-Length: %d\r\n\r\n+0\r\n\r\n",
    "chunk-size-huge": b"Transfer-Encoding: chunked\r\nX-Length: %d\r\n\r\nffffffffffffffff0\r\n\r\n",
    "chunk-line-feed": b"Transfer-Encoding: chunked\r\nX-Length: %d\r\n\r\n0\n\n",
    "two-hosts": b"Host: b\r\nX-Length: %d\r\n\r\n",
    "two-tokens": b"X-Vault-Token: a\r\nX-Vault-Token: b\r\nX-Length: %d\r\n\r\n",
}


@pytest.mark.parametrize("ambiguous", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_what_two_readers_could_read_differently_is_refused(node: Node, ambiguous: bytes) -> None:
    """One answer, an error, and the connection is closed: a request hidden behind it is never carried out."""
    hidden = SMUGGLED % node.token.encode()
    with node.connect() as connection:
        connection.send(b"GET /v1/sys/health HTTP/1.1\r\nHost: a\r\n" + ambiguous % len(hidden) + hidden)
        answers = all_answers(connection)
        assert len(answers) == 1, answers
        assert answers[0].status in (400, 413, 501)


def test_a_pipelined_request_is_carried_out_in_its_turn(node: Node) -> None:
    """What the smuggling tests rest on: behind a request that is clear, the next one counts."""
    node.ok("POST", "kv/passing", {"value": 1})
    hidden = (SMUGGLED % node.token.encode()).replace(b"precious", b"passing")
    with node.connect() as connection:
        connection.send(request("GET", "sys/health") + hidden.replace(b"Host: a", b"Host: a\r\nConnection: close"))
        assert [answer.status for answer in all_answers(connection)] == [200, 204]
    assert node.call("GET", "kv/passing").status == 404


def test_slow_clients_are_cut_and_hold_up_nobody(node: Node) -> None:
    """Clients that send a byte now and then, in fields or body, are gone after the limits; others wait for nothing."""
    slow = [node.connect() for _ in range(60)]
    held = 0
    try:
        for number, connection in enumerate(slow):
            connection.send(b"GET /v1/kv/precious HTT" if number % 2 else request("POST", "kv/x", {"a": 1})[:-3])
        for _ in range(20):
            assert node.call("GET", "kv/precious").status == 200
            held += connected(slow) == len(slow)
            for connection in slow[:4]:
                with contextlib.suppress(ConnectionBroken):
                    connection.send(b" ")
        assert held, "no answer came before the limits"
        for connection in slow[4:]:
            assert connection.closed_by_server(60)
    finally:
        for connection in slow:
            connection.close()


def test_clients_that_do_not_read_hold_up_nobody(node: Node) -> None:
    """Answers of megabytes to nobody: the server stops making them, serves others, and drops the connection."""
    deaf = [node.connect() for _ in range(10)]
    try:
        for connection in deaf:
            connection.send(request("GET", "kv/large", token=node.token) * 30)
        assert node.call("GET", "kv/precious").status == 200
        assert connected(deaf) == len(deaf), "no answer came before the limit"
        for _ in range(20):
            assert node.call("GET", "kv/precious").status == 200
        wait_until(lambda: connected(deaf) == 0, "they are still served")
        assert all(_received_until_the_end(connection) < 20_000_000 for connection in deaf)
    finally:
        for connection in deaf:
            connection.close()


def connected(connections: list[Connection]) -> int:
    """For how many of these IPv4 connections the server still has its end."""
    wanted = {(each.sock.getpeername()[1], each.sock.getsockname()[1]) for each in connections}
    found = set()  # a line may come twice: the table changes while it is read
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, ours, theirs, state, *_ = line.split()
        ends = tuple(int(address.rpartition(":")[2], 16) for address in (ours, theirs))
        if state == ESTABLISHED:
            found.add(ends)
    return len(found & wanted)


def _received_until_the_end(connection: Connection) -> int:
    total = 0
    with contextlib.suppress(ConnectionResetError):
        while data := connection.sock.recv(1 << 20):
            total += len(data)
    return total


def test_a_client_that_has_said_everything_is_answered(node: Node) -> None:
    """Half closed after a whole request: the answer comes.  Half closed within one: the connection ends."""
    with node.connect() as connection:
        connection.send(request("GET", "kv/precious", token=node.token))
        connection.sock.shutdown(socket.SHUT_WR)
        assert connection.read().data == PRECIOUS
    with node.connect() as connection:
        connection.send(request("POST", "kv/precious", {"value": "cut off"}, node.token)[:-1])
        connection.sock.shutdown(socket.SHUT_WR)
        assert connection.closed_by_server(30)


def test_ten_megabytes_of_fields_are_refused(node: Node) -> None:
    """431 without reading them all."""
    with node.connect() as connection:
        with contextlib.suppress(ConnectionBroken):
            connection.send(b"GET /v1/kv/precious HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 10_000_000)
        answers = all_answers(connection)
        assert [answer.status for answer in answers] == [431]


@pytest.mark.parametrize(
    "framing",
    [b"Content-Length: 1099511627776\r\n\r\n", b"Content-Length: " + b"9" * 400 + b"\r\n\r\n"],
    ids=["a-terabyte", "beyond-numbers"],
)
def test_a_body_that_is_announced_too_large_is_refused(node: Node, framing: bytes) -> None:
    """413 or 400 at once, whatever would come."""
    with node.connect() as connection:
        connection.send(b"POST /v1/kv/precious HTTP/1.1\r\nHost: a\r\n" + framing)
        answers = all_answers(connection)
        assert [answer.status for answer in answers] in ([413], [400])


def test_a_body_that_grows_too_large_is_refused(node: Node) -> None:
    """413 once the chunks are over the limit."""
    with node.connect() as connection:
        connection.send(b"POST /v1/kv/precious HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionBroken):
            for _ in range(80):
                connection.send(b"80000\r\n" + b" " * 0x80000 + b"\r\n")
        answers = all_answers(connection)
        assert [answer.status for answer in answers] in ([413], [])  # [] when the reset overtook the answer


@pytest.mark.parametrize("known", [False, True], ids=["stranger", "known"])
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 300_000 + b"1" + b"}" * 300_000,
        b"{" + b'"a":1,' * 300_000 + b'"a":1}',
        b"\xff" * 99,
    ],
    ids=["brackets", "objects", "same-name", "no-unicode"],
)
def test_json_that_is_made_to_hurt(node: Node, body: bytes, known: bool) -> None:
    """Refused without much work, whoever sends it; the process lives."""
    before = spent_s(node)
    with node.connect() as connection:
        token = f"X-Vault-Token: {node.token}\r\n" if known else ""
        head = f"POST /v1/sys/unseal HTTP/1.1\r\nHost: a\r\n{token}Content-Length: {len(body)}\r\n\r\n"
        connection.send(head.encode() + body)
        assert connection.read().status == (400 if known or len(body) < 1000 else 413)
    assert spent_s(node) - before < 3


def spent_s(node: Node) -> float:
    """How many seconds of a processor the node's workers have used."""
    return sum(processor_s(pid) for pid in node.workers())


def test_thousands_of_connections_that_say_nothing(node: Node) -> None:
    """The next client is answered while they are there."""
    silent = [node.connect() for _ in range(1500)]
    try:
        for _ in range(5):
            assert node.call("GET", "kv/precious").status == 200
            assert connected(silent) == len(silent)
    finally:
        for connection in silent:
            connection.close()


def _mutated(pick: random.Random) -> bytes:
    """A request with faults, or noise."""
    if pick.random() < 0.2:
        return pick.randbytes(pick.randrange(1, 400))
    methods = ("GET", "POST", "PUT", "LIST", "SCAN", "PATCH", "HEAD", "OPTIONS")
    paths = ("kv/a%zz", "kv/../sys/seal", "sys/unseal", "sys/health?list=true", "//", "kv/%2e%2e/a", "sys/init", "a/b")
    whole = bytearray(request(pick.choice(methods), pick.choice(paths), {"a": "b" * pick.randrange(50)}))
    for _ in range(pick.randrange(4)):
        at = pick.randrange(len(whole))
        match pick.randrange(3):
            case 0:
                whole[at] = pick.randrange(256)
            case 1:
                del whole[at : at + pick.randrange(1, 10)]
            case _:
                whole[at:at] = pick.choice((b"\r\n", b"\0", b"Transfer-Encoding: chunked\r\n", b"\xff" * 3, b" "))
    return bytes(whole)


def test_random_bytes_for_a_while(node: Node) -> None:
    """No input that has no token changes anything, ends a worker, or is answered 500."""
    seed = random.randrange(1 << 32)
    deadline = time.monotonic() + FUZZ_S
    bad: list[object] = []
    counts = [0, 0]

    def attack(number: int) -> None:
        pick = random.Random(seed + number)
        while time.monotonic() < deadline:
            sent = _mutated(pick)
            counts[number] += 1
            with contextlib.suppress(OSError), node.connect(0.2) as connection:
                connection.send(sent)
                if pick.random() < 0.7:
                    connection.sock.shutdown(socket.SHUT_WR)
                answer = connection.read()
                if answer.status >= 500 and answer.status not in (501, 505):
                    bad.append((sent, answer))

    attackers = [threading.Thread(target=attack, args=(number,)) for number in range(2)]
    for attacker in attackers:
        attacker.start()
    for attacker in attackers:
        attacker.join()
    assert bad == [], f"seed {seed}"
    assert sum(counts) > 100
