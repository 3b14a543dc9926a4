"""Claims about starting, draining and ending, and about proxies in front."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading

import pytest

from strongroom.http.addresses import parse_networks
from strongroom.http.connection import HttpConnection
from strongroom.http.forwarded import ForwardedRules
from strongroom.http.listening import Listening
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.http.proxy_protocol import ProxyBehavior, ProxyRules
from strongroom.http.settings import ListenerConfig, ListenerLimits
from tests.conformance.listener.running import Echo, Running, read_all, read_response, request

CLOSE = "Connection: close"
LOCAL = parse_networks(["127.0.0.0/8"])
ELSEWHERE = parse_networks(["192.0.2.0/24"])


def test_draining_finishes_what_has_begun() -> None:
    """Idle connections close at once, a request in flight is answered with `close`, and new ones aren't taken."""
    with Running() as server:
        with server.connect() as idle, server.connect() as busy:
            idle.sendall(request("/v1/x"))
            assert read_response(idle)[0] == 200
            busy.sendall(request("/held"))
            server.until(lambda: server.listener.in_flight == 1)
            drained = server.begin(server.listener.drain(60))
            assert read_all(idle) == b""
            assert server.listener.in_flight == 1
            server.release()
            status, headers, _ = read_response(busy)
            assert (status, headers["connection"]) == (200, "close")
        assert drained() is True
        with pytest.raises(OSError), server.connect():
            pass


def test_draining_waits_for_what_follows_an_answer() -> None:
    """A drain ends only after `after_sent` of a client that has gone, and closes one that reads late."""
    with Running() as server:
        with server.connect() as gone:
            gone.sendall(request("/stream?n=1000000"))
            assert gone.recv(10)
        with server.connect() as late:
            late.sendall(request("/big?n=20000000"))
            server.until(lambda: server.listener.requests == 2)
            drained = server.begin(server.listener.drain(5))
            assert len(read_all(late)) > 20_000_000
        assert drained() is True
        assert server.application.events == ["stream closed", "after sent"]


async def test_connections_that_come_too_late_to_be_told_do_not_hold_up_the_end() -> None:
    """Those that the loop tells of during a drain: a request is answered, silence isn't waited for."""
    limits = ListenerLimits(sweep_interval_s=0.05, linger_timeout_s=0.1)
    loop = asyncio.get_running_loop()
    listening = Listening(Echo(), ListenerConfig(limits=limits), loop, None, draining=True)
    server = await loop.create_server(lambda: HttpConnection(listening), "127.0.0.1", 0)
    place = server.sockets[0].getsockname()
    silent, told = [await asyncio.open_connection(*place) for _ in range(2)]
    told[1].write(request("/v1/x"))
    assert b"connection: close" in await told[0].readuntil(b"\r\n\r\n")
    now = 0.0
    while listening.connections:
        assert now < 2, "the silent one is still waited for"
        listening.tick(now, 0)
        for connection in list(listening.connections):
            connection.sweep(now)
        now += limits.sweep_interval_s
        await asyncio.sleep(0.001)
    assert await silent[0].read() == b""
    for _, writer in (silent, told):
        writer.close()
    server.close()
    await server.wait_closed()


async def test_requests_that_wait_for_their_turn_have_no_limit_to_exceed() -> None:
    """Whoever sends one request after the other without a pause is swept like all others, however long it takes."""
    loop = asyncio.get_running_loop()
    blocked: list[int] = []

    class Late(Echo):
        async def __call__(self, request: HttpRequest) -> HttpResponse:
            if request.path == "/v1/0":
                loop.call_soon(look)  # comes between the first requests and those that wait for their turn
            return await super().__call__(request)

    def look() -> None:
        listening.tick(1e6, 0)
        for connection in list(listening.connections):
            assert connection.waiting_until() is None
            connection.sweep(1e6)
            blocked.append(len(listening.connections))

    listening = Listening(Late(), ListenerConfig(), loop, None)
    server = await loop.create_server(lambda: HttpConnection(listening), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"".join(request(f"/v1/{number}") for number in range(99)) + request("/v1/x", "Connection: close"))
    answers = await reader.read()
    assert answers.count(b"HTTP/1.1 200 OK") == 100
    assert blocked == [1]
    writer.close()
    server.close()
    await server.wait_closed()


def test_a_fault_in_one_connection_leaves_the_limits_of_others() -> None:
    """It is ended itself; those that came after it are ended in their time."""
    aborted: list[bool] = []

    class Broken(HttpConnection):
        def sweep(self, now: float) -> None:
            raise KeyError(now)

        def abort(self) -> None:
            aborted.append(True)

    with Running(ListenerConfig(limits=ListenerLimits(read_header_timeout_s=0.1, sweep_interval_s=0.05))) as server:
        listening = server.listener._listening
        assert listening is not None
        listening.connections.add(broken := Broken(listening))
        with server.connect() as silent:
            assert silent.recv(1) == b""
        listening.connections.remove(broken)
    assert aborted


def test_draining_gives_up_in_time() -> None:
    """What takes longer than the drain allows is reported, then cancelled by `close`."""
    with Running() as server, server.connect() as busy:
        busy.sendall(request("/wait?s=30"))
        server.until(lambda: server.listener.in_flight == 1)
        assert server.call(server.listener.drain(0.1)) is False
        server.call(server.listener.close())
        assert server.application.events == ["cancelled"]
        assert server.listener.connections == 0


def test_closing_under_load_leaves_nothing() -> None:
    """Closing while clients ask without pause ends every connection and every task."""
    with Running() as server:
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                try:
                    with server.connect() as sock:
                        sock.sendall(request("/wait?s=0.001") * 5)
                        sock.recv(1000)
                except OSError:
                    return

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        server.until(lambda: server.listener.requests > 50)
        server.call(server.listener.close())
        stop.set()
        for thread in threads:
            thread.join(30)
        assert (server.listener.connections, server.listener.in_flight) == (0, 0)


def ask_through(rules: ProxyRules, start: bytes, *fields: str, forwarded: ForwardedRules | None = None) -> bytes:
    """What is answered to a request that `start` precedes."""
    limits = ListenerLimits(handshake_timeout_s=0.2, sweep_interval_s=0.05, linger_timeout_s=0.2)
    config = ListenerConfig(limits=limits, proxy=rules, forwarded=forwarded)
    with Running(config) as server:
        try:
            return server.exchange(start + request("/v1/x", CLOSE, *fields))
        except ConnectionError:
            return b""


def address_in(answer: bytes) -> str:
    """The client address that the application saw."""
    described = json.loads(answer.partition(b"\r\n\r\n")[2])
    return f"{described['address']}:{described['port']}"


V1 = b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 8200\r\n"
V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24" + socket.inet_pton(socket.AF_INET6, "2001:db8::7") * 2
V2 += struct.pack("!HH", 4712, 8200)


def test_proxy_headers_name_the_client() -> None:
    """An authorised PROXY header, of either version, replaces address and port."""
    for behavior in ProxyBehavior:
        rules = ProxyRules(behavior=behavior, authorized=LOCAL)
        assert address_in(ask_through(rules, V1)) == "203.0.113.7:4711"
        assert address_in(ask_through(rules, V2)) == "2001:db8::7:4712"
        assert address_in(ask_through(rules, b"")).startswith("127.0.0.1:")


def test_proxy_headers_of_others() -> None:
    """From others the header is ignored or the connection dropped, as configured; `use_always` believes anyone."""
    assert address_in(ask_through(ProxyRules(behavior=ProxyBehavior.USE_ALWAYS), V1)) == "203.0.113.7:4711"
    ignoring = ProxyRules(behavior=ProxyBehavior.ALLOW_AUTHORIZED, authorized=ELSEWHERE)
    assert address_in(ask_through(ignoring, V1)).startswith("127.0.0.1:")
    denying = ProxyRules(behavior=ProxyBehavior.DENY_UNAUTHORIZED, authorized=ELSEWHERE)
    assert ask_through(denying, V1) == b""
    assert ask_through(denying, b"") == b""


def test_broken_proxy_headers_drop_the_connection() -> None:
    """A malformed PROXY header gets no answer, and one that doesn't end is waited for only so long."""
    rules = ProxyRules(behavior=ProxyBehavior.USE_ALWAYS)
    assert ask_through(rules, b"PROXY TCP4 203.0.113.7 127.0.0.1 4711\r\n") == b""
    with Running(
        ListenerConfig(proxy=rules, limits=ListenerLimits(handshake_timeout_s=0.1, sweep_interval_s=0.05))
    ) as server:
        with server.connect() as sock:
            sock.sendall(b"PROXY TCP4")
            with pytest.raises(ConnectionError):
                raise ConnectionError(read_all(sock))


def test_forwarded_addresses_count_only_from_proxies() -> None:
    """`X-Forwarded-For` replaces the address if an authorised proxy sends it; it is judged after the PROXY header."""
    rules = ProxyRules(behavior=ProxyBehavior.USE_ALWAYS)
    field = "X-Forwarded-For: 198.51.100.1, 198.51.100.2"
    for authorized, start, want in (
        (LOCAL, b"", "198.51.100.2"),
        (LOCAL, V1, "203.0.113.7"),
        (parse_networks(["203.0.113.7"]), V1, "198.51.100.2"),
        (ELSEWHERE, b"", "127.0.0.1"),
    ):
        answer = ask_through(rules, start, field, forwarded=ForwardedRules(authorized=authorized))
        assert address_in(answer).rpartition(":")[0] == want
    strict = ForwardedRules(authorized=ELSEWHERE, reject_not_present=True, reject_not_authorized=True)
    assert b"missing x-forwarded-for header" in ask_through(rules, b"", forwarded=strict)
    assert b"client address not authorized" in ask_through(rules, b"", field, forwarded=strict)
