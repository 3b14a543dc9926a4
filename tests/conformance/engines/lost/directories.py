"""Directories, and what the engine is told of each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from strongroom.engines.ldap import Ldap
from tests.conformance.engines.lost.sides import OWNER, OWNER_PASSWORD, STATIC, STATIC_PASSWORD, Side
from tests.sim import samba_ad, slapd
from tests.sim.samba_ad import Controller
from tests.sim.slapd import Slapd

_OPENLDAP = f"""dn: cn={{{{.Username}}}},{slapd.PEOPLE}
objectClass: inetOrgPerson
cn: {{{{.Username}}}}
sn: {{{{.RoleName}}}}
uid: {{{{.Username}}}}
userPassword: {{{{.Password}}}}

dn: cn=admins,{slapd.GROUPS}
changetype: modify
add: member
member: cn={{{{.Username}}}},{slapd.PEOPLE}
-
"""
_AD = f"""dn: CN={{{{.Username}}}},{samba_ad.USERS}
changetype: add
objectClass: user
sAMAccountName: {{{{.Username}}}}
userPrincipalName: {{{{.Username}}}}@{samba_ad.DOMAIN}

dn: CN={{{{.Username}}}},{samba_ad.USERS}
changetype: modify
replace: unicodePwd
unicodePwd::{{{{ printf "%q" .Password | utf16le | base64 }}}}
-
replace: userAccountControl
userAccountControl: 66048
-

dn: CN=Inner,{samba_ad.USERS}
changetype: modify
add: member
member: CN={{{{.Username}}}},{samba_ad.USERS}
-
"""


def _side(port: int, config: Callable[[int], dict[str, Any]], creation: str, users_dn: str, **more: Any) -> Side:
    role = {
        "creation_ldif": creation,
        "deletion_ldif": f"dn: cn={{{{.Username}}}},{users_dn}\nchangetype: delete\n",
        "username_template": "v_{{random 12}}",
        "default_ttl": "1h",
        "max_ttl": "9h",
    }
    return Side(
        engine=Ldap,
        port=port,
        configured=lambda at: [("ldap/config", config(at)), ("ldap/role/app", role)],
        creds="ldap/creds/app",
        rotate_root="ldap/rotate-root",
        role="ldap/static-role/fixed",
        role_body={"username": STATIC, "rotation_period": 3600},
        read="ldap/static-cred/fixed",
        **more,
    )


def _binds(url: str, name: str, password: str) -> bool:
    import ldap

    connection = ldap.initialize(url)
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_NEVER)
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    try:
        connection.simple_bind_s(name, password)
    except ldap.INVALID_CREDENTIALS:
        return False
    finally:
        connection.unbind_s()
    return True


def of_slapd(server: Slapd) -> Side:
    """OpenLDAP.  Only its administrator may make entries, whose password can't be changed."""

    def prepare() -> None:
        import ldap

        with contextlib.suppress(ldap.NO_SUCH_OBJECT):
            server.delete(f"cn={STATIC},{slapd.PEOPLE}")
        server.add(slapd.person(STATIC, STATIC, STATIC_PASSWORD))

    def users() -> set[str]:
        import ldap

        connection = ldap.initialize(server.url)
        connection.simple_bind_s(slapd.ADMIN, slapd.ADMIN_PASSWORD)
        found = connection.search_s(slapd.BASE, ldap.SCOPE_SUBTREE, "(objectClass=person)", ["uid"])
        members = connection.search_s(f"cn=admins,{slapd.GROUPS}", ldap.SCOPE_BASE, "(cn=*)", ["member"])
        connection.unbind_s()
        return {dn for dn, _ in found} | {f"member {each.decode()}" for each in members[0][1]["member"]}

    def config(port: int) -> dict[str, Any]:
        owner = {"binddn": slapd.ADMIN, "bindpass": slapd.ADMIN_PASSWORD}
        return {"url": f"ldap://127.0.0.1:{port}", **owner, "userdn": slapd.PEOPLE, "userattr": "uid"}

    def lets_in(name: str, password: str) -> bool:
        return _binds(server.url, f"cn={name},{slapd.PEOPLE}", password)

    return _side(server.port, config, _OPENLDAP, slapd.PEOPLE, lets_in=lets_in, users=users, prepare=prepare)


def of_samba(server: Controller) -> Side:
    """Active Directory."""
    owner = f"{OWNER}@{samba_ad.DOMAIN}"

    def prepare() -> None:
        import ldap

        for name, password in ((OWNER, OWNER_PASSWORD), (STATIC, STATIC_PASSWORD)):
            with contextlib.suppress(ldap.NO_SUCH_OBJECT):
                server.delete(f"CN={name},{samba_ad.USERS}")
            server.add_user(name, name, f"{name}@{samba_ad.DOMAIN}", f"Aa-{password}")
        admins = f"CN=Domain Admins,{samba_ad.USERS}"
        with server.as_administrator() as connection:
            connection.modify_s(admins, [(ldap.MOD_ADD, "member", [f"CN={OWNER},{samba_ad.USERS}".encode()])])

    def users() -> set[str]:
        import ldap

        with server.as_administrator() as connection:
            found = connection.search_s(samba_ad.USERS, ldap.SCOPE_SUBTREE, "(objectClass=user)", ["1.1"])
        return {dn for dn, _ in found if dn}

    def config(port: int) -> dict[str, Any]:
        given = {"url": f"ldaps://127.0.0.1:{port}", "insecure_tls": True, "schema": "ad", "userdn": samba_ad.USERS}
        return {**given, "binddn": owner, "bindpass": f"Aa-{OWNER_PASSWORD}", "upndomain": samba_ad.DOMAIN}

    def lets_in(name: str, password: str) -> bool:
        secret = f"Aa-{password}" if password in {OWNER_PASSWORD, STATIC_PASSWORD} else password
        return _binds(f"ldaps://{server.address}", f"{name}@{samba_ad.DOMAIN}", secret)

    made = {"lets_in": lets_in, "users": users, "prepare": prepare, "address": server.address, "forgets_late": True}
    return _side(636, config, _AD, samba_ad.USERS, **made)
