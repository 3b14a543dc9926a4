"""Accounts that are lent to one borrower at a time."""

from __future__ import annotations

import asyncio

from strongroom.testing import PluginServer
from tests.flow.engines.ldap.serving import logs_in, served
from tests.sim.slapd import PEOPLE, Slapd, person

RULES = 'path "ldap/library/*" { capabilities = ["create", "update", "read"] }'


async def with_library(directory: Slapd, *names: str, **fields: object) -> PluginServer:
    """A server with a library `team` of accounts of its own, with the password `first-password`."""
    for name in names:
        directory.add(person(name, name, "first-password"))
    server = await served(directory)
    await server.ok("POST", "ldap/library/team", {"service_account_names": list(names), **fields})
    await server.work()
    return server


def dn_of(name: str) -> str:
    """The DN of an account."""
    return f"cn={name},{PEOPLE}"


async def test_an_account_is_lent_and_comes_back_with_another_password(directory: Slapd) -> None:
    """What the borrower was told logs in until the check-in, and never again."""
    server = await with_library(directory, "lib-a")
    assert not logs_in(directory, dn_of("lib-a"), "first-password")
    lent = await server.ok("POST", "ldap/library/team/check-out", {"ttl": "30m"})
    assert (lent.data["service_account_name"], lent.body["lease_duration"]) == ("lib-a", 1800)
    assert logs_in(directory, dn_of("lib-a"), lent.data["password"])
    refused = await server.ask("POST", "ldap/library/team/check-out")
    assert (refused.status, refused.error) == (400, "No service accounts available for check-out.")
    status = (await server.ok("GET", "ldap/library/team/status")).data
    assert (status["lib-a"]["available"], bool(status["lib-a"]["borrower_client_token"])) == (False, True)
    back = await server.ok("POST", "ldap/library/team/check-in")
    assert back.data == {"check_ins": ["lib-a"]}
    assert not logs_in(directory, dn_of("lib-a"), lent.data["password"])
    assert (await server.ok("POST", "ldap/library/team/check-in")).data == {"check_ins": []}
    again = await server.ok("POST", "ldap/library/team/check-out")
    # The first lease ends, which was done: the second borrower keeps the account.
    await server.ok("PUT", "sys/leases/revoke", {"lease_id": lent.lease_id, "sync": True})
    assert logs_in(directory, dn_of("lib-a"), again.data["password"])
    await server.ok("PUT", "sys/leases/revoke", {"lease_id": again.lease_id, "sync": True})
    assert not logs_in(directory, dn_of("lib-a"), again.data["password"])
    assert (await server.ok("GET", "ldap/library/team/status")).data == {"lib-a": {"available": True}}


async def test_two_who_check_out_at_once_get_two_accounts(directory: Slapd) -> None:
    """On two nodes over one store, for two accounts and three borrowers: two get one each, the third none."""
    server = await with_library(directory, "lib-b", "lib-c")
    peer = await server.peer()
    asked = [each.ask("POST", "ldap/library/team/check-out") for each in (server, peer, server)]
    replies = await asyncio.gather(*asked)
    assert sorted(reply.status for reply in replies) == [200, 200, 400]
    lent = [reply.data["service_account_name"] for reply in replies if reply.status == 200]
    assert sorted(lent) == ["lib-b", "lib-c"]


async def test_only_the_borrower_checks_in(directory: Slapd) -> None:
    """Another token can't, unless the library lets it or it may do so by the path for managers."""
    server = await with_library(directory, "lib-d")
    borrower, other = [await server.token(RULES) for _ in range(2)]
    await server.ok("POST", "ldap/library/team/check-out", token=borrower)
    assert (await server.ok("POST", "ldap/library/team/check-in", token=other)).data == {"check_ins": []}
    named = {"service_account_names": ["lib-d"]}
    refused = await server.ask("POST", "ldap/library/team/check-in", named, token=other)
    assert (refused.status, "wasn't checked out by the caller" in refused.error) == (400, True)
    assert (await server.ok("POST", "ldap/library/team/check-in", token=borrower)).data == {"check_ins": ["lib-d"]}
    await server.ok("POST", "ldap/library/team/check-out", token=borrower)
    assert (await server.ok("POST", "ldap/library/manage/team/check-in", named)).data == {"check_ins": ["lib-d"]}
    await server.ok("POST", "ldap/library/team", {"disable_check_in_enforcement": True})
    await server.ok("POST", "ldap/library/team/check-out", token=borrower)
    assert (await server.ok("POST", "ldap/library/team/check-in", token=other)).data == {"check_ins": ["lib-d"]}
