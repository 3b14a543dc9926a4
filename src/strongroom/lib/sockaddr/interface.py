"""An address of a network interface, and its properties (pure).

Source: RFC 6890 (special-purpose addresses)
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TypeAlias

IpInterface: TypeAlias = ipaddress.IPv4Interface | ipaddress.IPv6Interface
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


_PRIVATE = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_SHARED = _networks("100.64.0.0/10")
_UNIQUE_LOCAL = _networks("fc00::/7")
_LINK_LOCAL = _networks("169.254.0.0/16", "fe80::/10")
_NOT_FORWARDABLE = _networks(
    *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24"),
    *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("::/128", "::1/128", "::ffff:0:0/96", "2001:db8::/32", "fe80::/10", "ff00::/8"),
)
BLOCKS: dict[str, tuple[Network, ...]] = {
    "1918": _PRIVATE,
    "3927": _networks("169.254.0.0/16"),
    "4193": _UNIQUE_LOCAL,
    "6598": _SHARED,
    "6890": (*_PRIVATE, *_SHARED, *_UNIQUE_LOCAL, *_NOT_FORWARDABLE, *_networks("198.18.0.0/15", "2001::/23")),
}
"""The address blocks, by the number of the RFC that defines them."""
FLAGS = (
    *("up", "loopback", "broadcast", "multicast", "pointtopoint"),
    *("forwardable", "global unicast", "link-local unicast"),
)


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """One address of one interface."""

    name: str
    """The name of the interface, such as `eth0`."""
    ip: IpInterface
    """The address with its prefix length."""
    flags: frozenset[str] = frozenset()
    """The flags in `FLAGS` that the kernel has for the interface."""
    default: bool = False
    """Whether the default route leads through the interface."""

    @property
    def address(self) -> str:
        """The address without its prefix length."""
        return str(self.ip.ip)

    def within(self, networks: tuple[Network, ...]) -> bool:
        """Whether the address is in one of the networks."""
        return any(self.ip.ip in network for network in networks)

    def has(self, flag: str) -> bool:
        """Whether the address has one of `FLAGS`."""
        match flag:
            case "forwardable":
                return not self.within(_NOT_FORWARDABLE)
            case "link-local unicast":
                return self.within(_LINK_LOCAL)
            case "global unicast":
                ip = self.ip.ip
                return not (self.within(_LINK_LOCAL) or ip.is_loopback or ip.is_multicast or ip.is_unspecified)
        return flag in self.flags
