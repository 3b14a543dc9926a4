"""Certificates for certbot."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cryptography import x509

from tests.conformance.pki.acme.served import HOST, Mount, program, served


def certbot(mount: Mount, directory: Path, *arguments: str, folder: str = "") -> str:
    """What certbot says.  Fails the test if it fails."""
    places = [f"--{name}-dir={directory / name}" for name in ("config", "work", "logs")]
    server = mount.directory.replace("/pki/acme", f"/pki/{folder}acme")
    done = subprocess.run(
        [program("certbot"), *arguments, "--server", server, *places, "--non-interactive"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr + mount.server.log_text()[-2000:]
    return done.stdout + done.stderr


def live(directory: Path, name: str) -> x509.Certificate:
    """The certificate that certbot has stored."""
    return x509.load_pem_x509_certificate((directory / "config" / "live" / name / "cert.pem").read_bytes())


def test_http_01(tmp_path: Path) -> None:
    """Certbot gets a certificate by http-01, renews it with the stored settings, and revokes it; its account ends."""
    with served(tmp_path) as mount:
        state = tmp_path / "certbot"
        http = ("--standalone", "--http-01-address", HOST, "--http-01-port", "80", "-d", "bot.example.com")
        account = ("--agree-tos", "-m", "a@example.com")
        certbot(mount, state, "certonly", *http, *account)
        first = live(state, "bot.example.com")
        certbot(mount, state, "renew", "--force-renewal", "--no-random-sleep-on-renew")
        second = live(state, "bot.example.com")
        assert first.serial_number != second.serial_number
        certbot(mount, state, "revoke", "--cert-name", "bot.example.com", "--no-delete-after-revoke")
        certbot(mount, state, "unregister")
