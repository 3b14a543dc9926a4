"""The PROXY protocol, by which a load balancer tells the client's address before the connection's own first byte.

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
"""Longest version 2 header that is taken: addresses and the extensions in use fit many times over."""


class ProxyBehavior(Enum):
    """What a PROXY header does; values are those of the configuration."""

    USE_ALWAYS = "use_always"
    """Whoever sends one is believed."""
    ALLOW_AUTHORIZED = "allow_authorized"
    """Authorised senders are believed; from others the header is read and ignored."""
    DENY_UNAUTHORIZED = "deny_unauthorized"
    """Only authorised senders may connect at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRules:
    """When a PROXY header is believed."""

    behavior: ProxyBehavior
    authorized: tuple[Network, ...] = ()

    def may_connect(self, sender: str) -> bool:
        """Whether a connection from this address is served."""
        return self.behavior is not ProxyBehavior.DENY_UNAUTHORIZED or contains(self.authorized, sender)

    def believes(self, sender: str) -> bool:
        """Whether what this address says about its client counts."""
        return self.behavior is ProxyBehavior.USE_ALWAYS or contains(self.authorized, sender)


class ProxyHeaderInvalid(Exception):
    """The bytes begin like a PROXY header and are none; the connection must be dropped without an answer."""


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """A header that was read."""

    length: int
    """How many bytes it took."""
    address: str | None
    """The client's IP address, or None if the proxy speaks for itself (`UNKNOWN`, `LOCAL`, no IP)."""
    port: int = 0


def read_proxy_header(data: bytes) -> ProxyHeader | None:
    """Read the header at the start of `data`.

    A connection without one is taken as it is (health checks come so): the result then has length 0.

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
    # Section 2.2: other families and transports are to be taken as a connection of the proxy's own.
    return ProxyHeader(length, None)


def _v2_addresses(data: bytes, length: int, width: int) -> ProxyHeader:
    if length < _V2_FIXED + 2 * width + 4:
        raise ProxyHeaderInvalid("PROXY header is too short for its addresses")
    source = ipaddress.ip_address(data[_V2_FIXED : _V2_FIXED + width])
    (port,) = struct.unpack_from("!H", data, _V2_FIXED + 2 * width)
    return ProxyHeader(length, str(source), port)
