"""Accounts that are there already, whose passwords are kept and changed."""

from __future__ import annotations

from strongroom.testing import PluginServer
from tests.flow.engines.ldap.serving import logs_in, served
from tests.sim.slapd import PEOPLE, Slapd, person


async def with_account(directory: Slapd, name: str, **settings: object) -> tuple[PluginServer, str]:
    """A server, and the DN of an account of its own with the password `first-password`."""
    directory.add(person(name, name, "first-password"))
    return await served(directory, **settings), f"cn={name},{PEOPLE}"


async def test_a_password_is_changed_at_once_then_by_its_period_and_when_asked_for(directory: Slapd) -> None:
    """Each time the old one doesn't log in any more, and the role says when it was changed."""
    server, dn = await with_account(directory, "static-one")
    await server.ok("POST", "ldap/static-role/team/one", {"username": "static-one", "rotation_period": "1h"})
    assert not logs_in(directory, dn, "first-password")
    first = (await server.ok("GET", "ldap/static-cred/team/one")).data
    assert logs_in(directory, dn, first["password"])
    assert (first["username"], first["dn"], first["ttl"], first["rotation_period"]) == ("static-one", "", 3600, 3600)
    server.clock.advance(3601)
    await server.work()
    second = (await server.ok("GET", "ldap/static-cred/team/one")).data
    assert second["last_password"] == first["password"]
    assert [logs_in(directory, dn, each["password"]) for each in (first, second)] == [False, True]
    await server.ok("POST", "ldap/rotate-role/team/one")
    third = (await server.ok("GET", "ldap/static-cred/team/one")).data
    assert [logs_in(directory, dn, each["password"]) for each in (second, third)] == [False, True]
    assert (await server.ok("LIST", "ldap/static-role")).data["keys"] == ["team/"]
    assert (await server.ok("LIST", "ldap/static-role/team")).data["keys"] == ["one"]
    await server.ok("DELETE", "ldap/static-role/team/one")
    assert logs_in(directory, dn, third["password"])
    assert await server.scheduled("ldap/") == {}


async def test_the_root_password_is_rotated_and_all_goes_on(directory: Slapd) -> None:
    """The old password is refused, roles go on, and the old one is ignored when a tool writes it again."""
    server, _ = await with_account(directory, "static-two")
    directory.add(person("manager", "manager", "manager-password"))
    manager = f"cn=manager,{PEOPLE}"
    await server.ok("POST", "ldap/config", {"binddn": manager, "bindpass": "manager-password"})
    await server.ok("POST", "ldap/rotate-root")
    assert not logs_in(directory, manager, "manager-password")
    data = (await server.ok("GET", "ldap/config")).data
    assert (data["root_dn"], bool(data["last_bind_password_rotation"])) == (manager, True)
    again = await server.ok("POST", "ldap/config", {"binddn": manager, "bindpass": "manager-password"})
    assert "bindpass is ignored" in again.body["warnings"][-1]
    await server.ok("POST", "ldap/rotate-root")
