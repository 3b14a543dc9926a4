"""IP addresses and CIDR blocks in canonical form (pure).

A dual-stack socket writes the client 192.0.2.1 as `::ffff:192.0.2.1`; all other code uses the shorter form. A block in
the longer form must mean the same clients.  Otherwise it would bind a token to nobody.
"""

from __future__ import annotations

import ipaddress
from typing import TypeAlias

Interface: TypeAlias = ipaddress.IPv4Interface | ipaddress.IPv6Interface

_MAPPED_BITS = 96
"""The number of bits before the IPv4 address in an IPv6 address.  Source: RFC 4291, section 2.5.5.2"""


def plain_interface(text: str) -> Interface:
    """An address with its block, as in `10.0.0.1/8`; a single address is its own block.

    A block wider than all of IPv4 stays an IPv6 block, and contains no IPv4 client.

    Raises: ValueError, which names the text.
    """
    interface = ipaddress.ip_interface(text)
    if isinstance(interface, ipaddress.IPv4Interface):
        return interface
    mapped, bits = interface.ip.ipv4_mapped, interface.network.prefixlen - _MAPPED_BITS
    return interface if mapped is None or bits < 0 else ipaddress.IPv4Interface((mapped, bits))
