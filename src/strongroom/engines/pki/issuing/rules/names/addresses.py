"""Alternative names that are IP addresses (p)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from strongroom.engines.pki.issuing.rules.verdicts import Verdict
from strongroom.engines.pki.roles.records import RoleRecord


def canonical(text: str) -> str:
    """An address in the form in which it is compared and written; empty for what isn't one."""
    # A zone belongs to the machine that it is used on.
    if "%" in text:
        return ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    # `::ffff:10.0.0.1` is 10.0.0.1 to whoever connects, and to the rules too.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def ip(role: RoleRecord, text: str, *, csr: bool = False) -> Verdict:
    """What the rules say of an address.  `csr`: whether a certificate request names it."""
    via = "CSR" if csr else "the API"
    if not role.allow_ip_sans:
        return Verdict(
            kind="ip",
            name=text,
            refusal=f"IP Subject Alternative Names are not allowed in this role, but was provided via {via}: "
            "allow_ip_sans is false",
        )
    address = canonical(text)
    if not address:
        return Verdict(kind="ip", name=text, refusal=f'the value "{text[:64]}" is not a valid IP address')
    if why := refusal(role, address):
        return Verdict(kind="ip", name=text, refusal=f'the IP address "{text}" is not allowed in this role: {why}')
    rule = "allowed_ip_sans_cidr" if role.allowed_ip_sans_cidr else "allow_ip_sans"
    return Verdict(kind="ip", name=text, rule=rule, written=address)


def refusal(role: RoleRecord, written: str) -> str:
    """Why a role doesn't allow an address in its canonical form; empty if it does."""
    if not role.allow_ip_sans:
        return "allow_ip_sans is false"
    if not role.allowed_ip_sans_cidr:
        return ""
    address = ipaddress.ip_address(written)
    if any(address in _network(cidr) for cidr in role.allowed_ip_sans_cidr):
        return ""
    return f"it isn't in allowed_ip_sans_cidr ({', '.join(role.allowed_ip_sans_cidr)[:256]})"


@lru_cache(1024)
def _network(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(cidr, strict=False)
