"""Certificates for lego, by each type of challenge."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from tests.conformance.pki.acme.served import HOST, Mount, program, served


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """A mount that serves ACME."""
    with served(tmp_path) as mount:
        yield mount


def lego(mount: Mount, directory: Path, *arguments: str, **environment: str) -> str:
    """What lego says.  Fails the test if it fails."""
    usual = ("--server", mount.directory, "--email", "a@example.com", "--accept-tos", "--path", str(directory))
    done = subprocess.run(
        [program("lego"), *usual, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr + mount.server.log_text()[-2000:]
    return done.stdout + done.stderr


def names_of(directory: Path, name: str) -> list[str]:
    """The names of a certificate that lego has stored."""
    certificate = x509.load_pem_x509_certificate((directory / "certificates" / f"{name}.crt").read_bytes())
    return [
        str(each.value) for each in certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    ]


def test_http_01(mount: Mount, tmp_path: Path) -> None:
    """Lego proves two names by http-01, renews the certificate, and revokes it."""
    state = tmp_path / "lego"
    http = ("--http", "--http.port", f"{HOST}:80", "-d", "www.example.com", "-d", "api.example.com")
    lego(mount, state, *http, "run")
    assert sorted(names_of(state, "www.example.com")) == ["api.example.com", "www.example.com"]
    first = (state / "certificates" / "www.example.com.crt").read_bytes()
    lego(mount, state, *http, "renew", "--days", "9999", "--no-random-sleep")
    assert (state / "certificates" / "www.example.com.crt").read_bytes() != first
    lego(mount, state, "-d", "www.example.com", "revoke")


def test_tls_alpn_01(mount: Mount, tmp_path: Path) -> None:
    """Lego proves a name by tls-alpn-01."""
    state = tmp_path / "lego"
    lego(mount, state, "--tls", "--tls.port", f"{HOST}:443", "-d", "tls.example.com", "run")
    assert names_of(state, "tls.example.com") == ["tls.example.com"]


def test_dns_01_of_a_wildcard(mount: Mount, tmp_path: Path) -> None:
    """Lego proves a wildcard and its name by dns-01, with a hook that publishes the records."""
    records = tmp_path / "records"
    records.mkdir()
    hook = tmp_path / "hook.sh"
    hook.write_text(f'#!/bin/sh\n[ "$1" = present ] && echo "$2 $3" >> {records}/all\nexit 0\n')
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)

    class FromFile(dict[str, list[str]]):
        """The records that the hook has published by now."""

        def lines(self) -> list[list[str]]:
            return [line.split() for line in (records / "all").read_text().splitlines()]

        def __contains__(self, name: object) -> bool:
            return any(line[0].rstrip(".") == name for line in self.lines())

        def __getitem__(self, name: str) -> list[str]:
            return [line[1] for line in self.lines() if line[0].rstrip(".") == name]

    mount.names.texts = FromFile()
    state = tmp_path / "lego"
    dns = ("--dns", "exec", "--dns.disable-cp", "-d", "*.example.com", "-d", "example.com")
    lego(mount, state, *dns, "run", EXEC_PATH=str(hook), EXEC_SEQUENCE_INTERVAL="1")
    assert sorted(names_of(state, "_.example.com")) == ["*.example.com", "example.com"]


def test_a_binding_makes_one_account(tmp_path: Path) -> None:
    """With a binding lego gets a certificate; without one, or with the same one again, it makes no account."""
    with served(tmp_path, eab_policy="always-required") as mount:
        key = mount.call("POST", "pki/acme/new-eab")["data"]
        http = ("--http", "--http.port", f"{HOST}:80", "-d", "www.example.com")
        bound = (*http, "--eab", "--kid", key["id"], "--hmac", key["key"])
        with pytest.raises(AssertionError, match="External Account Binding"):
            lego(mount, tmp_path / "unbound", *http, "run")
        lego(mount, tmp_path / "bound", *bound, "run")
        assert names_of(tmp_path / "bound", "www.example.com") == ["www.example.com"]
        with pytest.raises(AssertionError, match="unauthorized"):
            lego(mount, tmp_path / "again", *bound, "run")
