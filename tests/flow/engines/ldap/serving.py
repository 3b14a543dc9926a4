"""A server with a mount of the engine over a directory."""

from __future__ import annotations

from typing import Any

from strongroom.engines.ldap import Ldap
from strongroom.lib.ldap import Directories
from strongroom.testing import PluginServer
from tests.sim.slapd import ADMIN, ADMIN_PASSWORD, PEOPLE, Slapd

CREATION = f"""dn: cn={{{{.Username}}}},{PEOPLE}
objectClass: inetOrgPerson
cn: {{{{.Username}}}}
sn: {{{{.RoleName}}}}
uid: {{{{.Username}}}}
userPassword: {{{{.Password}}}}
"""
DELETION = f"""dn: CN={{{{.Username}}}}, {PEOPLE}
changetype: delete
"""
ROLE = {"creation_ldif": CREATION, "deletion_ldif": DELETION, "default_ttl": "1h", "max_ttl": "2h"}


async def served(directory: Slapd, directories: Directories | None = None, **settings: Any) -> PluginServer:
    """A server whose mount `ldap/` may change everything in the directory."""
    server = await PluginServer.start(lambda: Ldap(directories))
    given = {"url": directory.url, "binddn": ADMIN, "bindpass": ADMIN_PASSWORD, "userdn": PEOPLE, "userattr": "uid"}
    await server.ok("POST", "ldap/config", {**given, **settings})
    return server


def logs_in(directory: Slapd, dn: str, password: str) -> bool:
    """Whether the directory takes a DN with a password."""
    import ldap

    connection = ldap.initialize(directory.url)
    try:
        connection.simple_bind_s(dn, password)
    except ldap.INVALID_CREDENTIALS:
        return False
    finally:
        connection.unbind_s()
    return True


def entries(directory: Slapd, text: str = "(objectClass=person)") -> set[str]:
    """The DNs that a filter finds among the people."""
    import ldap

    connection = ldap.initialize(directory.url)
    connection.simple_bind_s(ADMIN, ADMIN_PASSWORD)
    found = connection.search_s(PEOPLE, ldap.SCOPE_SUBTREE, text, ["1.1"])
    connection.unbind_s()
    return {dn for dn, _ in found}
