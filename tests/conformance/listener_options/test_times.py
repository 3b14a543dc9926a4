"""The listener's times, kept by a real process."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pytest

from tests.conformance.servers import Server, start_ours

CONFIG = """
storage "inmem" {}
listener "tcp" {
  address = "{address}"
  tls_disable = true
  http_idle_timeout = "1s"
  http_read_header_timeout = "6s"
  http_read_timeout = "12s"
}
"""
REQUEST = b"GET /v1/sys/health HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with short times, so far apart that a busy machine doesn't change their order."""
    with start_ours(tmp_path_factory.mktemp("times"), CONFIG) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Ending:
    """How the server ended a connection.

    Attributes:
        place: which of all it was.
        after_s: at most how many seconds after the request began; at least as many as the server waited.
        received: all that it had said.
    """

    place: int
    after_s: float
    received: bytes


@pytest.fixture(scope="module")
def endings(server: Server) -> dict[str, Ending]:
    """What became of three connections that were opened together, the one that may stay longest first."""
    unfinished = {
        "body": b"PUT /v1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{",
        "header": REQUEST[:-2],
        "idle": REQUEST,
    }
    host, _, port = server.address.partition(":")
    began = time.monotonic()
    received = dict.fromkeys(unfinished, b"")
    found: dict[str, Ending] = {}
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        for name, data in unfinished.items():
            sock = stack.enter_context(socket.create_connection((host, int(port)), timeout=60))
            sock.sendall(data)
            selector.register(sock, selectors.EVENT_READ, name)
        while len(found) < len(unfinished):
            ready = selector.select(60)
            assert ready, f"only {sorted(found)} ended"
            for key, _ in ready:
                sock, name = cast("socket.socket", key.fileobj), str(key.data)
                if part := sock.recv(65536):
                    received[name] += part
                else:
                    selector.unregister(sock)
                    found[name] = Ending(len(found), time.monotonic() - began, received[name])
    return found


def test_idle_connections_are_closed(endings: dict[str, Ending]) -> None:
    """After an answer the connection stays for the idle time, and ends without another word."""
    idle = endings["idle"]
    assert idle.received.count(b"HTTP/1.1") == 1
    assert (idle.place, idle.after_s >= 1) == (0, True)


def test_slow_headers_are_refused(endings: dict[str, Ending]) -> None:
    """A header that doesn't end is answered 408."""
    header = endings["header"]
    assert header.received.startswith(b"HTTP/1.1 408")
    assert (header.place, header.after_s >= 6) == (1, True)


def test_slow_bodies_are_refused(endings: dict[str, Ending]) -> None:
    """A body that doesn't come is answered 408, after the time for the whole request."""
    body = endings["body"]
    assert body.received.startswith(b"HTTP/1.1 408")
    assert (body.place, body.after_s >= 12) == (2, True)
