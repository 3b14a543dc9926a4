"""Accounts that are made by LDIF, and removed with their lease."""

from __future__ import annotations

import asyncio

from tests.flow.engines.ldap.serving import CREATION, ROLE, entries, logs_in, served
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


async def test_many_at_once(directory: Slapd) -> None:
    """Each gets an account of its own; all end together, and nothing is left."""
    before = entries(directory)
    server = await served(directory)
    await server.ok("POST", "ldap/role/app", ROLE)
    replies = await asyncio.gather(*(server.ok("GET", "ldap/creds/app") for _ in range(24)))
    names = {reply.data["username"] for reply in replies}
    assert len(names) == 24
    assert len(entries(directory) - before) == 24
    await server.ok("PUT", "sys/leases/revoke-prefix/ldap/creds/app")
    await server.work()
    assert entries(directory) == before


async def test_what_the_directory_refuses_is_told_by_record_and_undone(directory: Slapd) -> None:
    """The second record is wrong: the text names it without the password, and the first is undone by rollback_ldif."""
    before = entries(directory)
    server = await served(directory)
    second = f"{CREATION}\ndn: cn=none,{PEOPLE}\nchangetype: modify\nadd: description\ndescription: x\n-\n"
    await server.ok("POST", "ldap/role/two", {**ROLE, "creation_ldif": second, "rollback_ldif": ROLE["deletion_ldif"]})
    refused = await server.ask("GET", "ldap/creds/two")
    assert refused.status == 502
    assert refused.error == (f"the directory refuses record 2 of the LDIF (modify cn=none,{PEOPLE}): No such object")
    for _ in range(2):
        server.clock.advance(200)
        await server.work()
    assert entries(directory) == before


async def test_a_deletion_that_is_refused_is_tried_again(directory: Slapd) -> None:
    """Until it works; the records after the refused one are carried out all the same."""
    before = entries(directory)
    server = await served(directory)
    wrong = f"dn: cn=Alice,{PEOPLE}\nchangetype: modify\nadd: nonsense\nnonsense: x\n-\n\n{ROLE['deletion_ldif']}"
    await server.ok("POST", "ldap/role/app", {**ROLE, "deletion_ldif": wrong})
    reply = await server.ok("GET", "ldap/creds/app")
    refused = await server.ask("PUT", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
    assert (refused.status, "record 1 of the LDIF" in refused.error) == (502, True)
    assert entries(directory) == before
    looked = await server.ok("PUT", "sys/leases/lookup", {"lease_id": reply.lease_id})
    assert looked.data["id"] == reply.lease_id


async def test_a_role_may_bound_its_accounts_and_leave_them_to_an_entity(directory: Slapd) -> None:
    """One more account is refused with 429; an account of an entity outlives the token that it was made for."""
    before = entries(directory)
    server = await served(directory)
    for body, says in (({"max_leases": -1}, "less than 0"), ({"lease_owner": "x"}, "one of token, entity")):
        refused = await server.ask("POST", "ldap/role/app", {**ROLE, **body})
        assert (refused.status, says in refused.error) == (400, True)
    written = await server.ok("POST", "ldap/role/app", {**ROLE, "max_leases": 1, "max_ttl": "30m"})
    assert "which counts" in written.body["warnings"][0]
    first = await server.ok("GET", "ldap/creds/app")
    assert first.body["lease_duration"] == 1800
    assert (await server.ask("GET", "ldap/creds/app")).status == 429
    await server.ok("PUT", "sys/leases/revoke", {"lease_id": first.lease_id, "sync": True})
    await server.ok("POST", "ldap/role/app", {"max_leases": 0, "lease_owner": "entity", "max_ttl": "2h"})
    assert (await server.ok("GET", "ldap/role/app")).data["lease_owner"] == "entity"
    await server.ok("PUT", "sys/policies/acl/app", {"policy": 'path "ldap/creds/app" { capabilities = ["read"] }'})
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/eva", {"password": "evas-password", "token_policies": "app"})
    login = await server.ok("POST", "auth/userpass/login/eva", {"password": "evas-password"}, token="")
    token = str(login.body["auth"]["client_token"])
    reply = await server.ok("GET", "ldap/creds/app", token=token)
    await server.ok("POST", "auth/token/revoke-self", token=token)
    await server.work()
    assert logs_in(directory, reply.data["distinguished_names"][0], reply.data["password"])
    await server.ok("PUT", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
    assert entries(directory) == before
