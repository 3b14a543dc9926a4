"""The parameters that all auth methods share."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import token_fields
from strongroom.sdk.fields import fill
from strongroom.sdk.token_fields import (
    OldTokenFields,
    RoleTokenFields,
    TokenSettings,
    address_allowed,
    grant,
    merged,
    normal_cidr,
    renewed,
    shown,
)


def settings(*requests: dict[str, Any]) -> TokenSettings:
    """What is kept after these requests."""
    kept = TokenSettings()
    for data in requests:
        kept = merged(kept, fill(OldTokenFields, data))
    return kept


def test_nothing_given_is_shown_as_zeros() -> None:
    """All ten parameters are shown, and none of the old names."""
    data = shown(settings({}))
    assert len(data) == 10
    assert data["token_type"] == "default"
    assert not any(value for name, value in data.items() if name != "token_type")


@pytest.mark.parametrize(
    ("requests", "policies", "old"),
    [
        ([{"policies": "a,b"}], ["a", "b"], ["a", "b"]),
        ([{"token_policies": "a,b"}], ["a", "b"], None),
        ([{"policies": "a", "token_policies": "b"}], ["b"], ["b"]),
        ([{"policies": "a"}, {"token_policies": "b"}], ["b"], None),
        ([{"token_policies": "b"}, {"policies": "a"}], ["a"], ["a"]),
        ([{"policies": "a"}, {"policies": ""}], [], None),
        ([{"policies": "a"}, {"token_ttl": 5}], ["a"], ["a"]),
    ],
)
def test_old_names(requests: list[dict[str, Any]], policies: list[str], old: list[str] | None) -> None:
    """An old name is shown as long as it was the last one used, always with the value of the new one."""
    data = shown(settings(*requests))
    assert data["token_policies"] == policies
    assert data.get("policies") == old


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"token_type": "x"}, "invalid 'token_type' value \"x\""),
        ({"token_num_uses": -1}, "cannot be negative"),
        ({"token_ttl": "3h", "token_max_ttl": "1h"}, "cannot be greater than"),
        ({"ttl": "3h", "max_ttl": "1h"}, "cannot be greater than"),
        ({"token_type": "batch", "token_num_uses": 3}, "limited use count"),
        ({"token_type": "batch", "token_period": "1h"}, "periodic tokens"),
        ({"token_bound_cidrs": "10.0.0.0/8,x"}, 'error parsing address "x"'),
        ({"token_bound_cidrs": "10.0.0.0/33"}, "error parsing address"),
        ({"bound_cidrs": "1.2.3.4:80"}, "error parsing address"),
    ],
)
def test_refused(data: dict[str, Any], text: str) -> None:
    """Values that don't fit together are refused with the API's text."""
    with pytest.raises(InvalidRequest) as refused:
        settings(data)
    assert text in refused.value.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("127.0.0.1/32", "127.0.0.1"),
        ("10.1.2.3/8", "10.1.2.3/8"),
        ("::1/128", "::1"),
        ("fe80::1/64", "fe80::1/64"),
        ("1.2.3.4", "1.2.3.4"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3/104", "10.1.2.3/8"),
        ("::ffff:a00:0/90", "::ffff:a00:0/90"),
    ],
)
def test_cidrs(given: str, kept: str) -> None:
    """A block of one address is shown as the address, and IPv4 that is mapped into IPv6 as IPv4."""
    assert normal_cidr(given) == kept


@pytest.mark.parametrize(
    ("address", "cidrs", "allowed"),
    [
        ("10.9.9.9", ("10.1.2.3/8",), True),
        ("11.0.0.1", ("10.1.2.3/8", "127.0.0.1"), False),
        ("127.0.0.1", ("10.1.2.3/8", "127.0.0.1"), True),
        ("::ffff:10.0.0.1", ("10.0.0.0/8",), True),
        ("10.0.0.1", ("::ffff:10.0.0.1",), True),
        ("::ffff:10.0.0.1", ("::ffff:10.0.0.0/104",), True),
        ("11.0.0.1", ("::ffff:10.0.0.0/104",), False),
        ("10.0.0.1", ("::/0",), False),
        ("fe80::9", ("fe80::1/64",), True),
        ("", ("10.0.0.0/8",), False),
        ("nonsense", ("0.0.0.0/0", "::/0"), False),
        ("", (), True),
    ],
)
def test_addresses(address: str, cidrs: tuple[str, ...], allowed: bool) -> None:
    """A bound token is for addresses inside its blocks; who has no address is in none."""
    assert address_allowed(address, cidrs) is allowed


def test_grant_and_renewal() -> None:
    """A login carries the settings; a renewal takes the present times, and refuses other policies."""
    before = settings({"token_policies": "B,a,b,", "token_ttl": 60, "token_num_uses": 2})
    auth = grant(before, alias="ann", metadata={"username": "ann"})
    assert (auth.token.policies, auth.token.ttl_s, auth.token.num_uses, auth.alias) == (("a", "b"), 60, 2, "ann")
    after = settings({"token_policies": "b,A,default", "token_ttl": 90, "token_max_ttl": 100, "token_period": 7})
    prolonged = renewed(after, auth)
    assert (prolonged.token.ttl_s, prolonged.token.max_ttl_s, prolonged.token.period_s) == (90, 100, 7)
    for other in ("a", "a,b,c", ""):
        with pytest.raises(InvalidRequest, match="policies have changed"):
            renewed(settings({"token_policies": other}), auth)


def test_the_oldest_names_of_roles() -> None:
    """Two more, which roles had: they are shown as the others are."""
    data = shown(merged(TokenSettings(), fill(RoleTokenFields, {"num_uses": 3, "period": "1m"})))
    assert (data["token_num_uses"], data["num_uses"], data["token_period"], data["period"]) == (3, 3, 60, 60)


def test_an_address_that_is_outside_is_told_to_the_log_alone() -> None:
    """A client that isn't known yet isn't told from where it would be let in."""
    token_fields.check_address("10.1.2.3", ["10.0.0.0/8"], "x")
    token_fields.check_address("", [], "x")
    for address in ("11.0.0.1", ""):
        with pytest.raises(PermissionDenied) as refused:
            token_fields.check_address(address, ["10.0.0.0/8"], 'source address "11.0.0.1" (TCP peer)')
        assert refused.value.text == "permission denied"
        assert refused.value.detail == 'source address "11.0.0.1" (TCP peer) is outside token_bound_cidrs'
