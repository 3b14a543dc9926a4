"""Keys, requests and proofs as authorities read them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from strongroom.crypto.tls_certificates import KEY_TYPES, challenge_certificate, new_key, signing_request

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_a_request_is_signed_by_its_key(key_type: str) -> None:
    """It names the hosts, in their order, and nothing else."""
    key = new_key(key_type)
    request = x509.load_pem_x509_csr(signing_request(key, ["a.example", "b.example"]))
    assert request.is_signature_valid
    assert request.public_key() == serialization.load_pem_private_key(key.reveal(), None).public_key()
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["a.example", "b.example"]
    assert len(request.subject) == 0


def test_unknown_keys_are_refused() -> None:
    """A kind of key that isn't listed isn't made."""
    with pytest.raises(ValueError, match="unknown key type"):
        new_key("p521")


def test_a_proof_is_as_the_rfc_has_it() -> None:
    """One name, and the digest as a critical extension with an octet string (RFC 8737, section 3)."""
    digest = hashlib.sha256(b"token.thumbprint").digest()
    pem = challenge_certificate("a.example", digest, NOW, NOW + timedelta(days=1)).reveal()
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [name.value for name in names] == ["a.example"]
    found = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31"))
    assert found.critical
    assert isinstance(found.value, x509.UnrecognizedExtension)
    assert found.value.value == b"\x04\x20" + digest
    assert serialization.load_pem_private_key(pem, None).public_key() == certificate.public_key()
