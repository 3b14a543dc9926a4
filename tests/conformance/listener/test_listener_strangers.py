"""Claims about what clients cost whom nobody knows, and about what all clients together may hold."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from strongroom.http.addresses import parse_networks
from strongroom.http.forwarded import ForwardedRules
from strongroom.http.proxy_protocol import ProxyBehavior, ProxyRules
from strongroom.http.settings import ListenerConfig, ListenerLimits
from tests.conformance.listener.running import Running, read_all, read_response, request

CLOSE = "Connection: close"
LIMITS = ListenerLimits(
    max_unauthenticated_request_size=200_000,
    max_inflight_memory=1_600_000,
    linger_timeout_s=0.2,
    sweep_interval_s=0.05,
    reading_time_s=0.2,
)


@pytest.fixture
def server() -> Iterator[Running]:
    """A listener with small limits."""
    with Running(ListenerConfig(limits=LIMITS)) as running:
        yield running


def post(length: int, *fields: str) -> bytes:
    """The head of a request with such a body."""
    return request("/", f"Content-Length: {length}", *fields, method="POST")


@pytest.mark.parametrize("token", [(), ("X-Vault-Token: invented",)])
def test_strangers_are_refused_before_they_send(server: Running, token: tuple[str, ...]) -> None:
    """A body that is announced as too large for whoever is unknown is refused at once, an invented token or none."""
    with server.connect() as sock:
        sock.sendall(post(200_001, *token))
        assert read_response(sock)[0] == 413
    assert server.listener.body_bytes == 0
    assert server.listener.numbers().refusals["unauthenticated_request_size"] == 1


def test_strangers_are_not_told_to_send(server: Running) -> None:
    """A client that waits to be told to send its body is told no, not to continue."""
    with server.connect() as sock:
        sock.sendall(post(200_001, "Expect: 100-continue"))
        assert sock.recv(100).startswith(b"HTTP/1.1 413 ")


def test_chunks_are_refused_at_the_limit(server: Running) -> None:
    """What comes in chunks is read up to the limit and no further."""
    chunk = b"186a0\r\n" + b"a" * 100_000 + b"\r\n"
    head = request("/", "Transfer-Encoding: chunked", CLOSE, method="POST")
    assert server.exchange(head + chunk * 2 + b"0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    assert server.exchange(head + chunk * 2 + b"1\r\n").startswith(b"HTTP/1.1 413 ")


def test_many_tiny_chunks_are_a_large_body(server: Running) -> None:
    """Reading them costs more than what they carry, so only who is known may send thousands."""
    chunks = b"1\r\na\r\n" * 10_000 + b"0\r\n\r\n"
    head = request("/", "Transfer-Encoding: chunked", CLOSE, method="POST")
    assert server.exchange(head + chunks).startswith(b"HTTP/1.1 413 ")
    known = request("/", "X-Vault-Token: known", "Transfer-Encoding: chunked", CLOSE, method="POST")
    assert server.exchange(known + chunks).startswith(b"HTTP/1.1 200 ")
    assert server.exchange(known + b"1\r\na\r\n" * 60_000).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("token", ["known", "slow"])
@pytest.mark.parametrize("expect", [(), ("Expect: 100-continue",)])
def test_who_is_known_sends_more(server: Running, token: str, expect: tuple[str, ...]) -> None:
    """Whom the application knows sends up to the other limit, also when it takes a while to find out."""
    body = b"a" * 500_000
    with server.connect() as sock:
        for _ in range(2):
            sock.sendall(post(len(body), f"X-Vault-Token: {token}", *expect))
            if expect:
                assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            sock.sendall(body)
            assert read_response(sock)[0] == 200
        chunks = b"".join(b"186a0\r\n" + body[:100_000] + b"\r\n" for _ in range(5)) + b"0\r\n\r\n"
        sock.sendall(request("/", f"X-Vault-Token: {token}", "Transfer-Encoding: chunked", method="POST") + chunks)
        assert read_response(sock)[0] == 200
        sock.sendall(post(200_001))
        assert read_response(sock)[0] == 413, "leave is for one request"
    server.until(lambda: server.listener.body_bytes == 0)


def test_clients_that_leave_while_they_are_looked_at(server: Running) -> None:
    """Whoever hangs up before it is known who that was leaves nothing behind."""
    for _ in range(5):
        with server.connect() as sock:
            sock.sendall(post(500_000, "X-Vault-Token: slow"))
    server.until(lambda: server.listener.numbers().connections == 0)
    assert (server.listener.in_flight, server.listener.body_bytes) == (0, 0)


def test_strangers_have_a_part_of_the_memory(server: Running) -> None:
    """Half-sent bodies of strangers fill their part, not that of others; small requests are served all along."""
    with contextlib.ExitStack() as stack:
        for index in range(2):
            sock = stack.enter_context(server.connect())
            sock.sendall(post(180_000) + b"a" * 150_000)
            if not index:
                server.until(lambda: server.listener.body_bytes == 150_000)
        status, headers, _ = read_response(sock)
        assert (status, headers["retry-after"]) == (503, "1")
        known = stack.enter_context(server.connect())
        known.sendall(post(500_000, "X-Vault-Token: known") + b"a" * 500_000)
        assert read_response(known)[0] == 200
        assert server.exchange(post(1000, CLOSE) + b"a" * 1000).startswith(b"HTTP/1.1 200 ")
    assert server.listener.numbers().refusals["body_memory"] == 1


def unread(server: Running, stack: contextlib.ExitStack) -> socket.socket:
    """A client that asks for a large answer and doesn't read it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(30)
    stack.enter_context(sock).connect(server.address)
    sock.sendall(request("/big?n=8000000"))
    return sock


def test_answers_share_a_memory_limit() -> None:
    """Large answers that nobody reads are held up to the limit; then those go that have waited longest."""
    limits = ListenerLimits(max_inflight_memory=20_000_000, sweep_interval_s=0.05, reading_time_s=0.5)
    with Running(ListenerConfig(limits=limits)) as server, contextlib.ExitStack() as stack:
        first, _ = unread(server, stack), unread(server, stack)
        server.until(lambda: server.listener.numbers().answer_bytes == 16_000_000)
        third = unread(server, stack)
        status, headers, body = read_response(third)
        assert (status, headers["retry-after"], b"max_inflight_memory" in body) == (503, "1", True)
        assert server.exchange(request("/", CLOSE)).startswith(b"HTTP/1.1 200 "), "small answers are sent"

        def again() -> bool:
            third.sendall(request("/big?n=8000000"))
            return read_response(third)[0] == 200

        server.until(again)
        assert len(read_all(first)) < 8_000_000, "cut off"
        refusals = server.listener.numbers().refusals
        assert refusals["answer_memory"] >= 1
        assert refusals["slow_reader"] == 1
    assert server.listener.numbers().answer_bytes == 0


def test_one_answer_may_be_larger_than_the_limit(server: Running) -> None:
    """An answer that waits alone is sent whole, whatever its size."""
    assert len(server.exchange(request("/big?n=8000000", CLOSE))) > 8_000_000
    server.until(lambda: server.listener.numbers().answer_bytes == 0)


def test_newcomers_displace_who_only_waits() -> None:
    """At the limit the connection goes that has waited longest; a request that is being worked on is never cut off."""
    with Running(ListenerConfig(limits=ListenerLimits(max_connections=3, sweep_interval_s=0.05))) as server:
        with contextlib.ExitStack() as stack:
            silent = stack.enter_context(server.connect())
            server.until(lambda: server.listener.numbers().connections == 1)
            used, busy = (stack.enter_context(server.connect()) for _ in range(2))
            used.sendall(request("/"))
            assert read_response(used)[0] == 200
            busy.sendall(request("/wait?s=5"))
            server.until(lambda: server.listener.in_flight == 1)
            late = stack.enter_context(server.connect())
            late.sendall(request("/"))
            assert read_response(late)[0] == 200
            assert silent.recv(1) == b"", "closed"
            used.sendall(request("/"))
            assert read_response(used)[0] == 200
            assert server.listener.numbers().refusals["waiting_connection"] == 1


def test_half_a_request_is_worth_more_than_none() -> None:
    """Whoever has sent half a head goes when its time is next, whoever has sent half a body after all that wait."""
    with Running(ListenerConfig(limits=ListenerLimits(max_connections=3, sweep_interval_s=0.05))) as server:
        with contextlib.ExitStack() as stack:
            body, head, used = (stack.enter_context(server.connect()) for _ in range(3))
            body.sendall(post(100) + b"a")
            server.until(lambda: server.listener.body_bytes == 1)
            used.sendall(request("/"))
            assert read_response(used)[0] == 200
            head.sendall(b"GET / HTTP/1.1\r\n")
            for gone in (head, used):
                late = stack.enter_context(server.connect())
                late.sendall(request("/"))
                assert read_response(late)[0] == 200
                assert gone.recv(1) == b""
            body.sendall(b"a" * 99)
            assert read_response(body)[0] == 200


def test_too_many_connections_are_told_so() -> None:
    """When something is being done for all of them, one more is answered 503; later ones are served again."""
    with Running(ListenerConfig(limits=ListenerLimits(max_connections=3, linger_timeout_s=0.1))) as server:
        with contextlib.ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(server.connect()).sendall(request("/wait?s=20"))
            server.until(lambda: server.listener.in_flight == 3)
            assert server.exchange(b"").startswith(b"HTTP/1.1 503 ")
            assert server.listener.numbers().refusals["connections"] == 1
        server.until(lambda: server.listener.connections == 3)


def test_one_address_has_a_part_of_the_connections() -> None:
    """An address at its own limit displaces its own; one that is believed about its clients isn't counted."""
    limits = ListenerLimits(max_connections_per_address=2, linger_timeout_s=0.1)
    trusted = ForwardedRules(authorized=parse_networks(["127.0.0.1"]))
    for forwarded, expected in ((None, 2), (trusted, 5)):
        with Running(ListenerConfig(limits=limits, forwarded=forwarded)) as server, contextlib.ExitStack() as stack:
            for _ in range(5):
                sock = stack.enter_context(server.connect())
                sock.sendall(request("/"))
                assert read_response(sock)[0] == 200
            # Whoever goes is counted no more at once.
            assert server.listener.connections == expected


def test_clients_of_a_proxy_count_by_their_own_addresses() -> None:
    """Behind the PROXY protocol an address has its part, whoever brings it; the proxy itself isn't counted."""
    limits = ListenerLimits(max_connections_per_address=2, linger_timeout_s=0.1)
    rules = ProxyRules(behavior=ProxyBehavior.USE_ALWAYS, authorized=())
    with Running(ListenerConfig(limits=limits, proxy=rules)) as server, contextlib.ExitStack() as stack:
        for client in (1, 1, 1, 2, 3):
            sock = stack.enter_context(server.connect())
            sock.sendall(b"PROXY TCP4 192.0.2.%d 192.0.2.9 1000 80\r\n" % client + request("/"))
            assert read_response(sock)[0] == 200
        assert server.listener.connections == 4
        for _ in range(4):
            sock = stack.enter_context(server.connect())
            sock.sendall(request("/"))
            assert read_response(sock)[0] == 200
        assert server.listener.connections == 6, "who comes without a proxy counts by its own"
        busy = [stack.enter_context(server.connect()) for _ in range(3)]
        for sock in busy[:2]:
            sock.sendall(b"PROXY TCP4 192.0.2.8 192.0.2.9 1000 80\r\n" + request("/wait?s=5"))
        server.until(lambda: server.listener.in_flight == 2)
        busy[2].sendall(b"PROXY TCP4 192.0.2.8 192.0.2.9 1000 80\r\n" + request("/"))
        status, _, body = read_response(busy[2])
        assert (status, b"max_connections_per_address" in body) == (503, True)
