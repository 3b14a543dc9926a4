"""OpenLDAP's server with a few users and groups, on ports of its own of the loopback, with and without TLS."""

from __future__ import annotations

import contextlib
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.listener.certificates import Pair, make
from tests.conformance.program import Program, served
from tests.ports import free_port

BASE = "dc=example,dc=org"
PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"
ADMIN = f"cn=admin,{BASE}"
ADMIN_PASSWORD = "admin-password"
SERVICE = f"cn=service,{BASE}"
SERVICE_PASSWORD = "service-password"
PROGRAM = Path(shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/lib/openldap") or "/usr/sbin/slapd")

_CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/localhost.pem
TLSCertificateKeyFile {folder}/localhost.key
TLSVerifyClient {verify}
sizelimit size.soft=500 size.hard=500 size.pr=1000 size.prtotal=unlimited
database mdb
maxsize 67108864
suffix "dc=example,dc=org"
rootdn "cn=admin,dc=example,dc=org"
rootpw admin-password
directory {folder}/db
index uid,cn,member,memberUid eq
access to attrs=userPassword by self write by anonymous auth by dn.exact="cn=service,dc=example,dc=org" write by * none
access to dn.subtree="ou=hidden,dc=example,dc=org" by dn.exact="cn=service,dc=example,dc=org" read by anonymous auth
access to * by * read
overlay memberof
memberof-refint TRUE
overlay ppolicy
ppolicy_default "cn=policy,dc=example,dc=org"
"""


def entry(dn: str, classes: str, **attributes: str | list[str]) -> str:
    """An entry as LDIF."""
    lines = [f"dn: {dn}", *(f"objectClass: {name}" for name in classes.split())]
    for name, values in attributes.items():
        lines += [f"{name}: {value}" for value in ([values] if isinstance(values, str) else values)]
    return "\n".join(lines) + "\n"


def person(cn: str, uid: str, password: str, where: str = PEOPLE, **more: str | list[str]) -> str:
    """A user's entry as LDIF."""
    return entry(f"cn={cn},{where}", "inetOrgPerson", cn=cn, sn=cn, uid=uid, userPassword=password, **more)


def group(cn: str, *members: str) -> str:
    """A group's entry as LDIF; its members by their common names."""
    return entry(
        f"cn={cn},{GROUPS}", "groupOfNames", cn=cn, member=[m if "=" in m else f"cn={m},{PEOPLE}" for m in members]
    )


ENTRIES = "\n".join(
    [
        entry(BASE, "dcObject organization", dc="example", o="Example"),
        entry(PEOPLE, "organizationalUnit", ou="people"),
        entry(GROUPS, "organizationalUnit", ou="groups"),
        entry(f"ou=hidden,{BASE}", "organizationalUnit", ou="hidden"),
        entry(f"cn=policy,{BASE}", "device pwdPolicy", cn="policy", pwdAttribute="userPassword", pwdLockout="FALSE"),
        entry(SERVICE, "organizationalRole simpleSecurityObject", cn="service", userPassword=SERVICE_PASSWORD),
        person("Alice", "alice", "alice-password", mail="alice@example.org", employeeNumber="1"),
        person("Bob", "bob", "bob-password", mail="bob@example.org"),
        person("José", "jose", "jose-password"),
        person("Carol Two", "carol", "carol-password"),
        person("Hidden", "hidden", "hidden-password", where=f"ou=hidden,{BASE}"),
        group("My_Group", "Alice"),
        group("admins", "Alice", "Bob"),
        group("nobody", SERVICE),
        entry(f"cn=posix,{GROUPS}", "posixGroup", cn="posix", gidNumber="7", memberUid=["alice", "carol"]),
    ]
)


@dataclass(frozen=True, slots=True)
class Slapd:
    """A running server.

    Attributes:
        port: for plain connections and StartTLS. tls_port: for TLS from the beginning.
        ca: the authority that vouches for it, as `localhost`. client: a certificate that it accepts.
    """

    port: int
    tls_port: int
    ca: Pair
    client: Pair
    folder: Path
    program: Program

    @property
    def url(self) -> str:
        """Its address without TLS."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """Its address with TLS."""
        return f"ldaps://localhost:{self.tls_port}"

    @property
    def ca_pem(self) -> str:
        """What vouches for it."""
        return self.ca.cert.read_text()

    def log(self) -> list[str]:
        """What it was asked so far: a line for each operation."""
        return self.program.log_text().splitlines()

    def add(self, ldif: str) -> None:
        """Add entries, as its administrator."""
        from io import StringIO

        import ldap
        import ldap.modlist
        import ldif as reader

        connection = ldap.initialize(self.url)
        connection.simple_bind_s(ADMIN, ADMIN_PASSWORD)
        records = reader.LDIFRecordList(StringIO(ldif))
        records.parse()
        for dn, attributes in records.all_records:
            connection.add_s(dn, ldap.modlist.addModlist(attributes))
        connection.unbind_s()

    def set(self, dn: str, attribute: str, *values: str) -> None:
        """Replace an attribute's values, as its administrator."""
        import ldap

        connection = ldap.initialize(self.url)
        connection.simple_bind_s(ADMIN, ADMIN_PASSWORD)
        connection.modify_s(dn, [(ldap.MOD_REPLACE, attribute, [value.encode() for value in values] or None)])
        connection.unbind_s()

    def read(self, dn: str) -> dict[str, list[bytes]]:
        """The attributes of an entry, as its administrator sees them."""
        import ldap

        connection = ldap.initialize(self.url)
        connection.simple_bind_s(ADMIN, ADMIN_PASSWORD)
        [(_, attributes)] = connection.search_s(dn, ldap.SCOPE_BASE)
        connection.unbind_s()
        return dict(attributes)

    def delete(self, dn: str) -> None:
        """Remove an entry, as its administrator."""
        import ldap

        connection = ldap.initialize(self.url)
        connection.simple_bind_s(ADMIN, ADMIN_PASSWORD)
        connection.delete_s(dn)
        connection.unbind_s()


def require() -> None:
    """Skip the test where the server or the client library is missing."""
    if not PROGRAM.exists() or not Path("/usr/lib/ldap/back_mdb.so").exists():
        pytest.skip("needs slapd, OpenLDAP's server")
    pytest.importorskip("ldap", reason="needs the extra ldap")


@contextlib.contextmanager
def run(folder: Path, *, verify: str = "allow", entries: str = ENTRIES) -> Iterator[Slapd]:
    """A server with these entries until the block ends.

    Args:
        folder: of its own. verify: `TLSVerifyClient`; `demand` for connections with TLS by certificate only.
    """
    require()
    ca = make(folder, "ca", authority=True)
    make(folder, "localhost", ca)
    client = make(folder, "client", ca)
    (folder / "db").mkdir()
    (folder / "slapd.conf").write_text(_CONFIG.format(folder=folder, verify=verify))
    port, tls_port = free_port(), free_port()
    command = [PROGRAM, "-f", folder / "slapd.conf", "-d", "stats"]
    command += ["-h", f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"]

    def listens(_: Program) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", tls_port), 1):
            return True
        return False

    with served(command, folder, folder / "slapd.log", listens) as program:
        slapd = Slapd(port, tls_port, ca, client, folder, program)
        slapd.add(entries)
        yield slapd
