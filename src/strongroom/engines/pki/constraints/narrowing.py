"""What an authority may permit to one below it (p).

Clients hold the constraints of all authorities against a name.  So one that permits more than those above it isn't
invalid; but what it issues there is.

Source: RFC 5280, section 4.2.1.10
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Final

from strongroom.crypto.issuing.contents import NameConstraints
from strongroom.engines.pki.constraints import subtrees
from strongroom.engines.pki.constraints.verdicts import Bounds


def warnings_of(bounds: tuple[Bounds, ...], below: NameConstraints) -> list[str]:
    """A warning for each subtree that is permitted in vain."""
    return [
        f'the certificate permits "{subtree}", of which the name constraints of {each.whose} leave nothing: clients '
        "refuse certificates for it"
        for fields, holds in _HOLDS.items()
        for subtree in getattr(below, f"permitted_{fields}")
        for each in bounds
        if _is_vain(each.constraints, fields, holds, subtree)
    ]


def _is_vain(above: NameConstraints, fields: str, holds: Callable[[str, str], bool], subtree: str) -> bool:
    permitted = getattr(above, f"permitted_{fields}")
    if any(holds(each, subtree) for each in getattr(above, f"excluded_{fields}")):
        return True
    # One that is wider than what is permitted above leaves that.
    return bool(permitted) and not any(holds(each, subtree) or holds(subtree, each) for each in permitted)


def _holds_domain(outer: str, inner: str) -> bool:
    if inner.startswith(".") or not inner:
        # All hosts below a domain lie where any of them, as a wildcard, does.
        return subtrees.permits_host(outer, f"*{inner}") if inner else not outer
    return subtrees.permits_host(outer, inner)


def _holds_network(outer: str, inner: str) -> bool:
    ours, theirs = ipaddress.ip_network(outer), ipaddress.ip_network(inner)
    return ours.version == theirs.version and theirs.prefixlen >= ours.prefixlen and theirs.network_address in ours


def _holds_host(outer: str, inner: str) -> bool:
    return not outer or outer == inner or (outer.startswith(".") and inner.endswith(outer))


def _holds_mailbox(outer: str, inner: str) -> bool:
    if "@" in outer:
        return inner == outer
    return _holds_host(outer.lower(), inner.rpartition("@")[2].lower())


_HOLDS: Final = {
    "dns": _holds_domain,
    "ips": _holds_network,
    "emails": _holds_mailbox,
    "uris": lambda outer, inner: _holds_host(outer.lower(), inner.lower()),
}
