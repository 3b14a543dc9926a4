"""The PROXY protocol: a load balancer sends the client's address before the connection's first byte.

Source: https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt, sections 2.1 (version 1) and 2.2 (version 2);
https://developer.hashicorp.com/vault/docs/configuration/listener/tcp (`proxy_protocol_behavior`).
"""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from enum import Enum
from typing import Final

from strongroom.http.addresses import Network, contains

_V1_SIGNATURE: Final = b"PROXY "
_V1_MAX: Final = 107
"""Longest version 1 line with its line end, as the specification counts it."""
_V2_SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
_V2_FIXED: Final = 16
_V2_MAX: Final = 4096
"""The longest accepted version 2 header.  Addresses and common extensions need far less."""


class ProxyBehavior(Enum):
    """The effect of a PROXY header.  The values are those of the configuration."""

    USE_ALWAYS = "use_always"
    """Every sender is trusted."""
    ALLOW_AUTHORIZED = "allow_authorized"
    """Authorized senders are trusted.  The header of others is read and ignored."""
    DENY_UNAUTHORIZED = "deny_unauthorized"
    """Only authorized senders may connect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRules:
    """When a PROXY header is trusted."""

    behavior: ProxyBehavior
    authorized: tuple[Network, ...] = ()

    def may_connect(self, sender: str) -> bool:
        """Whether a connection from this address is served."""
        return self.behavior is not ProxyBehavior.DENY_UNAUTHORIZED or contains(self.authorized, sender)

    def believes(self, sender: str) -> bool:
        """Whether the header of this sender is trusted."""
        return self.behavior is ProxyBehavior.USE_ALWAYS or contains(self.authorized, sender)


class ProxyHeaderInvalid(Exception):
    """The bytes begin like a PROXY header but are invalid.  The connection must be dropped without a response."""


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """A parsed header."""

    length: int
    """Its length in bytes."""
    address: str | None
    """The client's IP address, or None for the proxy's own connection (`UNKNOWN`, `LOCAL`, no IP)."""
    port: int = 0


def read_proxy_header(data: bytes) -> ProxyHeader | None:
    """Read the header at the start of `data`.

    A connection without a header is accepted (health checks have none).  The result then has length 0.

    Returns: None if more bytes are needed.

    Raises: `ProxyHeaderInvalid`.
    """
    if data.startswith(_V2_SIGNATURE):
        return _read_v2(data)
    if data.startswith(_V1_SIGNATURE):
        return _read_v1(data)
    if _V2_SIGNATURE.startswith(data) or _V1_SIGNATURE.startswith(data):
        return None
    return ProxyHeader(0, None)


def _read_v1(data: bytes) -> ProxyHeader | None:
    end = data.find(b"\r\n", 0, _V1_MAX)
    if end < 0:
        if len(data) >= _V1_MAX:
            raise ProxyHeaderInvalid("PROXY line is too long")
        return None
    if not data[:end].isascii():
        raise ProxyHeaderInvalid("PROXY line is not ASCII")
    words = data[:end].decode("ascii").split(" ")
    match words[1:]:
        case ["UNKNOWN", *_]:
            return ProxyHeader(end + 2, None)
        case ["TCP4" | "TCP6" as family, source, destination, source_port, destination_port]:
            version = 4 if family == "TCP4" else 6
            _port(destination_port)
            _address(destination, version)
            return ProxyHeader(end + 2, _address(source, version), _port(source_port))
    raise ProxyHeaderInvalid("malformed PROXY line")


def _address(text: str, version: int) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise ProxyHeaderInvalid("PROXY line holds no IP address") from None
    if address.version != version:
        raise ProxyHeaderInvalid("PROXY line holds an address of the other family")
    return str(address)


def _port(text: str) -> int:
    if not text.isdigit() or len(text) > 5 or int(text) > 65535 or (text[0] == "0" and text != "0"):
        raise ProxyHeaderInvalid("PROXY line holds no port")
    return int(text)


def _read_v2(data: bytes) -> ProxyHeader | None:
    if len(data) < _V2_FIXED:
        return None
    version_command, family, size = struct.unpack_from("!BBH", data, len(_V2_SIGNATURE))
    if version_command >> 4 != 2:
        raise ProxyHeaderInvalid("unknown version of the PROXY protocol")
    if size > _V2_MAX:
        raise ProxyHeaderInvalid("PROXY header is too long")
    length = _V2_FIXED + size
    if len(data) < length:
        return None
    command = version_command & 0x0F
    if command == 0x0:
        return ProxyHeader(length, None)
    if command != 0x1:
        raise ProxyHeaderInvalid("unknown PROXY command")
    match family:
        case 0x11:
            return _v2_addresses(data, length, 4)
        case 0x21:
            return _v2_addresses(data, length, 16)
    # Section 2.2: other families and transports count as the proxy's own connection.
    return ProxyHeader(length, None)


def _v2_addresses(data: bytes, length: int, width: int) -> ProxyHeader:
    if length < _V2_FIXED + 2 * width + 4:
        raise ProxyHeaderInvalid("PROXY header is too short for its addresses")
    source = ipaddress.ip_address(data[_V2_FIXED : _V2_FIXED + width])
    (port,) = struct.unpack_from("!H", data, _V2_FIXED + 2 * width)
    return ProxyHeader(length, str(source), port)
