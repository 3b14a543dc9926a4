"""Who the other end of a connection is, and whether its bytes cross a network without TLS."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.http.addresses import parse_networks
from strongroom.http.proxy_protocol import ProxyBehavior, ProxyRules
from strongroom.http.wire import Wire

BALANCER, CLIENT = "192.0.2.1", "198.51.100.7"
RULES = ProxyRules(behavior=ProxyBehavior.ALLOW_AUTHORIZED, authorized=parse_networks([BALANCER]))
NAMED = f"PROXY TCP4 {CLIENT} 203.0.113.1 4711 8200\r\n".encode()


class Line(asyncio.Transport):
    """A connected transport that carries nothing."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is ever written."""


@pytest.mark.parametrize(
    ("sender", "rules", "header", "address", "in_clear"),
    [
        (CLIENT, None, b"", CLIENT, True),
        ("127.0.0.1", None, b"", "127.0.0.1", False),
        ("", None, b"", "", False),
        (BALANCER, RULES, NAMED, CLIENT, False),
        (BALANCER, RULES, b"PROXY UNKNOWN\r\n", BALANCER, True),
        ("192.0.2.2", RULES, NAMED, "192.0.2.2", True),
    ],
)
def test_a_client_that_a_proxy_announces_is_the_proxys_to_protect(
    sender: str, rules: ProxyRules | None, header: bytes, address: str, in_clear: bool
) -> None:
    """Only one whose PROXY header is believed; others are in clear, but from this machine."""
    extra = {"peername": (sender, 4711) if sender else "", "sockname": ("203.0.113.1", 8200)}
    wire = Wire(Line(extra), tls=None, proxy=rules, high_water=1)
    if header:
        assert wire.unwrap(header) == b""
    peer = wire.peer()
    assert (peer.address, peer.in_clear) == (address, in_clear)
