"""Key usages that a key can have."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.sdk import InvalidRequest
from tests.flow.engines.pki.mounts import Authority, openssl, verified

_ALL = ["DigitalSignature", "KeyAgreement", "KeyEncipherment"]


@pytest.mark.parametrize(
    ("key_type", "asked", "shown"),
    [
        ("rsa", _ALL, "Digital Signature, Key Encipherment"),
        ("ec", _ALL, "Digital Signature, Key Agreement"),
        ("ed25519", _ALL, "Digital Signature"),
        ("ec", ["KeyAgreement", "EncipherOnly"], "Key Agreement, Encipher Only"),
    ],
)
async def test_usages_that_the_algorithm_cannot_have_are_left_out(
    key_type: str, asked: list[str], shown: str, tmp_path: Path
) -> None:
    """Relying parties refuse an EC key that is for encipherment (RFC 8813), or another key for agreement."""
    authority = await Authority.new()
    await authority.write("roles/any", allow_any_name=True, key_type=key_type, key_usage=asked, ttl="1h")
    issued = await authority.write("issue/any", common_name="www.example.com")

    text = openssl("x509", "-noout", "-ext", "keyUsage", given=issued["certificate"])
    assert text.split("critical")[1].strip() == shown
    assert verified(tmp_path, issued["certificate"], issued["issuing_ca"]).endswith("OK\n")


@pytest.mark.parametrize(
    ("key_type", "asked"), [("ec", "KeyEncipherment"), ("ed25519", "KeyAgreement,DataEncipherment")]
)
async def test_a_key_with_no_usage_left_is_refused(key_type: str, asked: str) -> None:
    """Without the extension it might be used for anything."""
    authority = await Authority.new()
    await authority.write("roles/any", allow_any_name=True, key_type=key_type, key_usage=asked, ttl="1h")
    with pytest.raises(InvalidRequest, match="none of the key usages"):
        await authority.write("issue/any", common_name="www.example.com")
    await authority.write("roles/none", allow_any_name=True, key_type=key_type, key_usage="", ttl="1h")
    issued = await authority.write("issue/none", common_name="www.example.com")
    assert "Key Usage" not in openssl("x509", "-noout", "-text", given=issued["certificate"]).replace(
        "Extended Key", ""
    )
