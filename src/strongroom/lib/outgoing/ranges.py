"""Addresses that only the server's own machine or link has (pure).

Behind them are services that trust whoever can reach them.  So a system that somebody has named isn't asked there,
unless an operator permits it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

from strongroom.lib.errors import InvalidRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_METADATA: Final = frozenset(
    map(
        ipaddress.ip_address,
        ("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42", "100.100.100.200", "168.63.129.16"),
    )
)
"""Where machines of clouds ask for their own credentials, besides the link-local address that most clouds have.

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
https://cloud.google.com/compute/docs/metadata/querying-metadata
https://www.scaleway.com/en/docs/instances/how-to/use-cloud-init/
https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""
_TRANSLATED: Final = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96")))
"""Of IPv6, addresses that a translator leads to the IPv4 address in their last 32 bits.

Source: RFC 6052, section 2.1; RFC 8215; RFC 7915, section 6
"""


def check_ranges(ranges: Iterable[str], field: str) -> tuple[str, ...]:
    """The ranges in their usual form.  Raises `InvalidRequest` naming the field."""
    found = []
    for text in ranges:
        try:
            found.append(str(ipaddress.ip_network(text, strict=False)))
        except ValueError:
            raise InvalidRequest(f'{field}: "{text[:64]}" is no address, and no range such as 10.0.0.0/8') from None
    return tuple(found)


def is_in(address: Address, ranges: Iterable[str]) -> bool:
    """Whether an address is in one of these ranges."""
    return any(address in ipaddress.ip_network(each) for each in ranges)


def special(address: Address) -> str:
    """The kind of an address that isn't asked unless it is permitted; empty for others."""
    checks = {
        "metadata": address in _METADATA,
        "loopback": address.is_loopback,
        "link-local": address.is_link_local,
        "multicast": address.is_multicast,
        "unspecified": address.is_unspecified or int(address) >> 24 == 0,
        "reserved": isinstance(address, ipaddress.IPv4Address) and address.is_reserved,
    }
    return next((name for name, holds in checks.items() if holds), "")


def within(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if any(address in each for each in _TRANSLATED):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
