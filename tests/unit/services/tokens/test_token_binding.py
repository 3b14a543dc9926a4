"""From where tokens may be used, decided without a store."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.token_fields import address_allowed, normal_cidr
from strongroom.services.tokens import TokenRecord, TokenRole
from strongroom.services.tokens.binding import admits, binding_of

V4 = st.integers(0, 15).map(lambda n: str(ipaddress.IPv4Address(0x0A000000 + n)))
V6 = st.integers(0, 15).map(lambda n: str(ipaddress.IPv6Address((0xFD << 120) + n)))
BLOCK = st.one_of(
    st.builds(lambda address, bits: normal_cidr(f"{address}/{bits}"), V4, st.integers(27, 32)),
    st.builds(lambda address, bits: normal_cidr(f"{address}/{bits}"), V6, st.integers(123, 128)),
)
BLOCKS = st.lists(BLOCK, max_size=4).map(tuple)


def token(**fields: Any) -> TokenRecord:
    """A token with these bounds."""
    return TokenRecord(key="k", accessor="a", policies=("a",), path="auth/token/create", created_at=0.0, **fields)


@given(BLOCKS, BLOCKS, st.one_of(V4, V6))
def test_both_lists_hold(one: tuple[str, ...], other: tuple[str, ...], address: str) -> None:
    """An address is allowed to what is made exactly when the parent and the role allow it; no list never means all."""
    both = address_allowed(address, one) and address_allowed(address, other)
    try:
        made = binding_of(token(bound_cidrs=one), TokenRole(name="r", bound_cidrs=other), address)
    except InvalidRequest:
        assert not both
        return
    assert address_allowed(address, made.cidrs) is both


def test_without_a_role_the_parents_bounds_are_the_childs() -> None:
    """Blocks and the one address both."""
    made = binding_of(token(bound_cidrs=("10.0.0.0/8",), strictly_bind_ip=True, bound_ip="10.0.0.1"), None, "10.0.0.1")
    assert (made.cidrs, made.strict, made.address) == (("10.0.0.0/8",), True, "10.0.0.1")


def test_a_role_binds_to_the_address_of_the_request() -> None:
    """Where there is one; over a Unix socket nothing is made, rather than something that is bound to nothing."""
    role = TokenRole(name="r", strictly_bind_ip=True)
    assert binding_of(token(), role, "10.0.0.1").address == "10.0.0.1"
    with pytest.raises(InvalidRequest, match="cannot be made over a Unix socket"):
        binding_of(token(), role, "")
    assert not binding_of(token(), TokenRole(name="r"), "").strict


@pytest.mark.parametrize(
    ("fields", "address", "admitted"),
    [
        ({}, "", True),
        ({}, "10.0.0.1", True),
        ({"bound_ip": "10.0.0.1", "strictly_bind_ip": True}, "10.0.0.1", True),
        ({"bound_ip": "10.0.0.1", "strictly_bind_ip": True}, "::ffff:10.0.0.1", True),
        ({"bound_ip": "10.0.0.1", "strictly_bind_ip": True}, "10.0.0.2", False),
        ({"bound_ip": "10.0.0.1", "strictly_bind_ip": True}, "", False),
        ({"bound_ip": "", "strictly_bind_ip": True}, "", False),
        ({"bound_ip": "", "strictly_bind_ip": True}, "10.0.0.1", False),
        ({"bound_cidrs": ("10.0.0.0/30",)}, "10.0.0.3", True),
        ({"bound_cidrs": ("10.0.0.0/30",)}, "10.0.0.4", False),
        ({"bound_cidrs": ("10.0.0.0/30",)}, "", False),
        ({"bound_cidrs": ("10.0.0.0/30",), "bound_ip": "10.0.0.4", "strictly_bind_ip": True}, "10.0.0.4", False),
    ],
)
def test_who_may_use_a_bound_token(fields: dict[str, Any], address: str, admitted: bool) -> None:
    """Whoever is within all of its bounds; a client without an address is within none."""
    assert admits(token(**fields), address) is admitted
