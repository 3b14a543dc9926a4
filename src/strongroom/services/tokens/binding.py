"""From where a token may be used (p).

What is bound stays bound: whatever is made with a bound token has its bounds, and those of a role besides.  A bound
that something made from it can do without binds nobody.
"""

from __future__ import annotations

import ipaddress

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.token_fields import address_allowed, network_of, plain_address
from strongroom.services.tokens.records import TokenRecord, TokenRole

NO_ADDRESS = "a token bound to its client's address cannot be made over a Unix socket, where clients have none"
_NOTHING_LEFT = "the addresses of the token and those of the role have none in common"


class Binding(msgspec.Struct, frozen=True):
    """The bounds of one token."""

    cidrs: tuple[str, ...] = ()
    strict: bool = False
    """Whether `address` is the only one, even if it is none."""
    address: str = ""


def binding_of(parent: TokenRecord, role: TokenRole | None, address: str) -> Binding:
    """The bounds of a token that is made: its parent's and its role's, both.

    Args:
        address: where the request comes from; empty on a Unix socket.

    Raises: `InvalidRequest` when no address is left, or there is none to bind to.
    """
    cidrs = _common(parent.bound_cidrs, role.bound_cidrs) if role is not None else parent.bound_cidrs
    if parent.strictly_bind_ip:
        return Binding(cidrs, strict=True, address=parent.bound_ip)
    if role is None or not role.strictly_bind_ip:
        return Binding(cidrs)
    if not address:
        raise InvalidRequest(NO_ADDRESS)
    return Binding(cidrs, strict=True, address=address)


def admits(record: TokenRecord, address: str) -> bool:
    """Whether a client at `address` may use the token; one without an address uses no bound token."""
    if not address_allowed(address, record.bound_cidrs):
        return False
    if not record.strictly_bind_ip and not record.bound_ip:
        return True
    return bool(address) and plain_address(address) == plain_address(record.bound_ip)


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The blocks that hold the addresses in both lists; an empty list is no bound."""
    if not one or not other:
        return one or other
    found = {text: None for text in one for against in other if _within(text, against)}
    found |= {text: None for text in other for against in one if _within(text, against)}
    if not found:
        raise InvalidRequest(_NOTHING_LEFT)
    return tuple(found)


def _within(text: str, against: str) -> bool:
    inner, outer = network_of(text), network_of(against)
    if isinstance(inner, ipaddress.IPv4Network):
        return isinstance(outer, ipaddress.IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, ipaddress.IPv6Network) and inner.subnet_of(outer)
