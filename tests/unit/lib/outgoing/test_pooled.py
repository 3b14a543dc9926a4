"""Connections that stay open: how many are opened, and what becomes of one that the other side has closed."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from strongroom.lib.errors import Unreachable
from strongroom.lib.outgoing import PooledHttp


class Counting(ThreadingHTTPServer):
    """A server that counts connections, and the requests of each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.requests: list[int] = []
        self.most = 1_000
        """How many requests of a connection are answered before it is closed."""
        self.closed = threading.Event()
        """Set when a connection has been closed."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}/"


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counting

    def setup(self) -> None:
        super().setup()
        self.number = len(self.server.requests)
        self.server.requests.append(0)

    def do_GET(self) -> None:
        self.server.requests[self.number] += 1
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
        # Not announced, as with a server that drops idle connections.
        self.close_connection = self.server.requests[self.number] >= self.server.most

    def finish(self) -> None:
        super().finish()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.server.closed.set()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class has
        return


@contextmanager
def counting() -> Iterator[Counting]:
    """A running one."""
    with Counting() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


async def test_one_connection_serves_many_requests() -> None:
    """One after the other they share it, until it is closed; then there is a new one."""
    with counting() as server:
        http = PooledHttp("the store", connections=4)
        for _ in range(5):
            assert (await http.ask("GET", server.url)).body == b"ok"
        assert server.requests == [5]
        await http.close()
        await http.ask("GET", server.url)
        assert server.requests == [5, 1]
        await http.close()


async def test_no_more_connections_than_allowed() -> None:
    """Requests at the same time wait for one of the connections."""
    with counting() as server:
        http = PooledHttp("the store", connections=2)
        await asyncio.gather(*(http.ask("GET", server.url) for _ in range(20)))
        assert len(server.requests) == 2
        assert sum(server.requests) == 20
        await http.close()


async def test_a_closed_connection_is_replaced() -> None:
    """What the other side has closed isn't used again, and a server that has ended isn't reached."""
    with counting() as server:
        server.most = 1
        http = PooledHttp("the store", connections=1)
        for _ in range(3):
            assert (await http.ask("GET", server.url)).status == 200
            await asyncio.to_thread(server.closed.wait)
            server.closed.clear()
        assert server.requests == [1, 1, 1]
    with pytest.raises(Unreachable, match="the store cannot be reached"):
        await http.ask("GET", server.url)
    await http.close()


async def test_addresses_are_asked_for_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a minute, and anew when none of them can be reached."""
    now, asked = [0.0], list[str]()

    async def found(url: str, *, within_s: float, direct: bool) -> tuple[str, ...]:
        asked.append(url)
        return ("127.0.0.1",)

    monkeypatch.setattr("strongroom.lib.outgoing.names.addresses", found)
    with counting() as server:
        http = PooledHttp("the store", connections=1, clock=lambda: now[0])
        url = f"http://localhost:{server.server_port}/"
        for _ in range(3):
            await http.ask("GET", url)
        assert (len(asked), server.requests) == (1, [3])
        now[0] = 61.0
        await http.ask("GET", url)
        assert len(asked) == 2
        await http.close()
    for expected in (2, 3):
        with pytest.raises(Unreachable):
            await http.ask("GET", url)
        assert len(asked) == expected
    await http.close()
