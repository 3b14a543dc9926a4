"""Names of key usages."""

from __future__ import annotations

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from strongroom.crypto.issuing import usages
from strongroom.crypto.issuing.private_keys import generate

OF_LIBRARY = {
    "Any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    "ServerAuth": ExtendedKeyUsageOID.SERVER_AUTH,
    "ClientAuth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "CodeSigning": ExtendedKeyUsageOID.CODE_SIGNING,
    "EmailProtection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "TimeStamping": ExtendedKeyUsageOID.TIME_STAMPING,
    "OCSPSigning": ExtendedKeyUsageOID.OCSP_SIGNING,
}
OTHERS = {
    # Source: https://pkg.go.dev/crypto/x509#ExtKeyUsage
    "IPSECEndSystem": "1.3.6.1.5.5.7.3.5",
    "IPSECTunnel": "1.3.6.1.5.5.7.3.6",
    "IPSECUser": "1.3.6.1.5.5.7.3.7",
    "MicrosoftServerGatedCrypto": "1.3.6.1.4.1.311.10.3.3",
    "NetscapeServerGatedCrypto": "2.16.840.1.113730.4.1",
    "MicrosoftCommercialCodeSigning": "1.3.6.1.4.1.311.2.1.22",
    "MicrosoftKernelCodeSigning": "1.3.6.1.4.1.311.61.1.1",
}
EXTENDED = {**{name: oid.dotted_string for name, oid in OF_LIBRARY.items()}, **OTHERS}
BITS = {
    "DigitalSignature": "digital_signature",
    "ContentCommitment": "content_commitment",
    "KeyEncipherment": "key_encipherment",
    "DataEncipherment": "data_encipherment",
    "KeyAgreement": "key_agreement",
    "CertSign": "key_cert_sign",
    "CRLSign": "crl_sign",
    "EncipherOnly": "encipher_only",
    "DecipherOnly": "decipher_only",
}


@pytest.mark.parametrize(("name", "oid"), EXTENDED.items())
def test_extended_usages(name: str, oid: str) -> None:
    """In any case, and with or without Go's prefix."""
    for written in (name, name.lower(), f"ExtKeyUsage{name}", f" {name} "):
        assert usages.ext_key_usage(written) == oid


@pytest.mark.parametrize(("name", "bit"), BITS.items())
def test_usages(name: str, bit: str) -> None:
    """The same."""
    for written in (name, name.upper(), f"KeyUsage{name}", f" {name} "):
        assert usages.key_usage(written) == bit


def test_all_are_tested_and_others_are_unknown() -> None:
    """No name stands for two."""
    assert len(usages.EXT_KEY_USAGES) == len(EXTENDED) == len(set(EXTENDED.values()))
    assert len(usages.KEY_USAGES) == len(BITS)
    for name in ("", "ServerAuthentication", "DigitalSignature"):
        assert usages.ext_key_usage(name) is None
    for name in ("", "ServerAuth", "digital_signature"):
        assert usages.key_usage(name) is None


@pytest.mark.parametrize(
    ("type_", "bits", "lacks"),
    [
        ("rsa", 2048, {"key_agreement", "encipher_only", "decipher_only"}),
        ("ec", 256, {"key_encipherment", "data_encipherment"}),
        (
            "ed25519",
            0,
            {"key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"},
        ),
    ],
)
def test_bits_that_a_key_can_not_have(type_: str, bits: int, lacks: set[str]) -> None:
    """The others stay, in their order."""
    asked = tuple(BITS.values())
    assert usages.fitting(generate(type_, bits).public, asked) == tuple(bit for bit in asked if bit not in lacks)
