"""Accounts of a real Active Directory: made, lent, and given new passwords."""

from __future__ import annotations

from typing import Any

from strongroom.engines.ldap import Ldap
from strongroom.testing import PluginServer
from tests.conformance.engines.lost import rounds
from tests.conformance.engines.lost.directories import of_samba
from tests.sim.samba_ad import ADMIN, ADMIN_PASSWORD, BASE, DOMAIN, USERS, Controller

CREATION = f"""dn: CN={{{{.Username}}}},{USERS}
changetype: add
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: user
userPrincipalName: {{{{.Username}}}}@{DOMAIN}
sAMAccountName: {{{{.Username}}}}

dn: CN={{{{.Username}}}},{USERS}
changetype: modify
replace: unicodePwd
unicodePwd::{{{{ printf "%q" .Password | utf16le | base64 }}}}
-
replace: userAccountControl
userAccountControl: 66048
-

dn: CN=Inner,{USERS}
changetype: modify
add: member
member: CN={{{{.Username}}}},{USERS}
-
"""
DELETION = f"dn: CN={{{{.Username}}}},{USERS}\nchangetype: delete\n"
ROLE = {
    "creation_ldif": CREATION,
    "deletion_ldif": DELETION,
    "username_template": "v_{{.RoleName | truncate 4}}_{{random 12}}",
}


async def served(controller: Controller, **settings: Any) -> PluginServer:
    """A server whose mount manages the domain."""
    server = await PluginServer.start(Ldap)
    given = {"url": f"ldaps://{controller.address}", "insecure_tls": True, "schema": "ad", "userdn": USERS}
    await server.ok("POST", "ldap/config", {**given, "binddn": ADMIN, "bindpass": ADMIN_PASSWORD, **settings})
    return server


def logs_in(controller: Controller, name: str, password: str) -> bool:
    """Whether the domain takes a name with a password."""
    import ldap

    connection = ldap.initialize(f"ldaps://{controller.address}")
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_NEVER)
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    try:
        connection.simple_bind_s(name, password)
    except ldap.INVALID_CREDENTIALS:
        return False
    finally:
        connection.unbind_s()
    return True


def found(controller: Controller, text: str) -> list[str]:
    """The DNs that a filter finds in the domain."""
    import ldap

    with controller.as_administrator() as connection:
        return [dn for dn, _ in connection.search_s(BASE, ldap.SCOPE_SUBTREE, text, ["1.1"]) if dn]


async def test_an_account_is_made_in_its_group_and_removed(controller: Controller) -> None:
    """By the LDIF of Vault's documentation: user, password, group; and nothing is left."""
    server = await served(controller)
    written = await server.ok("POST", "ldap/role/app", ROLE)
    assert written.body is None
    reply = await server.ok("GET", "ldap/creds/app")
    name = reply.data["username"]
    dn = f"CN={name},{USERS}"
    assert reply.data["distinguished_names"] == [dn, dn, f"CN=Inner,{USERS}"]
    assert logs_in(controller, f"{name}@{DOMAIN}", reply.data["password"])
    assert found(controller, f"(&(sAMAccountName={name})(memberOf=CN=Inner,{USERS}))") == [dn]
    await server.ok("PUT", "sys/leases/renew", {"lease_id": reply.lease_id})
    await server.ok("PUT", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
    assert not logs_in(controller, f"{name}@{DOMAIN}", reply.data["password"])
    assert found(controller, f"(sAMAccountName={name})") == []


async def test_names_that_are_too_long_for_the_domain_are_told(controller: Controller) -> None:
    """The usual names are: Windows takes 20 characters."""
    server = await served(controller)
    written = await server.ok("POST", "ldap/role/long", {**ROLE, "username_template": ""})
    assert "sAMAccountName" in written.body["warnings"][0]


async def test_a_static_role_and_a_library_change_passwords(controller: Controller) -> None:
    """By name, by name without its domain, and by DN."""
    svc = controller.add_user("Svc One", "svc.one", f"svc.one@{DOMAIN}", "Svc-Pass1")
    controller.add_user("Svc Two", "svc.two", f"svc.two@{DOMAIN}", "Svc-Pass1")
    controller.add_user("Svc Three", "svc.three", f"svc.three@{DOMAIN}", "Svc-Pass1")
    server = await served(controller, upndomain=DOMAIN)
    await server.ok("POST", "ldap/static-role/one", {"username": "svc.one", "dn": svc, "rotation_period": 3600})
    await server.ok("POST", "ldap/static-role/two", {"username": "svc.two", "rotation_period": 3600})
    for name in ("one", "two"):
        first = (await server.ok("GET", f"ldap/static-cred/{name}")).data["password"]
        await server.ok("POST", f"ldap/rotate-role/{name}")
        second = (await server.ok("GET", f"ldap/static-cred/{name}")).data["password"]
        upn = f"svc.{name}@{DOMAIN}"
        # The domain takes the password before the present one for another hour.
        assert [logs_in(controller, upn, each) for each in ("Svc-Pass1", first, second)] == [False, True, True]
    again = await server.ask("POST", "ldap/static-role/again", {"username": "svc.one@" + DOMAIN, "rotation_period": 60})
    assert (again.status, "already managed" in again.error) == (400, True)
    upn = f"svc.three@{DOMAIN}"
    await server.ok("POST", "ldap/library/team", {"service_account_names": [upn]})
    lent = await server.ok("POST", "ldap/library/team/check-out")
    assert logs_in(controller, upn, lent.data["password"])
    await server.ok("POST", "ldap/library/team/check-in")
    assert not logs_in(controller, upn, lent.data["password"])


async def test_a_dn_is_enough_to_find_an_account(controller: Controller) -> None:
    """Without a domain for short names, whatever the role calls the account, and with a comma in its name.

    Source: https://github.com/openbao/openbao/issues/3862, https://github.com/hashicorp/vault/issues/25249
    """
    svc = controller.add_user("Svc\\, Five", "svc.five", f"svc.five@{DOMAIN}", "Svc-Pass1")
    server = await served(controller)
    await server.ok("POST", "ldap/static-role/five", {"username": "five", "dn": svc, "rotation_period": 3600})
    await server.ok("POST", "ldap/rotate-role/five")
    password = (await server.ok("GET", "ldap/static-cred/five")).data["password"]
    assert logs_in(controller, f"svc.five@{DOMAIN}", password)
    assert not logs_in(controller, f"svc.five@{DOMAIN}", "Svc-Pass1")


async def test_the_root_password_is_rotated_by_the_dn_of_its_short_name(controller: Controller) -> None:
    """`binddn` is a userPrincipalName; accounts are made afterwards; a password that is written again is ignored."""
    upn = f"root.one@{DOMAIN}"
    dn = controller.add_user("Root One", "root.one", upn, "Root-Pass1")
    import ldap

    with controller.as_administrator() as connection:
        connection.modify_s(f"CN=Domain Admins,{USERS}", [(ldap.MOD_ADD, "member", [dn.encode()])])
    server = await served(controller, binddn=upn, bindpass="Root-Pass1", upndomain=DOMAIN)
    for _ in range(2):
        await server.ok("POST", "ldap/rotate-root")
    assert not logs_in(controller, upn, "Root-Pass1")
    assert (await server.ok("GET", "ldap/config")).data["root_dn"] == dn
    again = await server.ok("POST", "ldap/config", {"binddn": upn, "bindpass": "Root-Pass1"})
    assert "bindpass is ignored" in again.body["warnings"][-1]
    await server.ok("POST", "ldap/role/app", ROLE)
    reply = await server.ok("GET", "ldap/creds/app")
    await server.ok("PUT", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})


async def test_without_tls_no_password_is_tried(controller: Controller) -> None:
    """The refusal says what to do, before anything is sent or stored."""
    server = await served(controller)
    written = await server.ok(
        "POST", "ldap/config", {"url": controller.url, "insecure_tls": False, "bindpass": ADMIN_PASSWORD}
    )
    assert "only over TLS" in written.body["warnings"][0]
    await server.ok("POST", "ldap/role/app", ROLE)
    for method, path, body in (
        ("POST", "ldap/rotate-root", None),
        ("GET", "ldap/creds/app", None),
        ("POST", "ldap/static-role/x", {"username": "bob", "rotation_period": 60}),
        ("POST", "ldap/library/x", {"service_account_names": ["bob"]}),
    ):
        refused = await server.ask(method, path, body)
        assert (refused.status, "changes passwords only over TLS" in refused.error) == (400, True)


async def test_a_password_that_the_domain_refuses_is_given_up(controller: Controller) -> None:
    """The policy makes passwords that are too short for the domain; when it makes longer ones, the rotation goes on."""
    controller.add_user("Svc Four", "svc.four", f"svc.four@{DOMAIN}", "Svc-Pass1")
    server = await served(controller, upndomain=DOMAIN)
    sets = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")
    rules = [f'rule "charset" {{ charset = "{each}" min-chars = 1 }}' for each in sets]
    short = "\n".join(["length = 4", *rules])
    await server.ok("POST", "ldap/static-role/four", {"username": "svc.four", "rotation_period": 3600})
    first = (await server.ok("GET", "ldap/static-cred/four")).data["password"]
    await server.ok("PUT", "sys/policies/password/short", {"policy": short})
    await server.ok("POST", "ldap/config", {"password_policy": "short"})
    refused = await server.ask("POST", "ldap/rotate-role/four")
    assert (refused.status, "refuses the new password" in refused.error) == (502, True)
    assert (await server.ok("GET", "ldap/static-cred/four")).data["password"] == first
    assert logs_in(controller, f"svc.four@{DOMAIN}", first)
    await server.ok("PUT", "sys/policies/password/short", {"policy": short.replace("length = 4", "length = 24")})
    await server.ok("POST", "ldap/rotate-role/four")
    second = (await server.ok("GET", "ldap/static-cred/four")).data["password"]
    assert logs_in(controller, f"svc.four@{DOMAIN}", second)


async def test_the_own_account_is_no_role_whatever_name_it_binds_by(controller: Controller) -> None:
    """Also a name that is no attribute of it, and when the role is made without asking."""
    dn = controller.add_user("Own One", "own.one", f"other-name@{DOMAIN}", "Own-Pass1")
    for name in (f"own.one@{DOMAIN}", "AD\\own.one", f"other-name@{DOMAIN}", dn.lower()):
        server = await served(controller, binddn=name, bindpass="Own-Pass1")
        body = {"username": "own", "dn": dn, "rotation_period": 3600}
        refused = await server.ask("POST", "ldap/static-role/own", body)
        assert (refused.status, "by which this mount manages others" in refused.error) == (400, True), name
        await server.ok("POST", "ldap/static-role/own", {**body, "skip_import_rotation": True})
        refused = await server.ask("POST", "ldap/rotate-role/own")
        assert (refused.status, "by which this mount manages others" in refused.error) == (400, True), name


async def test_each_question_is_lost(controller: Controller) -> None:
    """Or its answer, while an account is made by several changes: nothing is left behind."""
    async with rounds.round_of(of_samba(controller)) as one:
        await rounds.issue(one)
