"""The listener's times, kept by a real process."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.conformance.servers import Server, start_ours

CONFIG = """
storage "inmem" {}
listener "tcp" {
  address = "{address}"
  tls_disable = true
  http_idle_timeout = "1s"
  http_read_header_timeout = "2s"
  http_read_timeout = "4s"
}
"""
REQUEST = b"GET /v1/sys/health HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with short times."""
    with start_ours(tmp_path_factory.mktemp("times"), CONFIG) as running:
        yield running


def _until_closed(server: Server, data: bytes) -> tuple[float, bytes]:
    """Send, and wait until the server hangs up: after how many seconds, and what it had said last."""
    host, _, port = server.address.partition(":")
    with socket.create_connection((host, int(port)), timeout=15) as connection:
        connection.sendall(data)
        began = time.monotonic()
        received = b""
        while part := connection.recv(65536):
            received += part
        return time.monotonic() - began, received


def test_idle_connections_are_closed(server: Server) -> None:
    """After an answer the connection stays for the idle time, and ends without another word."""
    took_s, received = _until_closed(server, REQUEST)
    assert received.count(b"HTTP/1.1") == 1
    assert 1 <= took_s < 5


def test_slow_headers_are_refused(server: Server) -> None:
    """A header that doesn't end is answered 408."""
    took_s, received = _until_closed(server, REQUEST[:-2])
    assert received.startswith(b"HTTP/1.1 408")
    assert 2 <= took_s < 6


def test_slow_bodies_are_refused(server: Server) -> None:
    """A body that doesn't come is answered 408, after the time for the whole request."""
    took_s, received = _until_closed(server, b"PUT /v1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")
    assert received.startswith(b"HTTP/1.1 408")
    assert 4 <= took_s < 8
