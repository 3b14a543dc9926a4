"""The client's address of a request, when a proxy sends it in `X-Forwarded-For`, and its certificates.

Source: https://developer.hashicorp.com/vault/docs/configuration/listener/tcp (`x_forwarded_for_*`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from msgspec.structs import replace

from strongroom.http.addresses import Network, contains, parse_address
from strongroom.http.forwarded_certificates import CertificateHeader
from strongroom.http.head import RequestRefused
from strongroom.http.message import HttpRequest

_WITH_PORT = re.compile(
    r"([0-9]+(?:\.[0-9]+){3}):[0-9]{1,5}|\[([0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]{1,32})?)\](?::[0-9]{1,5})?"
)
"""`192.0.2.1:1234`, `[2001:db8::1]` and `[2001:db8::1]:1234`, as Azure's gateways and Envoy write them."""
_ZONE = re.compile(r"(?<=[0-9A-Fa-f:])%[A-Za-z0-9._-]{1,32}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardedRules:
    """When `X-Forwarded-For` is trusted."""

    authorized: tuple[Network, ...]
    """Trusted proxies.  Empty: none is trusted."""
    hop_skips: int = 0
    """The number of addresses to skip from the end, for proxies behind the one that saw the client."""
    reject_not_authorized: bool = False
    """Refuse a request that has the field but doesn't come from `authorized`, rather than ignore the field."""
    reject_not_present: bool = False
    """Refuse a request without the field."""
    certificates: CertificateHeader | None = None
    """Where the proxies pass on the client's certificates; None if they don't."""


def client_address(rules: ForwardedRules, sender: str, field: str | None) -> str:
    """The address of the client that `sender` forwards for.

    Args:
        rules: when the field is trusted. sender: IP address of the connection's other end; empty for a Unix socket.
        field: the request's `X-Forwarded-For`, repetitions joined by commas; None if absent.

    Raises: `RequestRefused` with status 400.
    """
    if not field:
        if rules.reject_not_present:
            raise RequestRefused(400, "missing x-forwarded-for header and configured to reject when not present")
        return sender
    if not contains(rules.authorized, sender):
        if rules.reject_not_authorized:
            raise RequestRefused(
                400, "client address not authorized for x-forwarded-for and configured to reject connection"
            )
        return sender
    hops = [hop.strip(" \t") for hop in field.split(",")]
    if rules.hop_skips >= len(hops):
        raise RequestRefused(
            400,
            "malformed x-forwarded-for configuration or request, hops to skip "
            f"({rules.hop_skips}) would skip before earliest chain link (chain length {len(hops)})",
        )
    # The result is compared with the networks that tokens and roles are bound to, so it must be an address.
    address = parse_address(_bare(hops[-1 - rules.hop_skips]))
    # Of what looks like a zone and isn't one, Python still makes an address that has it.
    if address is None or "%" in str(address):
        raise RequestRefused(400, "malformed x-forwarded-for header: not an IP address")
    return str(address)


def _bare(hop: str) -> str:
    """A hop without the port that some proxies add, and an IPv6 address without brackets and zone.

    A zone names an interface of the proxy's machine, and has no meaning here.  A text of another form stays unchanged.
    """
    found = _WITH_PORT.fullmatch(hop)
    address = hop if found is None else found[1] or found[2]
    return _ZONE.sub("", address) if ":" in address else address


def forwarded_request(rules: ForwardedRules, request: HttpRequest) -> HttpRequest:
    """The request, with the address and the certificates of the client that its sender forwards for.

    A certificate of the sender's own connection is then the sender's, and says nothing of the client.

    Raises: `RequestRefused` with status 400.
    """
    peer, headers, field = request.peer, request.headers, request.headers.get("x-forwarded-for")
    address = client_address(rules, peer.address, field)
    if rules.certificates is not None and not rules.certificates.names.isdisjoint(headers):
        headers = {name: value for name, value in headers.items() if name not in rules.certificates.names}
    if field and contains(rules.authorized, peer.address):
        shown = rules.certificates.certificates(request.headers) if rules.certificates is not None else ()
        proxy = peer.address if address != peer.address else ""
        peer = replace(peer, address=address, proxy=proxy, forwarded_certificates=shown)
    return (
        request if peer is request.peer and headers is request.headers else replace(request, peer=peer, headers=headers)
    )
