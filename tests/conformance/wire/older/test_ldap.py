"""The cases of the auth method ldap, sent to our server and to an older release of the reference server in step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.program import OLDER_PEER
from tests.conformance.servers import start_ours, start_peer
from tests.conformance.wire import allowed, compare
from tests.sim import slapd

HERE = Path(__file__).parent
ALLOWED = allowed.read(HERE / "allowed_ldap.toml")


def test_ldap(tmp_path: Path) -> None:
    """Both ask the same OpenLDAP."""
    slapd.require()
    if not OLDER_PEER.exists():
        pytest.skip("the older reference server isn't installed: make older-peer")
    folder = tmp_path / "slapd"
    folder.mkdir()
    with slapd.run(folder) as directory:
        pem = directory.ca_pem.replace("\n", "\\n")
        text = (HERE / "ldap.txt").read_text().replace("TLS_PORT", str(directory.tls_port))
        cases = compare.parse("ldap.txt", text.replace("LDAP_PORT", str(directory.port)).replace("CA_PEM", pem))
        with start_ours(tmp_path) as ours, start_peer(tmp_path, program=OLDER_PEER) as peer:
            found = compare.run(cases, compare.Side(ours.address), compare.Side(peer.address))
    failing = [each for each in found if each.kind != "wording" and not any(entry.covers(each) for entry in ALLOWED)]
    stale = [entry for entry in ALLOWED if not any(map(entry.covers, found))]
    assert not failing, "\n".join([f"{len(failing)} differences of {len(cases)} requests:", *map(str, failing)])
    assert not stale, f"no longer different, so remove from allowed_ldap.toml: {stale}"
