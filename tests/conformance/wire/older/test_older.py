"""The case files of this folder, sent to our server and to an older release of the reference server in step."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conformance.program import OLDER_PEER
from tests.conformance.servers import start_ours, start_peer
from tests.conformance.wire import allowed, compare
from tests.sim import kdc, slapd
from tests.sim.radius import freeradius

HERE = Path(__file__).parent
ALLOWED = allowed.read(HERE / "allowed.toml")


def check(name: str, places: Mapping[str, str], directory: Path) -> None:
    """Fail for differences that aren't meant, and for those that are meant and aren't there.

    Args:
        name: of the case file. places: what stands for ports and keys in it. directory: for the servers' files.
    """
    if not OLDER_PEER.exists():
        pytest.skip("the older reference server isn't installed: make older-peer")
    text = (HERE / name).read_text()
    for word, value in places.items():
        text = text.replace(word, value)
    cases = compare.parse(name, text)
    with start_ours(directory) as ours, start_peer(directory, program=OLDER_PEER) as peer:
        found = compare.run(cases, compare.Side(ours.address), compare.Side(peer.address))
    failing = [each for each in found if each.kind != "wording" and not any(entry.covers(each) for entry in ALLOWED)]
    stale = [entry for entry in ALLOWED if entry.concerns(name) and not any(map(entry.covers, found))]
    assert not failing, "\n".join([f"{len(failing)} differences of {len(cases)} requests:", *map(str, failing)])
    assert not stale, f"no longer different, so remove from allowed.toml: {stale}"


def test_radius(tmp_path: Path) -> None:
    """Both ask the same FreeRADIUS, which has to take requests without Message-Authenticator: the peer's have none."""
    pytest.importorskip("pyrad.packet", reason="pyrad is not installed")
    if freeradius.PROGRAM is None:
        pytest.skip("freeradius is not installed")
    directory = tmp_path / "freeradius"
    directory.mkdir()
    with freeradius.start_freeradius(directory, demands_signature=False) as radius:
        check("radius.txt", {"RADIUS_PORT": str(radius.port)}, tmp_path)


def test_kerberos(tmp_path: Path) -> None:
    """Both open tickets of the same KDC, and ask the same directory."""
    kdc.require()
    slapd.require()
    for name in ("kdc", "slapd"):
        (tmp_path / name).mkdir()
    with kdc.run(tmp_path / "kdc") as tickets, slapd.run(tmp_path / "slapd") as directory:
        places = {f"TICKET_ALICE_{n}": tickets.header() for n in range(1, 8)}
        places |= {
            "TICKET_BOB_1": tickets.header("bob"),
            "TICKET_BARE": tickets.header(mechanism="kerberos"),
            "TICKET_OTHER_SERVICE": tickets.header(service="HTTP@other.test"),
            "TICKET_LATE_CLOCK": tickets.header(clock_off_s=400),
            "TICKET_OTHER_REALM": tickets.header(realm=kdc.OTHER_REALM),
            "TICKET_NOBODY": tickets.header("nobody-there"),
            "TICKET_ADMIN_1": tickets.header("alice/admin"),
            "KEYTAB": kdc.as_base64(tickets.keytab(kdc.SERVICE)),
            "LDAP_URL": directory.url,
        }
        check("kerberos.txt", places, tmp_path)


def test_ldap(tmp_path: Path) -> None:
    """Both ask the same OpenLDAP."""
    slapd.require()
    folder = tmp_path / "slapd"
    folder.mkdir()
    with slapd.run(folder) as directory:
        places = {
            "TLS_PORT": str(directory.tls_port),
            "LDAP_PORT": str(directory.port),
            "CA_PEM": directory.ca_pem.replace("\n", "\\n"),
        }
        check("ldap.txt", places, tmp_path)


_CREATION = """dn: cn={{.Username}},ou=people,dc=example,dc=org
objectClass: inetOrgPerson
cn: {{.Username}}
sn: {{.RoleName}}
userPassword: {{.Password}}
"""
_DELETION = "dn: cn={{.Username}},ou=people,dc=example,dc=org\nchangetype: delete\n"


def test_ldap_secrets(tmp_path: Path) -> None:
    """Both make and change accounts of the same OpenLDAP."""
    slapd.require()
    folder = tmp_path / "slapd"
    folder.mkdir()
    with slapd.run(folder) as directory:
        places = {
            "CREATION64": base64.b64encode(_CREATION.encode()).decode(),
            "DELETION64": base64.b64encode(_DELETION.encode()).decode(),
            "CREATION": _CREATION.replace("\n", "\\n"),
            "DELETION": _DELETION.replace("\n", "\\n"),
            "LDAP_PORT": str(directory.port),
        }
        check("ldap_secrets.txt", places, tmp_path)
