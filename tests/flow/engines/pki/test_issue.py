"""Issuing certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.engines.pki.mounts import Authority, openssl, verified


@pytest.mark.parametrize("root_type", ["rsa", "ec", "ed25519"])
@pytest.mark.parametrize("leaf_type", ["rsa", "ec", "ed25519"])
async def test_an_issued_certificate_verifies(root_type: str, leaf_type: str, tmp_path: Path) -> None:
    """What is issued under each kind of root verifies with OpenSSL, for each kind of key."""
    authority = await Authority.new(key_type=root_type)
    await authority.write("roles/any", allow_any_name=True, key_type=leaf_type)
    issued = await authority.write("issue/any", common_name="www.example.com")

    assert verified(tmp_path, issued["certificate"], issued["issuing_ca"]).endswith("OK\n")
    text = openssl("x509", "-noout", "-serial", "-ext", "subjectAltName", given=issued["certificate"])
    assert "DNS:www.example.com" in text
    assert f"serial={issued['serial_number'].replace(':', '').upper()}" in text
