"""The other end of a device: what its address and its kind of socket mean (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from strongroom.lib.durations import SECOND_NS, parse_duration_ns, parse_size_bytes
from strongroom.lib.errors import InvalidRequest

TLS: Final = "tls"
KINDS: Final = ("tcp", "tcp4", "tcp6", TLS, "udp", "udp4", "udp6", "unix", "unixgram")
"""The kinds of socket.  All but `tls` are Go's names, which Vault hands on."""
_TIMEOUT: Final = "2s"
_LONGEST_TIMEOUT_S: Final = 3600.0
LEAST_LINE_BYTES: Final = 480
"""What every receiver of syslog has to take.  Source: RFC 5424, section 6.1"""
_MOST_LINE_BYTES: Final = 1 << 30
_DATAGRAM_BYTES: Final = 65_507
"""The most in one datagram.  Source: RFC 768"""
_HOST: Final = re.compile(r"[A-Za-z0-9._:%-]{1,255}")
_HOST_AND_PORT: Final = re.compile(r"(?:\[([^\[\]]+)\]|([^\[\]:]*)):([0-9]{1,5})")
_PATH_BYTES: Final = 107
"""The longest path of a Unix socket.  Source: unix(7)"""


class Endpoint(msgspec.Struct, frozen=True):
    """Where to send."""

    kind: str
    """One of `KINDS`."""
    host: str = ""
    port: int = 0
    path: str = ""
    """Of a Unix socket; empty for others."""

    @property
    def is_stream(self) -> bool:
        """Whether it is a connection, rather than single datagrams."""
        return self.kind not in {"udp", "udp4", "udp6", "unixgram"}

    @property
    def is_udp(self) -> bool:
        """Whether what is lost on the way is lost without a word."""
        return self.kind.startswith("udp")

    def __str__(self) -> str:
        return self.path or (f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}")


def endpoint(address: str, kind: str) -> Endpoint:
    """What an address means for a kind of socket.  Raises `InvalidRequest`."""
    if kind not in KINDS:
        raise InvalidRequest(f'unknown network "{kind}": socket_type is one of {", ".join(KINDS)}')
    if not address:
        raise InvalidRequest("address is required")
    if kind.startswith("unix"):
        if not address.startswith("/") or "\0" in address or len(address.encode()) > _PATH_BYTES:
            raise InvalidRequest(f"the address of a Unix socket is its path from the root, {_PATH_BYTES} bytes at most")
        return Endpoint(kind, path=address)
    found = _HOST_AND_PORT.fullmatch(address)
    if found is None:
        raise InvalidRequest(f"address {address}: missing port in address")
    host, port = found[1] or found[2], int(found[3])
    if not _HOST.fullmatch(host):
        raise InvalidRequest(f"address {address}: a host's name or IP address has to stand before the port")
    if not 0 < port < 65536:
        raise InvalidRequest(f"address {address}: invalid port")
    return Endpoint(kind, host, port)


def write_timeout_s(options: Mapping[str, str]) -> float:
    """How long an unreachable peer is waited for, in seconds; 0 for as long as the kernel does.

    Raises: `InvalidRequest`.
    """
    given = options.get("write_timeout") or _TIMEOUT
    seconds = parse_duration_ns(given) / SECOND_NS
    if not 0 <= seconds <= _LONGEST_TIMEOUT_S:
        raise InvalidRequest(f"write_timeout is between 0 and an hour, not {given}")
    return seconds


def max_line_bytes(options: Mapping[str, str], default: int, *, datagrams: bool) -> int:
    """The longest piece that is sent at once, in bytes; 0 for any.

    Args:
        datagrams: whether each piece is a datagram, which has a limit of its own.

    Raises: `InvalidRequest`.
    """
    given = options.get("max_line", "")
    most = parse_size_bytes(given) if given else default
    if most and not LEAST_LINE_BYTES <= most <= _MOST_LINE_BYTES:
        raise InvalidRequest(f"max_line is {LEAST_LINE_BYTES} bytes at least, or 0 for lines of any length")
    return min(most or _DATAGRAM_BYTES, _DATAGRAM_BYTES) if datagrams else most
