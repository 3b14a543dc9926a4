"""Times, policies and lease ids of tokens."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.sdk.token_fields import address_allowed
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.lease_ids import lease_id, token_key
from strongroom.services.tokens.logic import clean_policies, grant_ttl, parse_cidrs

seconds = st.integers(min_value=0, max_value=10**9)


@given(seconds, seconds, seconds, seconds, seconds, seconds)
def test_no_grant_passes_a_ceiling(
    wanted_s: int, default_s: int, max_s: int, explicit_max_s: int, period_s: int, lived_s: int
) -> None:
    """Whatever was asked, when and how often: never past the explicit maximum, nor, unless periodic, the mount's."""
    ttl_s, warnings = grant_ttl(
        wanted_s=wanted_s,
        default_s=default_s,
        max_s=max_s,
        explicit_max_s=explicit_max_s,
        period_s=period_s,
        lived_s=lived_s,
    )
    assert ttl_s >= 0
    if explicit_max_s:
        assert lived_s + ttl_s <= max(explicit_max_s, lived_s)
    if max_s and not period_s:
        assert lived_s + ttl_s <= max(max_s, lived_s)
    if max_s and period_s:
        assert ttl_s <= max_s
    if ttl_s != (period_s or wanted_s or default_s):
        assert warnings


@given(st.binary(min_size=32, max_size=32), st.sampled_from(["auth/token/create", "auth/x/login/ann", "secret/m/"]))
def test_a_lease_id_leads_back_to_its_token(digest: bytes, path: str) -> None:
    """The key of a token can be read from the id of its lease."""
    key = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    record = TokenRecord(key=key, accessor="a", policies=(), path=path, created_at=0.0)
    assert token_key(lease_id(record)) == key
    assert "//" not in lease_id(record)


@pytest.mark.parametrize("text", ["", "h", "a/h" + "g" * 64, "a/h" + "0" * 63, "a/H" + "0" * 64, "a/" + "0" * 65])
def test_other_ids_lead_nowhere(text: str) -> None:
    """An id of another form stands for no token."""
    assert token_key(text) == ""


@pytest.mark.parametrize(
    ("address", "cidrs", "allowed"),
    [
        ("10.1.2.3", ("10.0.0.0/8",), True),
        ("11.1.2.3", ("10.0.0.0/8",), False),
        ("::ffff:10.1.2.3", ("10.0.0.0/8",), True),
        ("", ("0.0.0.0/0",), False),
        ("nonsense", ("0.0.0.0/0",), False),
        ("2001:db8::1", ("2001:db8::/32", "10.0.0.0/8"), True),
    ],
)
def test_addresses(address: str, cidrs: tuple[str, ...], allowed: bool) -> None:
    """An address counts by its value, whatever form it is written in; one that can't be told is within nothing."""
    assert address_allowed(address, parse_cidrs(cidrs)) is allowed


@given(st.lists(st.text()), st.booleans())
def test_cleaning_policies_twice_changes_nothing(names: list[str], add_default: bool) -> None:
    """The tidied form is its own."""
    once = clean_policies(names, add_default=add_default)
    assert clean_policies(once, add_default=False) == once or "root" in once
