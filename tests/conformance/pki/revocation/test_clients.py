"""Lists and OCSP of a running server: with OpenSSL as the client, nginx that staples, and a linter of lists."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hvac
import pytest

from tests.conformance.pki.revocation.stapling import stapling
from tests.conformance.servers import ROOT_TOKEN, Server, start_ours
from tests.sim import nginx

_TIMEOUT_S = 30.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dev server."""
    with start_ours(tmp_path_factory.mktemp("server")) as running:
        yield running


class Pki:
    """A mount with a root, and what anybody reads of it."""

    def __init__(self, server: Server, path: str, key_type: str, folder: Path) -> None:
        self.url = f"{server.url}/v1/{path}"
        self.path = path
        self.folder = folder
        self.client = hvac.Client(server.url, token=ROOT_TOKEN)
        self.client.sys.enable_secrets_engine("pki", path)
        root = self.write("root/generate/internal", common_name="Root", key_type=key_type)
        (folder / "root.pem").write_text(root["certificate"] + "\n")
        self.write("roles/any", allow_any_name=True, enforce_hostnames=False, key_type="ec", ttl="1h")

    def write(self, path: str, **fields: Any) -> dict[str, Any]:
        """The data of what a write answers."""
        answer = self.client.write_data(f"{self.path}/{path}", data=fields)
        return answer["data"] if isinstance(answer, dict) else {}

    def issue(self, name: str) -> dict[str, Any]:
        """A certificate, which is kept as a file too."""
        issued = self.write("issue/any", common_name=f"{name}.example")
        (self.folder / f"{name}.pem").write_text(issued["certificate"] + "\n")
        (self.folder / f"{name}.key").write_text(issued["private_key"] + "\n")
        return issued

    def read(self, path: str, **headers: str) -> bytes:
        """What anybody gets."""
        request = urllib.request.Request(f"{self.url}/{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            body: bytes = answer.read()
        return body

    def openssl(self, *command: str) -> str:
        """What it prints, complaints included."""
        done = subprocess.run(
            ["openssl", *command], cwd=self.folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
        return done.stdout + done.stderr

    def verified(self, name: str, *options: str) -> str:
        """What `openssl verify` says by the lists that there are now."""
        (self.folder / "crl.pem").write_bytes(self.read("crl/pem") + b"\n")
        (self.folder / "delta.pem").write_bytes(self.read("crl/delta/pem") + b"\n")
        files = ("-CRLfile", "crl.pem", *(("-CRLfile", "delta.pem") if "-use_deltas" in options else ()))
        return self.openssl("verify", "-crl_check", *options, *files, "-CAfile", "root.pem", f"{name}.pem")

    def asked(self, *names: str, options: tuple[str, ...] = ()) -> str:
        """What `openssl ocsp` finds out about certificates."""
        certificates = [part for name in names for part in ("-cert", f"{name}.pem")]
        return self.openssl(
            "ocsp", "-url", f"{self.url}/ocsp", "-issuer", "root.pem", "-CAfile", "root.pem", *options, *certificates
        )


@pytest.fixture(params=["ec", "rsa", "ed25519"])
def pki(server: Server, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pki]:
    """A mount for each type of key."""
    mount = Pki(server, f"pki-{request.param}", request.param, tmp_path)
    yield mount
    mount.client.sys.disable_secrets_engine(mount.path)


def waited(what: Any) -> None:
    """Wait for something that the server does in the background."""
    until = time.monotonic() + _TIMEOUT_S
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_openssl_goes_by_lists_and_deltas(pki: Pki) -> None:
    """A certificate is good until it is revoked: on the very next list, or by the server's own work on a delta."""
    early, late = pki.issue("early"), pki.issue("late")
    pki.issue("good")
    assert "early.pem: OK" in pki.verified("early")
    pki.write("revoke", serial_number=early["serial_number"])
    assert "certificate revoked" in pki.verified("early")
    pki.write("config/urls", delta_crl_distribution_points=[f"{pki.url}/crl/delta"])
    pki.write("config/crl", auto_rebuild=True, enable_delta=True, delta_rebuild_interval="1s")
    pki.client.read(f"{pki.path}/crl/rotate")
    pki.write("revoke", serial_number=late["serial_number"])
    deltas = ("-use_deltas", "-extended_crl")
    waited(lambda: "certificate revoked" in pki.verified("late", *deltas))
    assert "late.pem: OK" in pki.verified("late")
    assert "certificate revoked" in pki.verified("early", *deltas)
    assert "good.pem: OK" in pki.verified("good", *deltas)


@pytest.mark.parametrize("options", [(), ("-no_nonce",), ("-sha256",)])
def test_openssl_asks(pki: Pki, options: tuple[str, ...]) -> None:
    """It takes answers about one and about several, with its nonce and without."""
    issued = pki.issue("one")
    pki.issue("two")
    said = pki.asked("one", "two", options=options)
    assert "Response verify OK" in said
    assert "one.pem: good" in said
    assert "two.pem: good" in said
    assert "WARNING" not in said
    pki.write("revoke", serial_number=issued["serial_number"])
    said = pki.asked("one", "two", options=options)
    assert "Response verify OK" in said
    assert "one.pem: revoked" in said
    assert "two.pem: good" in said


def test_a_list_that_a_client_has_isnt_sent_again(pki: Pki) -> None:
    """By its tag or its date, as proxies and clients ask."""
    with urllib.request.urlopen(f"{pki.url}/crl", timeout=_TIMEOUT_S) as answer:
        etag, modified = answer.headers["ETag"], answer.headers["Last-Modified"]
    for header in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        with pytest.raises(urllib.error.HTTPError) as caught:
            pki.read("crl", **header)
        assert caught.value.code == 304
        caught.value.close()


@pytest.mark.skipif(bool(nginx.MISSING), reason=nginx.MISSING)
def test_nginx_staples_answers(pki: Pki) -> None:
    """It asks by GET, verifies the answer and hands it to its clients; of a revoked certificate it hands on none."""
    issued = pki.issue("site")
    # nginx looks for who has signed the answer in the chain that it sends.
    with (pki.folder / "site.pem").open("a") as chain:
        chain.write(issued["issuing_ca"] + "\n")
    with stapling(pki.folder, f"{pki.url}/ocsp") as port:

        def stapled() -> str:
            return pki.openssl(
                "s_client", "-connect", f"127.0.0.1:{port}", "-status", "-CAfile", "root.pem", "-servername", "a"
            )

        waited(lambda: "OCSP Response Status: successful" in stapled())
        assert "Cert Status: good" in stapled()
    pki.write("revoke", serial_number=issued["serial_number"])
    with stapling(pki.folder, f"{pki.url}/ocsp") as port:
        waited(lambda: stapled() and 'certificate status "revoked"' in (pki.folder / "nginx.log").read_text())
        assert "OCSP response: no response sent" in stapled()


def test_a_linter_finds_nothing(pki: Pki) -> None:
    """Complete lists, deltas and the lists of partitions, with entries and without, are as RFC 5280 has them."""
    issued = pki.issue("x")
    pki.write("config/cluster", aia_path=pki.url)
    pki.write("config/urls", delta_crl_distribution_points=[f"{pki.url}/crl/delta"])
    pki.write("config/crl", auto_rebuild=True, enable_delta=True, partitions=2)
    paths = ("crl/pem", "crl/delta/pem", *(f"issuer/default/crl/partition/0/{each}/pem" for each in (0, 1)))
    for _ in range(2):
        for path in paths:
            file = pki.folder / "list.pem"
            file.write_bytes(pki.read(path) + b"\n")
            command = [str(Path(sys.executable).parent / "lint_crl"), "lint", "-p", "PKIX", "-t", "CRL"]
            done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
            assert "(ERROR)" not in done.stdout + done.stderr, done.stdout
            assert "(FATAL)" not in done.stdout + done.stderr, done.stdout
            assert done.returncode == 0, done.stdout + done.stderr
        pki.write("revoke", serial_number=issued["serial_number"])
        pki.client.read(f"{pki.path}/crl/rotate")
