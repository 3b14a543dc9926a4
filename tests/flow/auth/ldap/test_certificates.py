"""Client certificates: shown to a directory that demands them, and in no file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from tests.conformance.listener.certificates import make
from tests.flow.auth.ldap.mounting import SEARCHING, WRITE, log_in, mounted
from tests.sim import slapd


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Slapd]:
    """OpenLDAP that takes TLS by client certificate only."""
    with slapd.run(tmp_path_factory.mktemp("strict"), verify="demand") as running:
        yield running


async def test_a_certificate_is_shown(strict: slapd.Slapd) -> None:
    """With it there is a login, without it there is none; both ways to begin TLS."""
    shown = {"client_tls_cert": strict.client.cert.read_text(), "client_tls_key": strict.client.key.read_text()}
    starttls = {"url": f"ldap://localhost:{strict.port}", "starttls": True}
    for where in ({"url": strict.tls_url}, starttls):
        mount = await mounted(strict, **SEARCHING, **where, certificate=strict.ca_pem, tls_max_version="tls13", **shown)
        assert (await log_in(mount, "alice", "alice-password")).alias == "alice"
        mount = await mounted(strict, **SEARCHING, **where, certificate=strict.ca_pem)
        with pytest.raises(UpstreamFailed):
            await log_in(mount, "alice", "alice-password")


async def test_certificates_are_checked_when_they_are_written(strict: slapd.Slapd, tmp_path: Path) -> None:
    """Not PEM, half a pair, somebody else's key: refused, and nothing changes."""
    mount = await mounted(strict, **SEARCHING)
    certificate, key = strict.client.cert.read_text(), strict.client.key.read_text()
    other = make(tmp_path, "other").key.read_text()
    for given, text in (
        ({"certificate": "nonsense"}, "certificate"),
        ({"client_tls_cert": certificate}, "both client_tls_cert and client_tls_key"),
        ({"client_tls_key": key}, "both client_tls_cert and client_tls_key"),
        ({"client_tls_cert": certificate, "client_tls_key": other}, "client_tls_cert and client_tls_key"),
        ({"client_tls_cert": "x", "client_tls_key": "y"}, "client_tls_cert and client_tls_key"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(WRITE, "config", given)
    assert (await log_in(mount, "alice", "alice-password")).alias == "alice"


async def test_versions_of_tls(strict: slapd.Slapd) -> None:
    """Only those between the two settings; a range without any is refused."""
    mount = await mounted(strict, **SEARCHING)
    for given in (
        {"tls_min_version": "tls13"},
        {"tls_max_version": "tls11"},
        {"tls_min_version": "ssl3"},
        {"tls_max_version": ""},
    ):
        with pytest.raises(InvalidRequest, match="tls_m"):
            await mount.ask(WRITE, "config", given)
    await mount.ask(WRITE, "config", {"tls_min_version": "tls13", "tls_max_version": "tls13"})
