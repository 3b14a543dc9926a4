"""MIT's KDC with two realms that trust each other, on ports of its own of the loopback.

Nothing of it is in the environment of the process that runs the tests: clients are processes of their own.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.program import Program, served
from tests.ports import free_port

REALM, OTHER_REALM = "EXAMPLE.TEST", "OTHER.TEST"
SERVICE = "HTTP/localhost"
OTHER_SERVICE = "HTTP/other.test"
ACCOUNT = "vault_svc"
"""A service account with an instance in its name, as some programs write it into keytabs."""
USERS = ("alice", "bob", "Alice", "nobody-there", "alice/admin", "carol", "\uff41lice")
_PASSWORD = "canary-kerberos-password"
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit", "kvno")
_HERE = Path(__file__).parent

_KRB5_CONF = """
[libdefaults]
  default_realm = {realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  {realm} = {{
    kdc = 127.0.0.1:{port}
  }}
  {other} = {{
    kdc = 127.0.0.1:{other_port}
  }}
[domain_realm]
  localhost = {realm}
"""
_KDC_CONF = """
[realms]
  {realm} = {{
    kdc_listen = 127.0.0.1:{port}
    kdc_tcp_listen = 127.0.0.1:{port}
    database_name = {folder}/first
    key_stash_file = {folder}/first.stash
    acl_file = {folder}/acl
  }}
  {other} = {{
    kdc_listen = 127.0.0.1:{other_port}
    kdc_tcp_listen = 127.0.0.1:{other_port}
    database_name = {folder}/second
    key_stash_file = {folder}/second.stash
    acl_file = {folder}/acl
  }}
[logging]
  kdc = FILE:{folder}/kdc.log
"""


@dataclass(frozen=True, slots=True)
class Kdc:
    """The running KDC."""

    folder: Path

    @property
    def configuration(self) -> Path:
        """What clients read: `KRB5_CONFIG`."""
        return self.folder / "krb5.conf"

    def run(self, *command: str | Path, extra: Mapping[str, str] | None = None, text: str = "") -> str:
        """The output of a program of Kerberos, or of a client.  Raises `CalledProcessError`."""
        environment = {
            **os.environ,
            "PATH": _PATH,
            "KRB5_CONFIG": str(self.configuration),
            "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"),
            **(extra or {}),
        }
        done = subprocess.run(
            list(map(str, command)), env=environment, input=text, capture_output=True, text=True, check=True
        )
        return done.stdout

    def keytab(self, *principals: str, realm: str = REALM) -> bytes:
        """The keys of services, in one keytab."""
        file = self.folder / "made.keytab"
        file.unlink(missing_ok=True)
        self.run("kadmin.local", "-r", realm, "-q", f"ktadd -norandkey -k {file} {' '.join(principals)}")
        return file.read_bytes()

    def keytab_of(self, principal: str, realm: str = REALM) -> Path:
        """The keys of a user or service, in a file, without making new ones."""
        file = self.folder / f"{principal.replace('/', '-')}-{realm}.keytab"
        if not file.exists():
            self.run("kadmin.local", "-r", realm, "-q", f"ktadd -norandkey -k {file} {principal}")
        return file

    def tickets_of(self, user: str, realm: str = REALM) -> Path:
        """The ticket cache of a user who has given their password."""
        file = self.folder / f"{user.replace('/', '-')}-{realm}.cache"
        if not file.exists():
            self.run("kinit", "-c", file, f"{user}@{realm}", text=_PASSWORD + "\n")
        return file

    def header(
        self,
        user: str = "alice",
        *,
        realm: str = REALM,
        service: str = "HTTP@localhost",
        mechanism: str = "spnego",
        clock_off_s: int = 0,
    ) -> str:
        """What a client puts into `Authorization`.

        Args:
            mechanism: `spnego` or `kerberos`. clock_off_s: how far the client's clock is ahead.
        """
        cache = self.tickets_of(user, realm)
        if clock_off_s:
            cache = self._clock_off(cache, service.replace("@", "/"), clock_off_s)
        cached = {"KRB5CCNAME": f"FILE:{cache}"}
        token = self.run(sys.executable, _HERE / "client.py", service, mechanism, extra=cached)
        return f"Negotiate {token.strip()}"

    def _clock_off(self, cache: Path, service: str, by_s: int) -> Path:
        """A cache whose client adds to its clock, after it has the ticket from a KDC that would refuse that."""
        file = self.folder / "clock-off.cache"
        shutil.copyfile(cache, file)
        self.run("kvno", "-c", file, f"{service}@{REALM}")
        data = file.read_bytes()
        assert data[:2] == b"\x05\x04"
        length = int.from_bytes(data[2:4], "big")
        header = b"\0\1\0\x08" + by_s.to_bytes(4, "big", signed=True) + bytes(4)
        file.write_bytes(data[:2] + len(header).to_bytes(2, "big") + header + data[4 + length :])
        return file


def as_base64(keytab: bytes) -> str:
    """A keytab as the API takes it."""
    return base64.b64encode(keytab).decode("ascii")


def require() -> None:
    """Skip the test where a program or the library is missing."""
    pytest.importorskip("gssapi", reason="needs the extra kerberos")
    for name in _PROGRAMS:
        if shutil.which(name, path=_PATH) is None:
            pytest.skip(f"needs {name}, of MIT Kerberos")


@contextlib.contextmanager
def run(folder: Path) -> Iterator[Kdc]:
    """A KDC with users and services until the block ends.

    Args:
        folder: of its own.
    """
    require()
    port, other_port = free_port(), free_port()
    places = {"folder": folder, "realm": REALM, "other": OTHER_REALM, "port": port, "other_port": other_port}
    (folder / "krb5.conf").write_text(_KRB5_CONF.format(**places))
    (folder / "kdc.conf").write_text(_KDC_CONF.format(**places))
    kdc = Kdc(folder)
    users = [f"addprinc -pw {_PASSWORD} {name}" for name in USERS]
    services = [f"addprinc -randkey {name}" for name in (SERVICE, OTHER_SERVICE, f"{ACCOUNT}/localhost")]
    trust = [f"addprinc -pw {_PASSWORD} krbtgt/{REALM}@{OTHER_REALM}"]
    made = {REALM: [*users, *services, *trust], OTHER_REALM: [*users[:2], services[0], *trust]}
    for realm, queries in made.items():
        kdc.run("kdb5_util", "create", "-s", "-W", "-r", realm, "-P", "master")
        kdc.run("kadmin.local", "-r", realm, text="\n".join([*queries, "quit"]) + "\n")
    program = shutil.which("krb5kdc", path=_PATH)
    assert program is not None
    environment = {"KRB5_CONFIG": str(kdc.configuration), "KRB5_KDC_PROFILE": str(folder / "kdc.conf")}

    def listens(_: Program) -> bool:
        for each in (port, other_port):
            try:
                socket.create_connection(("127.0.0.1", each), 1).close()
            except OSError:
                return False
        return True

    command = [program, "-n", "-r", REALM, "-r", OTHER_REALM]
    with served(command, folder, folder / "krb5kdc.log", listens, environment):
        yield kdc
