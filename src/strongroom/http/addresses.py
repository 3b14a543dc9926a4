"""IP addresses and the networks that a listener trusts."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TypeAlias

from strongroom.lib.addresses import plain_interface

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_address(text: str) -> Address | None:
    """The address that `text` spells, or None.  An IPv4 address mapped into IPv6 is the IPv4 address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address if mapped is None else mapped


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks in CIDR notation; an address alone is a network of one.

    Raises: ValueError, which names the text.
    """
    return tuple(plain_interface(text.strip()).network for text in texts)


def contains(networks: tuple[Network, ...], text: str) -> bool:
    """Whether the address in `text` is in one of `networks`.  A text that isn't an address is in none."""
    address = parse_address(text)
    return address is not None and any(address in network for network in networks)
