"""Passwords for one login each."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.ssh import Ssh
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Client, Operation, Response
from tests.flow.engines.ssh.mounts import Authority
from tests.flow.harness import Mounted


async def with_role(**fields: Any) -> Authority:
    """A mount with a role for passwords."""
    authority = Authority(await Mounted.new(Ssh(), {}))
    usual = {"key_type": "otp", "default_user": "ubuntu", "cidr_list": "10.0.0.0/8"}
    await authority.write("roles/otp", **{**usual, **fields})
    return authority


async def test_a_password_is_good_once() -> None:
    """A password tells for whom and where it is, and is gone then."""
    authority = await with_role()
    made = await authority.write("creds/otp", ip="10.0.0.1")
    assert made == {"key_type": "otp", "key": made["key"], "username": "ubuntu", "ip": "10.0.0.1", "port": 22}
    found = await authority.write("verify", otp=made["key"])
    assert found == {"username": "ubuntu", "ip": "10.0.0.1", "role_name": "otp"}
    with pytest.raises(InvalidRequest, match="OTP not found"):
        await authority.write("verify", otp=made["key"])


async def test_of_many_who_ask_at_once_one_is_answered() -> None:
    """Fifty hosts that ask for one password at the same time: one of them gets it."""
    authority = await with_role()
    otp = (await authority.write("creds/otp", ip="10.0.0.1"))["key"]
    asked = [authority.write("verify", otp=otp) for _ in range(50)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert all("OTP not found" in answer.text for answer in answers if isinstance(answer, InvalidRequest))
    assert sum(isinstance(answer, InvalidRequest) for answer in answers) == 49


async def test_the_store_has_no_password() -> None:
    """Neither the keys nor the values of rows have the password."""
    authority = await with_role()
    otp = (await authority.write("creds/otp", ip="10.0.0.1"))["key"]
    rows = await authority.mount.rows()
    assert not any(otp in key or otp.encode() in value for key, value in rows.items())
    assert sum(key.startswith("otp/") for key in rows) == 1


async def _lease(authority: Authority) -> tuple[str, Response]:
    response = await authority.answer(Operation.UPDATE, "creds/otp", {"ip": "10.0.0.1"})
    assert response is not None and response.data is not None and response.lease is not None
    return response.data["key"], response


async def test_a_password_ends_with_its_lease() -> None:
    """A password is leased for the mount's usual time, can't be renewed, and is gone when the lease is revoked."""
    authority = await with_role()
    otp, response = await _lease(authority)
    lease = response.lease
    assert lease is not None and not lease.renewable and lease.ttl_s == 32 * 24 * 3600
    assert otp not in str(lease.internal)

    async def revoke(txn: Transaction) -> None:
        request = authority.request(txn, Operation.UPDATE, "", {})
        await authority.mount.engine.revoke(request, lease.internal)

    for _ in range(2):
        await transact(authority.mount.barrier, revoke)
        with pytest.raises(InvalidRequest, match="OTP not found"):
            await authority.write("verify", otp=otp)


async def test_a_password_ends_with_its_time() -> None:
    """A password whose time is over is refused, whether or not its lease was revoked yet."""
    authority = await with_role()
    otp, response = await _lease(authority)
    assert response.lease is not None
    authority.clock.advance(response.lease.ttl_s)
    with pytest.raises(InvalidRequest, match="OTP not found"):
        await authority.write("verify", otp=otp)


TARGETS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    # the role, what is asked for, the reason of a refusal; empty if there is a password
    ({}, {"ip": "10.255.0.1"}, ""),
    ({}, {"ip": "11.0.0.1"}, "IP does not belong to role"),
    ({}, {"ip": "::ffff:10.0.0.1"}, ""),
    ({"exclude_cidr_list": "10.1.0.0/16"}, {"ip": "10.1.2.3"}, "exclude_cidr_list"),
    ({"cidr_list": "fd00::/8"}, {"ip": "fd12::1"}, ""),
    ({"cidr_list": ""}, {"ip": "10.0.0.1"}, "IP does not belong to role"),
    ({}, {}, "Missing ip"),
    ({}, {"ip": "10.0.0.1/32"}, "Invalid IP"),
    ({}, {"ip": "localhost"}, "Invalid IP"),
    ({}, {"ip": "10.0.0.1", "username": "root"}, "Username has to be either"),
    ({"allowed_users": "a,b"}, {"ip": "10.0.0.1", "username": "b"}, ""),
    ({"allowed_users": "a,b"}, {"ip": "10.0.0.1", "username": "ubuntu"}, ""),
    ({"allowed_users": "a,b"}, {"ip": "10.0.0.1", "username": "root"}, "Username is not present"),
    ({"allowed_users": "*"}, {"ip": "10.0.0.1", "username": "root"}, ""),
    ({"allowed_users": "*"}, {"ip": "10.0.0.1", "username": "a\nb"}, "control characters"),
    ({}, {"host": "web.example.com"}, 'allowed_hosts of the role "otp"'),
    ({"allowed_hosts": "web.example.com"}, {"host": "WEB.example.com."}, ""),
    ({"allowed_hosts": "*.example.com"}, {"host": "a.b.example.com"}, ""),
    ({"allowed_hosts": "*.example.com"}, {"host": "example.com"}, "doesn't allow the host"),
    ({"allowed_hosts": "*.example.com"}, {"host": "evilexample.com"}, "doesn't allow the host"),
    ({"allowed_hosts": "*"}, {"host": "a b"}, "no host name"),
    ({"allowed_hosts": "*"}, {"host": "a..b"}, "no host name"),
    ({"allowed_hosts": "*"}, {"host": "web", "ip": "11.0.0.1"}, "IP does not belong to role"),
]


@pytest.mark.parametrize(("role", "asked", "reason"), TARGETS)
async def test_targets(role: dict[str, Any], asked: dict[str, Any], reason: str) -> None:
    """A role makes passwords for its users, and for the addresses and hosts that it lists."""
    authority = await with_role(**role)
    if not reason:
        made = await authority.write("creds/otp", **asked)
        await authority.write("verify", otp=made["key"], host=asked.get("host", ""))
        return
    with pytest.raises(InvalidRequest) as refused:
        await authority.write("creds/otp", **asked)
    assert reason in refused.value.text


@pytest.mark.parametrize("host", ["", "db.example.com", "web", "not a name"])
async def test_a_password_of_one_host_is_nothing_to_another(host: str) -> None:
    """A host that a password isn't for is refused, and the password is used up: that host has seen it."""
    authority = await with_role(allowed_hosts="*.example.com")
    made = await authority.write("creds/otp", ip="10.0.0.1", host="web.example.com")
    assert made["host"] == "web.example.com" and made["ip"] == "10.0.0.1"
    response = await authority.answer(Operation.UPDATE, "verify", {"otp": made["key"], "host": host})
    assert response is not None and response.data is not None
    assert response.status == 400 and response.flat and "web.example.com" in response.data["errors"][0]
    with pytest.raises(InvalidRequest, match="OTP not found"):
        await authority.write("verify", otp=made["key"], host="web.example.com")


async def test_a_host_gets_the_password_that_is_for_it() -> None:
    """The host that a password is bound to has it verified, however it writes its name."""
    authority = await with_role(allowed_hosts="*.example.com")
    made = await authority.write("creds/otp", host="web.example.com")
    found = await authority.write("verify", otp=made["key"], host="Web.Example.Com.")
    assert found == {"username": "ubuntu", "ip": "", "role_name": "otp", "host": "web.example.com"}


async def test_zero_address_roles() -> None:
    """Roles for any address are listed for each, beside those whose blocks have it; excluded ones aren't."""
    authority = await with_role(exclude_cidr_list="10.1.0.0/16")
    await authority.write("roles/any", key_type="otp", default_user="u")
    await authority.role("ca")
    await authority.write("config/zeroaddress", roles=["any"])
    assert (await authority.write("lookup", ip="10.0.0.1"))["roles"] == ["otp", "any"]
    assert (await authority.write("lookup", ip="10.1.0.1"))["roles"] == ["any"]
    await authority.write("creds/any", ip="192.0.2.1")
    await authority.delete("config/zeroaddress")
    assert (await authority.write("lookup", ip="10.1.0.1"))["roles"] is None
    with pytest.raises(InvalidRequest, match="IP does not belong to role"):
        await authority.write("creds/any", ip="192.0.2.1")


async def test_roles_of_certificates_make_no_passwords() -> None:
    """Neither type of role does the other's work, not even for any address."""
    authority = await with_role()
    await authority.role("ca")
    await authority.write("config/zeroaddress", roles="ca,otp")
    with pytest.raises(InvalidRequest, match="role key type 'ca' not allowed"):
        await authority.write("creds/ca", ip="10.0.0.1")
    with pytest.raises(InvalidRequest, match="not allowed by role"):
        await authority.sign("otp")
    with pytest.raises(InvalidRequest, match="role key type 'otp' not allowed"):
        await authority.write("issue/otp", key_type="ed25519")


async def test_the_longest_name_of_a_role_makes_passwords() -> None:
    """A role may have as long a name as any, also where its leases are found by it."""
    authority = await with_role()
    name = "r" * 512
    await authority.write(f"roles/{name}", key_type="otp", default_user="u", cidr_list="10.0.0.0/8")
    response = await authority.answer(Operation.UPDATE, f"creds/{name}", {"ip": "10.0.0.1"})
    assert response is not None and response.lease is not None
    assert len(response.lease.group) <= response.lease.GROUP_CHARACTERS


async def test_a_deleted_role_leaves_no_right_to_any_address() -> None:
    """A role that gets the name of a deleted one makes passwords for its own addresses alone."""
    authority = await with_role()
    await authority.write("roles/other", key_type="otp", default_user="ubuntu")
    await authority.write("config/zeroaddress", roles=["otp", "other"])
    await authority.delete("roles/otp")
    assert await authority.read("config/zeroaddress") == {"roles": ["other"]}
    assert await authority.write("lookup", ip="192.0.2.1") == {"roles": ["other"]}
    await authority.write("roles/otp", key_type="otp", default_user="ubuntu", cidr_list="10.0.0.0/8")
    with pytest.raises(InvalidRequest, match="IP does not belong to role"):
        await authority.write("creds/otp", ip="192.0.2.1")
    await authority.delete("roles/other")
    assert await authority.write("lookup", ip="192.0.2.1") == {"roles": None}


@pytest.mark.parametrize("field", ["allowed_users_template", "default_user_template"])
async def test_a_role_whose_templates_mean_nothing_is_warned_of(field: str) -> None:
    """Names in braces are taken as they are written, so nobody is somebody else by mistake."""
    authority = await Authority.new()
    authority.client, authority.identity = Client(entity_id="e"), {"identity.entity.name": "ann"}
    role = {"key_type": "otp", "default_user": "eva", "allowed_users": "{{identity.entity.name}}", field: True}
    [warning] = await authority.warnings("roles/t", **role, cidr_list="0.0.0.0/0")
    assert "a role of type otp has no templates" in warning
    with pytest.raises(InvalidRequest):
        await authority.write("creds/t", ip="192.0.2.1", username="ann")
