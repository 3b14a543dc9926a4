"""Accounts that are made by LDIF, and removed with their lease."""

from __future__ import annotations

from tests.flow.engines.ldap.serving import ROLE, entries, logs_in, served
from tests.sim.slapd import PEOPLE, Slapd


async def test_an_account_lives_as_long_as_its_lease(directory: Slapd) -> None:
    """Issued, used, renewed, revoked, refused; nothing is left of it."""
    before = entries(directory)
    server = await served(directory)
    await server.ok("POST", "ldap/role/app", ROLE)
    reply = await server.ok("GET", "ldap/creds/app")
    dn = f"cn={reply.data['username']},{PEOPLE}"
    assert reply.data["username"].startswith("v_token_app_")
    assert reply.data["distinguished_names"] == [dn]
    assert (reply.body["lease_duration"], reply.body["renewable"]) == (3600, True)
    assert logs_in(directory, dn, reply.data["password"])
    renewed = await server.ok("PUT", "sys/leases/renew", {"lease_id": reply.lease_id})
    assert renewed.body["lease_duration"] == 3600
    await server.ok("PUT", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
    assert not logs_in(directory, dn, reply.data["password"])
    assert entries(directory) == before
