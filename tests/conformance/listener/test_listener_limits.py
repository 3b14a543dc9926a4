"""Claims about clients that are slow, greedy or gone, with limits of fractions of a second."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from strongroom.http.settings import ListenerConfig, ListenerLimits
from tests.conformance.listener.running import Running, read_all, read_response, request

LIMITS = ListenerLimits(
    handshake_timeout_s=0.4,
    read_header_timeout_s=0.4,
    read_timeout_s=1.0,
    idle_timeout_s=0.8,
    write_timeout_s=0.8,
    linger_timeout_s=0.4,
    max_request_duration_s=0.6,
    max_inflight_memory=3_000_000,
    sweep_interval_s=0.05,
)


@pytest.fixture
def server() -> Iterator[Running]:
    """A listener that loses patience quickly."""
    with Running(ListenerConfig(limits=LIMITS)) as running:
        yield running


def dribble(sock: socket.socket, data: bytes, pause_s: float) -> None:
    """Send single bytes until the other end has had enough."""
    with suppress(OSError):
        for byte in data:
            sock.sendall(bytes([byte]))
            time.sleep(pause_s)


def test_slow_heads_are_cut_off(server: Running) -> None:
    """A client that sends a byte of its head now and then is answered 408, although it never falls silent."""
    with server.connect() as sock:
        dribble(sock, b"GET / HTTP/1.1\r\nHost: a", 0.03)
        answer = sock.recv(1000)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_slow_bodies_are_cut_off(server: Running) -> None:
    """The same holds for a body, whose time runs from the request's first byte."""
    with server.connect() as sock:
        sock.sendall(request("/", "Content-Length: 1000", method="POST"))
        dribble(sock, b"a" * 40, 0.03)
        assert sock.recv(1000).startswith(b"HTTP/1.1 408 ")
    server.until(lambda: server.listener.body_bytes == 0)


def test_silent_connections_are_closed(server: Running) -> None:
    """A connection that never asks, or asks no more, ends without an answer that could be taken for one."""
    with server.connect() as sock:
        assert read_all(sock) == b""
    with server.connect() as sock:
        began = time.monotonic()
        sock.sendall(request("/"))
        assert read_response(sock)[0] == 200
        assert read_all(sock) == b""
        assert time.monotonic() - began >= LIMITS.idle_timeout_s


def test_limits_never_strike_early(server: Running) -> None:
    """What goes over a limit had all of its time: a head that doesn't end, a body, and an answer that doesn't come."""
    for sent, status, limit_s in (
        (b"GET / HTTP/1.1\r\n", 408, LIMITS.read_header_timeout_s),
        (request("/", "Content-Length: 1000", method="POST"), 408, LIMITS.read_timeout_s),
        (request("/wait?s=20"), 503, LIMITS.max_request_duration_s),
    ):
        began = time.monotonic()
        with server.connect() as sock:
            sock.sendall(sent)
            assert read_response(sock)[0] == status
            assert time.monotonic() - began >= limit_s


def test_long_requests_are_cancelled(server: Running) -> None:
    """A request over its time is cancelled and answered 503, also when the application takes long to give in."""
    with server.connect() as sock:
        sock.sendall(request("/wait?s=20"))
        assert read_response(sock)[0] == 503
    server.until(lambda: server.application.events == ["cancelled"])
    server.application.events.clear()
    assert server.exchange(request("/stubborn")).startswith(b"HTTP/1.1 503 ")
    server.until(lambda: server.application.events == ["gave in", "after sent"])
    server.until(lambda: (server.listener.in_flight, server.listener.connections) == (0, 0))


def test_requests_outlive_their_client_but_not_their_time(server: Running) -> None:
    """A request goes on when its client resets the connection, and is still cancelled when its time has run out."""
    for seconds, event in (("0.1", "waited"), ("20", "cancelled")):
        server.application.events.clear()
        with server.connect() as sock:
            sock.sendall(request(f"/wait?s={seconds}"))
            server.until(lambda: server.listener.in_flight == 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        server.until(lambda event=event: server.application.events == [event])  # type: ignore[misc]
        server.until(lambda: (server.listener.in_flight, server.listener.connections) == (0, 0))


def test_clients_that_do_not_read_are_dropped(server: Running) -> None:
    """A client that asks for much and reads nothing is disconnected; what waited for it is forgotten."""
    for count, target in enumerate(("/big?n=30000000", "/flood", "/after?n=30000000")):
        server.application.events.clear()
        with server.connect() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            began = time.monotonic()
            sock.sendall(request(target))
            server.until(lambda count=count: server.listener.requests > count)  # type: ignore[misc]
            server.until(lambda: server.listener.connections == 0)
            assert time.monotonic() - began >= LIMITS.write_timeout_s
        if target != "/big?n=30000000":
            server.until(lambda: "after sent" in server.application.events)
        server.until(lambda: server.listener.in_flight == 0)


def test_pipelining_without_reading_is_bounded(server: Running) -> None:
    """A client that asks again and again without reading is made to wait, then dropped."""
    with server.connect() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(30)
        with pytest.raises(OSError):
            while True:
                sock.sendall(request("/big?n=100000") * 100)
        # Each answer is a hundred times its request: with unbounded patience thousands would have been made.
        assert server.listener.requests < 300


def test_slow_readers_are_served() -> None:
    """A client that reads slowly but steadily is not taken for one that doesn't read, though it takes longer."""
    limits = replace(LIMITS, write_timeout_s=2.0)
    began = time.monotonic()
    with Running(ListenerConfig(limits=limits)) as server, server.connect() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        sock.sendall(request("/big?n=12000000", "Connection: close"))
        received = 0
        while part := sock.recv(400_000):
            received += len(part)
            time.sleep(0.03)
    assert received > 12_000_000
    assert time.monotonic() - began > limits.write_timeout_s


def test_bodies_share_a_memory_limit() -> None:
    """Together the bodies being received stay within the limit: one too many is answered 503, the others go on."""
    head = request("/", "Content-Length: 2000000", "X-Vault-Token: known", method="POST")
    patient = ListenerConfig(limits=ListenerLimits(max_inflight_memory=LIMITS.max_inflight_memory))
    with Running(patient) as server, server.connect() as first, server.connect() as second:
        first.sendall(head + b"a" * 1_900_000)
        server.until(lambda: server.listener.body_bytes == 1_900_000)
        second.sendall(head + b"b" * 1_900_000)
        assert read_response(second)[0] == 503
        first.sendall(b"a" * 100_000)
        assert json.loads(read_response(first)[2])["length"] == 2_000_000
        server.until(lambda: server.listener.body_bytes == 0)
