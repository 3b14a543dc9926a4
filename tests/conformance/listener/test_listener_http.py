"""Claims about HTTP/1.1 over a real socket."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strongroom.http.settings import ListenerConfig
from tests.conformance.listener.running import Running, read_all, read_response, request
from tests.unit.http.vectors import refused

CLOSE = "Connection: close"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """One plain listener for all claims that change nothing."""
    with Running(ListenerConfig(default_headers=b"cache-control: no-store\r\n")) as running:
        yield running


def test_answers_with_what_the_connection_needs(server: Running) -> None:
    """Status line, date, default headers, the application's and the length are there, once each."""
    head, _, body = server.exchange(request("/v1/x?q=1", CLOSE, method="LIST")).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    names = [line.split(":")[0] for line in lines[1:]]
    assert lines[0] == "HTTP/1.1 200 OK"
    assert sorted(names) == ["cache-control", "connection", "content-length", "content-type", "date"]
    assert f"content-length: {len(body)}" in lines
    described = json.loads(body)
    assert (described["method"], described["path"], described["query"]) == ("LIST", "/v1/x", "q=1")
    assert described["address"] == "127.0.0.1"
    assert described["listener"] == f"127.0.0.1:{server.address[1]}"


def test_one_connection_serves_many(server: Running) -> None:
    """A connection stays open between requests, those that wait and those that don't."""
    with server.connect() as sock:
        for target in ("/v1/a", "/wait?s=0.001", "/v1/b", "/wait?s=0"):
            sock.sendall(request(target))
            assert read_response(sock)[0] == 200


def test_pipelined_requests_are_answered_in_order(server: Running) -> None:
    """Two hundred requests sent at once, slow and fast ones mixed, are answered in their order."""
    targets = [f"/n/{n}" if n % 7 else "/wait?s=0.001" for n in range(200)]
    data = b"".join(request(target) for target in targets[:-1]) + request(targets[-1], CLOSE)
    answers = server.exchange(data).split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert len(answers) == 200
    for target, answer in zip(targets, answers, strict=True):
        body = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert body == "waited" if target.startswith("/wait") else body["path"] == target


def test_single_bytes_make_a_request(server: Running) -> None:
    """A request that arrives byte by byte is answered like any other."""
    with server.connect() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request("/v1/x", method="POST", body=b"abc"):
            sock.sendall(bytes([byte]))
        assert json.loads(read_response(sock)[2])["length"] == 3


def test_versions_and_connection_fields(server: Running) -> None:
    """HTTP/1.0 closes unless it asks not to, and is told if the connection stays; 1.1 closes when asked."""
    assert b"connection: close" in server.exchange(request("/v1/x", version="1.0"))
    with server.connect() as sock:
        for _ in range(2):
            sock.sendall(request("/v1/x", "Connection: keep-alive", version="1.0"))
            assert read_response(sock)[1]["connection"] == "keep-alive"
    assert b"connection: close" in server.exchange(request("/v1/x", CLOSE))


def test_head_and_204_have_no_body(server: Running) -> None:
    """HEAD tells the length of what GET would bring and sends none of it; 204 has neither body nor length."""
    with server.connect() as sock:
        sock.sendall(request("/big?n=5", method="HEAD") + request("/status?code=204") + request("/v1/x", CLOSE))
        first, second, third, _ = (read_all(sock) + b"HTTP/1.1").split(b"HTTP/1.1")[1:]
    assert b"content-length: 5\r\n" in first
    assert first.endswith(b"\r\n\r\n")
    assert second.startswith(b" 204 No Content")
    assert b"content-length" not in second
    assert second.endswith(b"\r\n\r\n")
    assert b'"path": "/v1/x"' in third


def test_expecting_clients_are_told_to_continue(server: Running) -> None:
    """A client that waits for 100 gets it, then its answer; one that sends at once gets no 100."""
    head = request("/v1/x", "Expect: 100-continue", "Content-Length: 3", method="POST")
    with server.connect() as sock:
        sock.sendall(head)
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"abc")
        assert json.loads(read_response(sock)[2])["length"] == 3
    with server.connect() as sock:
        sock.sendall(head + b"abc")
        assert sock.recv(100).startswith(b"HTTP/1.1 200 OK")
    too_large = request("/v1/x", "Expect: 100-continue", "Content-Length: 99999999", method="POST")
    assert server.exchange(too_large).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_000_000, 20_000_000])
def test_bodies_arrive_and_leave_whole(server: Running, size: int) -> None:
    """Bodies up to many times every buffer's size arrive and leave unchanged."""
    body = bytes(range(256)) * (size // 256) + b"z" * (size % 256)
    with server.connect() as sock:
        sock.sendall(request("/v1/x", "X-Vault-Token: known", method="POST", body=body))
        assert json.loads(read_response(sock)[2])["sha256"] == hashlib.sha256(body).hexdigest()
        sock.sendall(request(f"/big?n={size}"))
        assert read_response(sock)[2] == b"x" * size


def test_a_large_last_answer_is_not_cut(server: Running) -> None:
    """Closing waits until the client has read everything, however slowly it starts."""
    with server.connect() as sock:
        sock.sendall(request("/big?n=8000000", CLOSE))
        assert len(read_all(sock)) > 8_000_000


def test_half_closed_clients_get_their_answers(server: Running) -> None:
    """A client that ends its side after its requests still gets every answer; then the connection ends."""
    for target in ("/v1/x", "/wait?s=0.02"):
        with server.connect() as sock:
            sock.sendall(request(target) * 3)
            sock.shutdown(socket.SHUT_WR)
            assert read_all(sock).count(b"HTTP/1.1 200 OK") == 3
    with server.connect() as sock:
        sock.sendall(request("/v1/x", "Content-Length: 5", method="POST") + b"ab")
        sock.shutdown(socket.SHUT_WR)
        assert read_all(sock) == b""


@pytest.mark.parametrize("vector", refused()[:60], ids=[vector["name"] for vector in refused()[:60]])
def test_refusals_are_answers(server: Running, vector: dict[str, Any]) -> None:
    """What is refused gets its status, in the application's words, and then the connection ends; never a mere close."""
    head, _, body = server.exchange(vector["data"] + b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n").partition(
        b"\r\n\r\n"
    )
    assert head.startswith(b"HTTP/1.1 %d " % vector["status"])
    assert b"connection: close" in head
    assert json.loads(body)["errors"]


def test_a_refusal_survives_what_the_client_still_sends(server: Running) -> None:
    """A client that sends megabytes after a refused head can still read the answer: no reset overtakes it."""
    with server.connect() as sock:
        sock.sendall(request("/v1/x", "Content-Length: 50000000", method="POST"))
        for _ in range(100):
            sock.sendall(b"x" * 50_000)
        sock.shutdown(socket.SHUT_WR)
        assert read_all(sock).startswith(b"HTTP/1.1 413 ")


def test_streams_are_chunked(server: Running) -> None:
    """A stream comes in chunks, then `after_sent` is called, then the connection serves on; 1.0 gets it bare."""
    server.application.events.clear()
    with server.connect() as sock:
        sock.sendall(request("/stream?n=50"))
        status, headers, body = read_response(sock)
        assert (status, headers["transfer-encoding"]) == (200, "chunked")
        assert body == b"first" + b"".join(b"%d," % n for n in range(50))
        sock.sendall(request("/v1/x"))
        assert read_response(sock)[0] == 200
        assert server.application.events == ["stream closed", "after sent"]
    old = server.exchange(request("/stream?n=3", "Connection: keep-alive", version="1.0"))
    assert b"transfer-encoding" not in old
    assert old.endswith(b"\r\n\r\nfirst0,1,2,")


def test_a_stream_ends_when_the_client_hangs_up(server: Running) -> None:
    """An endless stream is closed soon after its client has gone, and `after_sent` is still called."""
    server.application.events.clear()
    with server.connect() as sock:
        sock.sendall(request("/stream?n=1000000"))
        assert sock.recv(10)
    server.until(lambda: server.application.events == ["stream closed", "after sent"])
    server.until(lambda: server.listener.in_flight == 0)


def test_after_sent_waits_for_the_last_byte(server: Running) -> None:
    """`after_sent` isn't called while part of the answer still waits for the client."""
    server.application.events.clear()
    with server.connect() as sock:
        sock.sendall(request("/after?n=30000000"))
        assert sock.recv(10)
        server.until(lambda: server.listener.in_flight == 1)
        assert not server.application.events
        assert len(read_response_rest(sock)) > 29_000_000
    server.until(lambda: server.application.events == ["after sent"])


def read_response_rest(sock: socket.socket) -> bytes:
    """What remains of an answer of thirty million bytes."""
    received = bytearray()
    while len(received) < 30_000_000:
        received += sock.recv(1 << 20)
    return bytes(received)


def test_faults_are_answered_without_their_words(server: Running, capfd: pytest.CaptureFixture[str]) -> None:
    """An exception becomes a 500; neither its message nor the request's token is in the answer or the log."""
    with server.connect() as sock:
        sock.sendall(request("/raise", "X-Vault-Token: canary-in-a-field"))
        status, _, body = read_response(sock)
        assert status == 500
        sock.sendall(request("/inject"))
        status, headers, injected = read_response(sock)
        assert (status, "x-evil" in headers) == (500, False)
        assert json.loads(injected)["errors"]
    logged = "".join(capfd.readouterr())
    assert "RuntimeError" in logged
    assert b"canary" not in body
    assert "canary" not in logged


def test_requests_share_no_context(server: Running) -> None:
    """What one request binds to a context variable is not seen by the next of the same connection."""
    with server.connect() as sock:
        for _ in range(2):
            sock.sendall(request("/context"))
            assert read_response(sock)[2] == b"nothing"


def test_timeouts_work_before_the_first_wait(server: Running) -> None:
    """An application may enter `asyncio.timeout` before it first waits, when no Task exists yet."""
    with server.connect() as sock:
        sock.sendall(request("/timeout?s=0.02"))
        assert read_response(sock)[2] == b'"timed out"'


def test_unix_sockets_have_no_address(tmp_path: Path) -> None:
    """On a Unix socket the peer has no address, and the listener's name is the path."""
    path = tmp_path / "s"
    with Running(unix=path) as server:
        described = json.loads(server.exchange(request("/v1/x", CLOSE)).partition(b"\r\n\r\n")[2])
    assert (described["address"], described["port"], described["listener"]) == ("", 0, str(path))
    assert path.exists(), "other workers still listen on it"
