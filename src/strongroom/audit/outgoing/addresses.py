"""Which addresses the server may send audit entries to, if a client names them (pure).

Whoever may enable devices could have the server speak to machines that only it can reach: the cloud's metadata
service, other programs of its machine, itself.  Names are judged by the addresses that they have at the time of the
connection, because a name's owner may change these after it was judged.
"""

from __future__ import annotations

import ipaddress
import posixpath
import re
from typing import Final, TypeAlias

import msgspec

from strongroom.lib.addresses import plain_interface
from strongroom.lib.outgoing.ranges import special, within

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_PRIVILEGED: Final = frozenset({"link-local", "metadata"})
_OF_SEVERAL: Final = frozenset({"multicast", "unspecified"})
_BROADCAST: Final = ipaddress.IPv4Address(2**32 - 1)
_WITH_PORT: Final = re.compile(r"(?:\[([^\[\]]+)\]|([^\[\]:]+)):([0-9]{1,5})")


class AddressRules(msgspec.Struct, frozen=True):
    """What the configuration says."""

    allowed: tuple[str, ...] | None = None
    """Networks, addresses, names and paths of Unix sockets; None: anything that no other rule forbids."""
    listeners: tuple[tuple[str, int], ...] = ()
    """Where this server itself listens.  Each entry that it sent there would make two new ones."""
    own: tuple[str, ...] = ()
    """Paths of the server itself."""


def split(text: str) -> tuple[str, int]:
    """The host, network or address of a rule, and its port; 0 for any port."""
    found = _WITH_PORT.fullmatch(text)
    if found is None:
        return text, 0
    return found[1] or found[2], int(found[3])


def refusal_of_host(host: str, ip: str, port: int, rules: AddressRules, *, configured: bool, local: bool) -> str:
    """Why nothing may be sent to an address; empty if it may.

    Args:
        host: as the device names it. ip: one of its addresses. configured: whether the configuration names it, and so
            permits it. local: whether the address is one of this machine's.
    """
    address = plain_interface(ip.partition("%")[0]).ip
    if any(port == own and _is_own(address, where, local=local) for where, own in rules.listeners):
        return "this server itself listens there: each entry would make new ones"
    if configured:
        return ""
    kinds = {special(address), special(within(address))}
    if kinds & _PRIVILEGED:
        return "it is a link-local address, or a metadata service's"
    if kinds & _OF_SEVERAL or within(address) == _BROADCAST:
        return "it is no address of one machine"
    if rules.allowed is None or any(_takes(rule, host, address, port) for rule in rules.allowed):
        return ""
    return "the server's configuration (audit_addresses) does not allow it"


def refusal_of_path(real: str, rules: AddressRules, *, configured: bool) -> str:
    """Why nothing may be sent to a Unix socket; empty if it may.

    Args:
        real: its path without symbolic links.
    """
    if any(real == own or real.startswith(own.rstrip("/") + "/") for own in rules.own):
        return "the socket belongs to the server itself"
    if configured or rules.allowed is None:
        return ""
    if any(rule.startswith("/") and real == posixpath.normpath(rule) for rule in rules.allowed):
        return ""
    return "the server's configuration (audit_addresses) does not allow it"


def problem_of_rule(rule: str) -> str:
    """What is wrong with an entry of `audit_addresses`; empty if nothing is."""
    if rule.startswith("/"):
        return ""
    host, port = split(rule)
    if port > 65535:
        return "no port is greater than 65535"
    if "/" in host or ":" in host:
        try:
            ipaddress.ip_network(host)
        except ValueError as error:
            return str(error)
    return "" if re.fullmatch(r"[A-Za-z0-9._:/-]{1,255}", host) else "neither an address nor a name"


def _takes(rule: str, host: str, address: _Address, port: int) -> bool:
    if rule.startswith("/"):
        return False
    named, only = split(rule)
    if only and only != port:
        return False
    try:
        network = ipaddress.ip_network(named)
    except ValueError:
        return named.rstrip(".").lower() == host.rstrip(".").lower()
    return address in network


def _is_own(address: _Address, listener: str, *, local: bool) -> bool:
    try:
        own = plain_interface(listener).ip
    except ValueError:
        return local  # a listener at a name
    return local if own.is_unspecified else address == own
