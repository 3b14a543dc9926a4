"""Certificates of the engine pki by hvac: roles, issuing, signing, lists, revoking and tidying.

Every test runs against the reference server too: what fails there is a mistake of the test.
"""

from __future__ import annotations

import subprocess
import uuid
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.flow.engines.pki.requests import request_for


@pytest.fixture
def mount(client: hvac.Client) -> str:
    """A mount with a root and a role for any name."""
    path = f"pki-{uuid.uuid4().hex[:8]}"
    client.sys.enable_secrets_engine("pki", path, config={"max_lease_ttl": "87600h"})
    pki = client.secrets.pki
    pki.generate_root("internal", "Root", {"key_type": "ec", "ttl": "8760h"}, mount_point=path)
    pki.create_or_update_role("web", {"allow_any_name": True, "key_type": "any", "ttl": "1h"}, mount_point=path)
    return path


def test_roles(client: hvac.Client, mount: str) -> None:
    """Writing, reading, listing and deleting them."""
    pki = client.secrets.pki
    assert pki.read_role("web", mount_point=mount)["data"]["ttl"] == 3600
    assert pki.list_roles(mount_point=mount)["data"]["keys"] == ["web"]
    pki.delete_role("web", mount_point=mount)
    with pytest.raises(exceptions.InvalidPath):
        pki.read_role("web", mount_point=mount)


def test_revoked_certificates_are_listed(client: hvac.Client, mount: str, tmp_path: Path) -> None:
    """From issuing to the list by which OpenSSL refuses the certificate; a wrapped one is not seen on the way."""
    pki = client.secrets.pki
    wrapped = pki.generate_certificate("web", "a.example.com", {"key_type": "ec"}, mount_point=mount, wrap_ttl="60s")
    issued = client.sys.unwrap(wrapped["wrap_info"]["token"])["data"]
    serial = issued["serial_number"]
    assert serial in pki.list_certificates(mount_point=mount)["data"]["keys"]
    assert pki.read_certificate(serial, mount_point=mount)["data"]["certificate"].strip() == issued["certificate"]

    pki.set_crl_configuration(expiry="24h", extra_params={"ocsp_expiry": "1h"}, mount_point=mount)
    settings = pki.read_crl_configuration(mount_point=mount)["data"]
    assert (settings["expiry"], settings["ocsp_expiry"], settings["disable"]) == ("24h", "1h", False)
    assert pki.revoke_certificate(serial, mount_point=mount)["data"]["revocation_time"] > 0
    assert pki.rotate_crl(mount_point=mount)["data"] == {"success": True}

    (tmp_path / "root.pem").write_text(pki.read_ca_certificate(mount_point=mount))
    (tmp_path / "crl.pem").write_text(pki.read_crl(mount_point=mount))
    (tmp_path / "leaf.pem").write_text(issued["certificate"])
    command = ["openssl", "verify", "-crl_check", "-CAfile", "root.pem", "-CRLfile", "crl.pem", "leaf.pem"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (done.returncode, "certificate revoked" in done.stderr) == (2, True)


def test_requests_are_signed(client: hvac.Client, mount: str, tmp_path: Path) -> None:
    """By a role, as they are, and by a second issuer that is named."""
    pki = client.secrets.pki
    more = {"key_type": "ec", "issuer_name": "second", "ttl": "8760h"}
    pki.generate_root("internal", "Second", more, mount_point=mount)
    request = request_for(tmp_path, subject="CN = c.example.com")
    for signed, issuer in (
        (pki.sign_certificate("web", request, "c.example.com", mount_point=mount), "Root"),
        (pki.sign_verbatim(request, mount_point=mount), "Root"),
        (pki.sign_verbatim(request, name="web", mount_point=mount), "Root"),
        (pki.sign_verbatim(request, extra_params={"issuer_ref": "second"}, mount_point=mount), "Second"),
    ):
        command = ["openssl", "x509", "-noout", "-issuer", "-subject"]
        certificate = signed["data"]["certificate"]
        shown = subprocess.run(command, input=certificate, check=True, capture_output=True, text=True).stdout
        assert shown == f"issuer=CN = {issuer}\nsubject=CN = c.example.com\n"


def test_urls_and_tidying(client: hvac.Client, mount: str) -> None:
    """URLs are kept as lists; a run of tidying is begun, not waited for."""
    pki = client.secrets.pki
    pki.set_urls(
        {"issuing_certificates": ["http://a/ca"], "crl_distribution_points": "http://a/crl"}, mount_point=mount
    )
    urls = pki.read_urls(mount_point=mount)["data"]
    assert (urls["issuing_certificates"], urls["crl_distribution_points"]) == (["http://a/ca"], ["http://a/crl"])
    assert pki.tidy(extra_params={"tidy_cert_store": True}, mount_point=mount).status_code == 202
