"""Certificates as a linter of RFC 5280 and of what goes with it judges them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.flow.engines.pki.mounts import Authority
from tests.flow.engines.pki.requests import request_for

_URLS = {
    "issuing_certificates": "http://ca.example.com/ca.der",
    "crl_distribution_points": "http://ca.example.com/crl",
    "delta_crl_distribution_points": "http://ca.example.com/delta",
    "ocsp_servers": "http://ca.example.com/ocsp",
}
_ROLE: dict[str, Any] = {
    "allow_any_name": True,
    "enforce_hostnames": False,
    "allowed_uri_sans": "*",
    "allowed_other_sans": "*",
    "ttl": "1h",
    "organization": "Örg",
    "country": "DE",
    "policy_identifiers": '[{"oid": "1.3.6.1.4.1.32473.1", "cps": "http://ca.example.com/cps", "notice": "read it"}]',
    "basic_constraints_valid_for_non_ca": True,
}


def _linted(pem: str, folder: Path) -> None:
    """Fails for whatever is an error to the linter."""
    file = folder / "certificate.pem"
    file.write_text(pem + "\n")
    program = str(Path(sys.executable).parent / "lint_pkix_cert")
    done = subprocess.run([program, "lint", "-s", "ERROR", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("key_type", ["rsa", "ec", "ed25519"])
async def test_a_linter_finds_no_error_in_authorities(key_type: str, tmp_path: Path) -> None:
    """Roots, intermediates with all name constraints, and cross-signed requests."""
    authority = await Authority.new(key_type=key_type, common_name="Root CA", max_path_length=2, organization="Org")
    _linted((await authority.read("cert/ca"))["certificate"], tmp_path)
    await authority.write("config/urls", **_URLS)
    csr = await authority.write("intermediate/generate/internal", common_name="CA Below", key_type=key_type)
    signed = await authority.write(
        "root/sign-intermediate",
        csr=csr["csr"],
        permitted_dns_domains="example.com",
        excluded_dns_domains="bad.example.com",
        permitted_ip_ranges="10.0.0.0/8",
        excluded_ip_ranges="10.1.0.0/16",
        permitted_email_addresses="example.com",
        permitted_uri_domains="example.com",
        max_path_length=0,
    )
    _linted(signed["certificate"], tmp_path)


@pytest.mark.parametrize("issuer", ["rsa", "ec", "ed25519"])
@pytest.mark.parametrize("key_type", ["rsa", "ec", "ed25519"])
async def test_a_linter_finds_no_error_in_leaves(issuer: str, key_type: str, tmp_path: Path) -> None:
    """With all kinds of names, URLs and policies; and without a subject.

    The linter knows neither wildcards (RFC 6125) nor the scheme of SPIFFE.
    """
    authority = await Authority.new(key_type=issuer)
    await authority.write("config/urls", **_URLS)
    await authority.write("roles/any", **_ROLE, key_type=key_type, require_cn=False)
    issued = await authority.write(
        "issue/any",
        common_name="www.example.com",
        alt_names="a.example.com,someone@example.com",
        ip_sans="10.0.0.1,2001:db8::1",
        uri_sans="https://example.com/a",
        other_sans="1.3.6.1.4.1.311.20.2.3;UTF8:someone@example.com",
    )
    _linted(issued["certificate"], tmp_path)
    await authority.write("roles/bare", allow_any_name=True, require_cn=False, key_type=key_type, ttl="1h")
    _linted((await authority.write("issue/bare", alt_names="a.example.com"))["certificate"], tmp_path)


async def test_a_linter_finds_no_error_in_what_was_requested(tmp_path: Path) -> None:
    """By a role, and verbatim."""
    authority = await Authority.new()
    await authority.write("roles/any", allow_any_name=True, key_type="any", ttl="1h")
    csr = request_for(tmp_path)
    _linted((await authority.write("sign/any", csr=csr, common_name="www.example.com"))["certificate"], tmp_path)
    _linted((await authority.write("sign-verbatim", csr=csr))["certificate"], tmp_path)
