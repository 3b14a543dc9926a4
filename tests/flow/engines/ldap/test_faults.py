"""Whatever breaks off anywhere: no account is left behind, and no password is lost."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.ldap import Directories
from strongroom.testing import PluginServer
from tests.flow.engines.ldap.failing import KINDS, Failing
from tests.flow.engines.ldap.failing import points as points_of
from tests.flow.engines.ldap.serving import CREATION, DELETION, ROLE, entries, logs_in, served
from tests.sim.slapd import GROUPS, PEOPLE, Slapd, person

each_kind = pytest.mark.parametrize(("error", "after"), KINDS)


async def settled(server: PluginServer) -> None:
    """Another process does all that is due in the next hours."""
    await server.restart()
    for _ in range(5):
        server.clock.advance(1200)
        await server.work()


@each_kind
async def test_no_account_is_left_behind(directory: Slapd, error: type[Exception], after: bool) -> None:
    """Of a request for an account that failed at any point; one that didn't fail has one until its lease ends."""
    before = entries(directory)
    failing = Failing(error, after=after)
    server = await served(directory, failing)
    await server.ok("POST", "ldap/role/app", {**ROLE, "max_ttl": "30m", "default_ttl": "30m"})
    for _ in points_of(failing):
        reply = await server.ask("GET", "ldap/creds/app")
        assert (reply.status == 200) != failing.fired
        await settled(server)
        assert entries(directory) == before


@each_kind
async def test_no_account_is_left_by_a_revocation(directory: Slapd, error: type[Exception], after: bool) -> None:
    """That failed at any point: it is repeated."""
    before = entries(directory)
    failing = Failing(error, after=after)
    server = await served(directory, failing)
    await server.ok("POST", "ldap/role/app", ROLE)
    at = 1
    while True:
        failing.arm(0)
        reply = await server.ok("GET", "ldap/creds/app")
        failing.arm(at)
        await server.ask("PUT", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
        fired, at = failing.fired, at + 1
        await settled(server)
        assert entries(directory) == before
        if not fired:
            return


@each_kind
async def test_a_static_role_never_loses_its_account(directory: Slapd, error: type[Exception], after: bool) -> None:
    """Each rotation may break off anywhere: then and later, what clients are told logs in."""
    name = f"fault-{error.__name__}-{after}".lower()
    directory.add(person(name, name, "first-password"))
    failing = Failing(error, after=after)
    server = await served(directory, failing)
    await server.ok("POST", "ldap/static-role/one", {"username": name, "rotation_period": "100h"})
    for _ in points_of(failing):
        await server.ask("POST", "ldap/rotate-role/one")
        failing.at = 0
        told = (await server.ok("GET", "ldap/static-cred/one")).data["password"]
        assert logs_in(directory, f"cn={name},{PEOPLE}", told)
        await settled(server)
        told = (await server.ok("GET", "ldap/static-cred/one")).data["password"]
        assert logs_in(directory, f"cn={name},{PEOPLE}", told)
        assert "rotation_state" not in (await server.ok("GET", "ldap/static-role/one")).data


@each_kind
async def test_the_server_never_loses_its_own_account(directory: Slapd, error: type[Exception], after: bool) -> None:
    """Each rotation of `binddn` may break off anywhere, and all goes on."""
    name = f"root-{error.__name__}-{after}".lower()
    directory.add(person(name, name, "first-password"))
    failing = Failing(error, after=after)
    server = await served(directory, failing, binddn=f"cn={name},{PEOPLE}", bindpass="first-password")
    directory.add(person(f"{name}-own", f"{name}-own", "first-password"))
    for _ in points_of(failing):
        await server.ask("POST", "ldap/rotate-root")
        failing.at = 0
        # It may look for accounts at once, and is told that it may not change that one: so it has logged in.
        asked = await server.ask("POST", "ldap/static-role/x", {"username": f"{name}-own", "rotation_period": 60})
        assert (asked.status, "refuses the new password" in asked.error) == (502, True)
        await settled(server)
        await server.ok("POST", "ldap/rotate-root")


@each_kind
async def test_a_lent_account_always_comes_back(directory: Slapd, error: type[Exception], after: bool) -> None:
    """Check-outs and check-ins may break off anywhere: in the end it is free, and whoever had it is cut off."""
    name = f"lent-{error.__name__}-{after}".lower()
    dn = f"cn={name},{PEOPLE}"
    directory.add(person(name, name, "first-password"))
    failing = Failing(error, after=after)
    server = await served(directory, failing)
    await server.ok("POST", "ldap/library/team", {"service_account_names": [name], "ttl": "30m"})
    for _ in points_of(failing):
        lent = await server.ask("POST", "ldap/library/team/check-out")
        await server.ask("POST", "ldap/library/team/check-in")
        failing.at = 0
        await settled(server)
        assert (await server.ok("GET", "ldap/library/team/status")).data[name]["available"]
        assert lent.status != 200 or not logs_in(directory, dn, lent.data["password"])
        again = await server.ok("POST", "ldap/library/team/check-out")
        assert logs_in(directory, dn, again.data["password"])
        await server.ok("POST", "ldap/library/team/check-in")


async def test_an_entry_that_was_there_before_is_never_deleted(directory: Slapd) -> None:
    """A template that makes the same name again: the account isn't made, and the entry of that name stays."""
    directory.add(person("already-there", "already-there", "its-password"))
    server = await served(directory)
    written = await server.ok("POST", "ldap/role/fixed", {**ROLE, "username_template": "already-there"})
    assert "0 random characters" in written.body["warnings"][0]
    refused = await server.ask("GET", "ldap/creds/fixed")
    assert (refused.status, "has an entry" in refused.error) == (502, True)
    await settled(server)
    assert logs_in(directory, f"cn=already-there,{PEOPLE}", "its-password")
    # And one that another secret has now isn't given away twice.
    await server.ok("POST", "ldap/role/fixed", {"username_template": "only-once"})
    first = await server.ok("GET", "ldap/creds/fixed")
    assert (await server.ask("GET", "ldap/creds/fixed")).status == 400
    assert logs_in(directory, f"cn=only-once,{PEOPLE}", first.data["password"])
    await settled(server)


async def test_an_entry_that_comes_at_the_last_moment_is_not_deleted_either(directory: Slapd) -> None:
    """It was looked for, and somebody else made it before this server could."""

    class Overtaken(Directories):
        asked = 0

        async def ask(self, *args: Any, **options: Any) -> Any:
            self.asked += 1
            if self.asked == 2:
                directory.add(person("overtaken", "overtaken", "its-password"))
            return await super().ask(*args, **options)

    server = await served(directory, Overtaken())
    await server.ok("POST", "ldap/role/fixed", {**ROLE, "username_template": "overtaken"})
    refused = await server.ask("GET", "ldap/creds/fixed")
    assert (refused.status, "has an entry" in refused.error) == (502, True)
    await settled(server)
    assert logs_in(directory, f"cn=overtaken,{PEOPLE}", "its-password")


async def test_an_account_that_was_deleted_by_hand_is_no_obstacle(directory: Slapd) -> None:
    """A lease of it ends, a library takes it back and says so, and a static role says what is wrong."""
    server = await served(directory)
    await server.ok("POST", "ldap/role/app", ROLE)
    reply = await server.ok("GET", "ldap/creds/app")
    directory.delete(reply.data["distinguished_names"][0])
    await server.ok("PUT", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
    for name in ("gone-a", "gone-b"):
        directory.add(person(name, name, "first-password"))
    await server.ok("POST", "ldap/library/team", {"service_account_names": ["gone-a"]})
    await server.ok("POST", "ldap/library/team/check-out")
    await server.ok("POST", "ldap/static-role/b", {"username": "gone-b", "rotation_period": 3600})
    for name in ("gone-a", "gone-b"):
        directory.delete(f"cn={name},{PEOPLE}")
    back = await server.ok("POST", "ldap/library/team/check-in")
    assert (back.data, "gone-a" in back.body["warnings"][0]) == ({"check_ins": ["gone-a"]}, True)
    server.clock.advance(3601)
    await server.work()
    state = (await server.ok("GET", "ldap/static-role/b")).data["rotation_state"]
    assert "no entry with uid" in state["last_error"]


async def test_a_removal_that_is_made_in_part_is_made_in_whole(directory: Slapd) -> None:
    """A directory makes all parts of a modification or none: one that is made already holds up none of the others."""
    group = f"cn=posix,{GROUPS}"
    adds = f"dn: {group}\nchangetype: modify\nadd: memberUid\n"
    also = "memberUid: {{.Username}}\nmemberUid: x{{.Username}}\n-\nadd: description\ndescription: {{.Username}}\n-\n"
    server = await served(directory)
    creation, deletion = f"{CREATION}\n{adds}{also}", f"{adds}{also}".replace("add:", "delete:")
    role = {**ROLE, "creation_ldif": creation, "deletion_ldif": f"{deletion}\n{DELETION}"}
    await server.ok("POST", "ldap/role/app", role)
    for attribute, value in (("description", "changed by hand"), ("memberUid", "alice")):
        reply = await server.ok("GET", "ldap/creds/app")
        if attribute == "memberUid":
            directory.set(group, attribute, value, reply.data["username"])
        else:
            directory.set(group, attribute, value)
        await server.ok("PUT", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
        assert reply.data["username"] not in str(directory.read(group))


async def test_a_deleted_configuration_still_ends_what_is_out(directory: Slapd) -> None:
    """It is gone for everybody, and revokes accounts until the last one; then its password is gone too."""
    server = await served(directory)
    before = entries(directory)
    await server.ok("POST", "ldap/role/app", ROLE)
    replies = [await server.ok("GET", "ldap/creds/app") for _ in range(2)]
    await server.ok("DELETE", "ldap/config")
    await server.ok("DELETE", "ldap/role/app")
    assert (await server.ask("GET", "ldap/config")).status == 404
    for reply in replies:
        await server.ok("PUT", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
    assert entries(directory) == before
