"""IP addresses and CIDR blocks in their one spelling (p).

A socket for both families writes the client 192.0.2.1 as `::ffff:192.0.2.1`, and everything else by its shorter form.
A block that is written in the longer form has to mean the same clients: otherwise it binds a token to nobody.
"""

from __future__ import annotations

import ipaddress
from typing import TypeAlias

Interface: TypeAlias = ipaddress.IPv4Interface | ipaddress.IPv6Interface

_MAPPED_BITS = 96
"""Of an IPv6 address, before the IPv4 address in it.  Source: RFC 4291, section 2.5.5.2"""


def plain_interface(text: str) -> Interface:
    """An address with the block that it stands for: that of `10.0.0.1/8`, or itself alone.

    A wider block than all of IPv4 stays one of IPv6, and holds no client of IPv4.

    Raises: ValueError, which names the text.
    """
    interface = ipaddress.ip_interface(text)
    if isinstance(interface, ipaddress.IPv4Interface):
        return interface
    mapped, bits = interface.ip.ipv4_mapped, interface.network.prefixlen - _MAPPED_BITS
    return interface if mapped is None or bits < 0 else ipaddress.IPv4Interface((mapped, bits))
