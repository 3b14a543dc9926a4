"""Claims about PROXY headers."""

from __future__ import annotations

import socket
import struct

import pytest

from strongroom.http.addresses import parse_networks
from strongroom.http.proxy_protocol import (
    ProxyBehavior,
    ProxyHeader,
    ProxyHeaderInvalid,
    ProxyRules,
    read_proxy_header,
)

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
FOUR = socket.inet_aton("203.0.113.7") + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 4711, 8200)
SIX = socket.inet_pton(socket.AF_INET6, "2001:db8::7") * 2 + struct.pack("!HH", 4711, 8200)


def v2(command: int, family: int, payload: bytes, extra: bytes = b"") -> bytes:
    """A version 2 header; `extra` are its extensions."""
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(payload + extra)) + payload + extra


HEADERS = {
    b"PROXY TCP4 203.0.113.7 192.0.2.1 4711 8200\r\n": ("203.0.113.7", 4711),
    b"PROXY TCP6 2001:DB8::7 ::1 0 65535\r\n": ("2001:db8::7", 0),
    b"PROXY UNKNOWN\r\n": (None, 0),
    b"PROXY UNKNOWN ffff:f...f:ffff any thing\r\n": (None, 0),
    v2(1, 0x11, FOUR): ("203.0.113.7", 4711),
    v2(1, 0x21, SIX): ("2001:db8::7", 4711),
    v2(1, 0x11, FOUR, b"\x04\x00\x01\x00"): ("203.0.113.7", 4711),
    v2(0, 0x11, FOUR): (None, 0),
    v2(0, 0x00, b""): (None, 0),
    v2(1, 0x31, bytes(216)): (None, 0),
    v2(1, 0x12, FOUR): (None, 0),
}


@pytest.mark.parametrize("data", HEADERS)
def test_reads_headers_in_any_pieces(data: bytes) -> None:
    """A header is read with its length, whatever follows; while it is incomplete more is awaited."""
    address, port = HEADERS[data]
    assert read_proxy_header(data + b"GET / HTTP/1.1\r\n") == ProxyHeader(len(data), address, port)
    for end in range(len(data)):
        assert read_proxy_header(data[:end]) is None


def test_a_connection_without_header_is_taken_as_it_is() -> None:
    """What begins otherwise has no header, TLS and HTTP alike."""
    for data in (b"GET / HTTP/1.1\r\n", b"\x16\x03\x01", b"PUT /", b"PROPFIND /", b"\r\nGET"):
        assert read_proxy_header(data) == ProxyHeader(0, None)


INVALID = {
    "too few words": b"PROXY TCP4 203.0.113.7 192.0.2.1 4711\r\n",
    "too many words": b"PROXY TCP4 203.0.113.7 192.0.2.1 4711 8200 1\r\n",
    "two spaces": b"PROXY TCP4  203.0.113.7 192.0.2.1 4711 8200\r\n",
    "other transport": b"PROXY UDP4 203.0.113.7 192.0.2.1 4711 8200\r\n",
    "other family": b"PROXY TCP4 ::1 192.0.2.1 4711 8200\r\n",
    "destination of the other family": b"PROXY TCP6 ::1 192.0.2.1 4711 8200\r\n",
    "no address": b"PROXY TCP4 localhost 192.0.2.1 4711 8200\r\n",
    "port too high": b"PROXY TCP4 203.0.113.7 192.0.2.1 65536 8200\r\n",
    "port with a sign": b"PROXY TCP4 203.0.113.7 192.0.2.1 -1 8200\r\n",
    "port with a zero before": b"PROXY TCP4 203.0.113.7 192.0.2.1 01 8200\r\n",
    "no destination port": b"PROXY TCP4 203.0.113.7 192.0.2.1 1 \r\n",
    "not ASCII": b"PROXY TCP4 203.0.113.\xb2 192.0.2.1 1 1\r\n",
    "endless": b"PROXY UNKNOWN " + b"x" * 200,
    "too long": b"PROXY UNKNOWN " + b"x" * 200 + b"\r\n",
    "version 3": SIGNATURE + b"\x31\x11\x00\x0c" + FOUR,
    "unknown command": v2(2, 0x11, FOUR),
    "addresses too short": v2(1, 0x21, FOUR),
    "much too long": SIGNATURE + b"\x21\x11\xff\xff",
}


@pytest.mark.parametrize("name", INVALID)
def test_refuses_malformed_headers(name: str) -> None:
    """What begins like a header and breaks its rules is refused, never taken for a connection without one."""
    with pytest.raises(ProxyHeaderInvalid):
        read_proxy_header(INVALID[name])


def test_behaviours() -> None:
    """Who may connect, and whose word counts, for each behaviour."""
    proxies = parse_networks(["10.0.0.0/8"])
    table = {
        ProxyBehavior.USE_ALWAYS: (True, True, True, True),
        ProxyBehavior.ALLOW_AUTHORIZED: (True, True, True, False),
        ProxyBehavior.DENY_UNAUTHORIZED: (True, True, False, False),
    }
    for behavior, want in table.items():
        rules = ProxyRules(behavior=behavior, authorized=proxies)
        inside, outside = "10.1.1.1", "192.0.2.1"
        got = (rules.may_connect(inside), rules.believes(inside), rules.may_connect(outside), rules.believes(outside))
        assert got == want
    nobody = ProxyRules(behavior=ProxyBehavior.DENY_UNAUTHORIZED)
    assert not nobody.may_connect("10.1.1.1")
