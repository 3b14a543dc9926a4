"""A domain controller of Samba: Active Directory with a few users and groups, on an address of its own.

Its ports are fixed, so that it needs root.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.program import Program, served

DOMAIN = "ad.example"
BASE = "DC=ad,DC=example"
USERS = f"CN=Users,{BASE}"
ADMIN, ADMIN_PASSWORD = f"Administrator@{DOMAIN}", "Admin-Pass1"
SERVICE, SERVICE_PASSWORD = f"CN=Service,{USERS}", "Service-Pass1"
ENABLED, DISABLED = "512", "514"
_NUMBERS = itertools.count()
_PROGRAMS = ("samba", "samba-tool")

_CONFIG = """[global]
netbios name = DC1
realm = AD.EXAMPLE
workgroup = AD
server role = active directory domain controller
server services = ldap, cldap, kdc
interfaces = {address}/8
bind interfaces only = Yes
binddns dir = {folder}/dc/bind-dns
cache directory = {folder}/dc/cache
lock directory = {folder}/dc
private dir = {folder}/dc/private
state directory = {folder}/dc/state
pid directory = {folder}/dc
ncalrpc dir = {folder}/dc/ncalrpc
log file = {folder}/log.samba
logging = file
ldap server require strong auth = no
"""


@dataclass(frozen=True, slots=True)
class Controller:
    """A running domain controller, at an address of the loopback."""

    address: str
    folder: Path

    @property
    def url(self) -> str:
        """Its address without TLS."""
        return f"ldap://{self.address}"

    @property
    def ca_pem(self) -> str:
        """What vouches for it, by the name that it gave itself."""
        return (self.folder / "dc/private/tls/ca.pem").read_text()

    @contextlib.contextmanager
    def as_administrator(self) -> Iterator[Any]:
        """A connection that may change everything: passwords need TLS."""
        import ldap

        connection = ldap.initialize(f"ldaps://{self.address}")
        connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_NEVER)
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        connection.set_option(ldap.OPT_REFERRALS, 0)
        connection.simple_bind_s(ADMIN, ADMIN_PASSWORD)
        yield connection
        connection.unbind_s()

    def add_user(self, cn: str, sam: str, upn: str, password: str) -> str:
        """Add a user.  Returns the DN."""
        dn = f"CN={cn},{USERS}"
        attributes = {"objectClass": "user", "sAMAccountName": sam, "userPrincipalName": upn}
        values = [(name, [value.encode()]) for name, value in attributes.items()]
        with self.as_administrator() as connection:
            secret = f'"{password}"'.encode("utf-16-le")
            connection.add_s(dn, [*values, ("unicodePwd", [secret]), ("userAccountControl", [ENABLED.encode()])])
        return dn

    def add_group(self, cn: str, *members: str) -> str:
        """Add a group with these members.  Returns the DN."""
        dn = f"CN={cn},{USERS}"
        with self.as_administrator() as connection:
            members_ = [member.encode() for member in members]
            connection.add_s(dn, [("objectClass", [b"group"]), ("sAMAccountName", [cn.encode()]), ("member", members_)])
        return dn

    def set(self, dn: str, attribute: str, *values: str) -> None:
        """Replace an attribute's values."""
        import ldap

        with self.as_administrator() as connection:
            connection.modify_s(dn, [(ldap.MOD_REPLACE, attribute, [value.encode() for value in values] or None)])

    def delete(self, dn: str) -> None:
        """Remove an entry."""
        with self.as_administrator() as connection:
            connection.delete_s(dn)


def require() -> None:
    """Skip the test where the programs, the rights or the client library are missing."""
    for program in _PROGRAMS:
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}, of samba-ad-dc")
    if os.geteuid() != 0:
        pytest.skip("needs root: the ports of a domain controller are fixed")
    pytest.importorskip("ldap", reason="needs the extra ldap")


@contextlib.contextmanager
def run(folder: Path) -> Iterator[Controller]:
    """A domain controller until the block ends: users `alice`, `bob`; groups `outer` > `middle` > `inner` > both.

    Args:
        folder: of its own.
    """
    require()
    pid = os.getpid()
    # Of a process's own, and another one for each: two folders of tests may run in one process.
    address = f"127.{64 + (pid // 65536 + next(_NUMBERS)) % 64}.{pid // 256 % 256}.{pid % 253 + 1}"
    provision = ["samba-tool", "domain", "provision", f"--targetdir={folder}/dc", "--realm=AD.EXAMPLE", "--domain=AD"]
    provision += [f"--adminpass={ADMIN_PASSWORD}", "--server-role=dc", "--dns-backend=NONE"]
    provision += [f"--host-ip={address}", "--host-name=dc1"]
    subprocess.run(provision, check=True, capture_output=True, timeout=300)
    (folder / "smb.conf").write_text(_CONFIG.format(address=address, folder=folder))
    command = ["samba", "-i", "-s", folder / "smb.conf", "-M", "single", "--no-process-group"]

    def listens(_: Program) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((address, 636), 1):
            return True
        return False

    with served(command, folder, folder / "samba.out", listens):
        controller = Controller(address, folder)
        alice = controller.add_user("Alice Smith", "alice", f"alice.smith@{DOMAIN}", "Alice-Pass1")
        bob = controller.add_user("Bob", "bob", f"bob@{DOMAIN}", "Bob-Pass1")
        controller.add_user("Service", "service", f"service@{DOMAIN}", SERVICE_PASSWORD)
        controller.add_group("outer", controller.add_group("middle", controller.add_group("Inner", alice, bob)))
        yield controller
