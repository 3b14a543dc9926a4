"""The addresses that may use a token (pure).

A token that was made with a bound token has its parent's bounds, and its role's too.  Otherwise a client could escape a
bound by making a child token.
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
    """The addresses that one token is bound to."""

    cidrs: tuple[str, ...] = ()
    strict: bool = False
    """Whether only `address` may use the token.  If `address` is empty, nobody may."""
    address: str = ""


def binding_of(parent: TokenRecord, role: TokenRole | None, address: str) -> Binding:
    """The bounds of a new token: those of its parent and those of its role.

    Args:
        address: where the request comes from; empty on a Unix socket.

    Raises: `InvalidRequest` if the bounds leave no address, or if the request has no address to bind to.
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
    """Whether a client at `address` may use the token.  A client without an address can't use a bound token."""
    if not address_allowed(address, record.bound_cidrs):
        return False
    if not record.strictly_bind_ip and not record.bound_ip:
        return True
    return bool(address) and plain_address(address) == plain_address(record.bound_ip)


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The blocks of addresses that are in both lists.  An empty list means no bound."""
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
