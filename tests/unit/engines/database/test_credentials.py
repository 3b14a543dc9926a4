"""How credentials are configured, and what is made of that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from strongroom.crypto.client_credentials import AuthorityUnusable, ClientAuthority, KeyKind, new_rsa_pair
from strongroom.crypto.x509 import Authority
from strongroom.engines.database.credentials import checked, merged, unknown
from strongroom.lib.errors import InvalidRequest

NOW = 1_800_000_000.0


def _pem_of(key: Any) -> str:
    encoded: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encoded.decode()


@pytest.fixture(scope="module")
def authority() -> tuple[str, str]:
    """Certificate and key."""
    made = Authority.make("root", datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
    return made.certificate_pem.decode(), _pem_of(made._key)


@pytest.mark.parametrize(
    ("type_", "given", "text"),
    [
        ("zz", {}, 'invalid credential_type "zz"'),
        ("rsa_private_key", {"key_bits": 1024}, "credential_config validation failed: invalid key_bits: 1024"),
        ("rsa_private_key", {"key_bits": "x"}, "key_bits"),
        ("rsa_private_key", {"format": "zz"}, "credential_config validation failed: invalid format: zz"),
        ("client_certificate", {}, "credential_config validation failed: invalid key_type"),
        ("client_certificate", {"key_type": "ec", "key_bits": 2048}, "invalid key_bits 2048 for key_type ec"),
        ("client_certificate", {"key_type": "ec", "signature_bits": 1}, "invalid signature_bits 1"),
        ("client_certificate", {"key_type": "ec"}, "ca_cert is no certificate"),
        ("password", {"password_policy": ["x"]}, "password_policy"),
    ],
)
def test_what_cannot_be_made_is_refused(type_: str, given: dict[str, Any], text: str) -> None:
    """When the role is written, as the reference server does."""
    with pytest.raises(InvalidRequest) as refused:
        checked(type_, given)
    assert text in refused.value.text


def test_rsa_keys_have_usual_settings() -> None:
    """Numbers may be texts; what nothing reads is told."""
    assert checked("rsa_private_key", {}) == {"key_bits": 2048, "format": "pkcs8"}
    assert checked("rsa_private_key", {"key_bits": "3072", "x": 1})["key_bits"] == 3072
    assert unknown("rsa_private_key", {"key_bits": "3072", "x": 1}) == ["x"]


def test_a_pair_of_keys_belongs_together() -> None:
    """In PEM of PKCS #8 and of a subject's public key."""
    pair = new_rsa_pair(2048)
    private = serialization.load_pem_private_key(pair.private.encode(), None)
    public = serialization.load_pem_public_key(pair.public.encode())
    assert private.public_key() == public
    assert "PRIVATE" not in repr(pair)


@pytest.mark.parametrize(
    ("kind", "class_"),
    [
        (KeyKind("rsa"), rsa.RSAPrivateKey),
        (KeyKind("ec", 384, 384), ec.EllipticCurvePrivateKey),
        (KeyKind("ed25519"), ed25519.Ed25519PrivateKey),
    ],
)
def test_a_client_certificate_lets_one_client_in_for_a_time(
    authority: tuple[str, str], kind: KeyKind, class_: type
) -> None:
    """Signed by the authority, for clients only, with the name and the end that were asked for."""
    made = ClientAuthority(*authority).issue("somebody", kind, NOW, NOW + 3600)
    certificate = x509.load_pem_x509_certificate(made.certificate.encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority[0].encode()))
    assert made.subject == certificate.subject.rfc4514_string() == "CN=somebody"
    assert certificate.not_valid_after_utc.timestamp() == NOW + 3600
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    key = serialization.load_pem_private_key(made.private.encode(), None)
    assert isinstance(key, class_)
    assert key.public_key() == certificate.public_key()
    assert "PRIVATE" not in repr(made)


def test_a_certificate_counts_no_longer_than_its_authority(authority: tuple[str, str]) -> None:
    """Nor is one made when that has expired."""
    end = datetime(2040, 1, 1, tzinfo=UTC).timestamp()
    made = ClientAuthority(*authority).issue("x", KeyKind("ec"), end - 10, end + 3600)
    certificate = x509.load_pem_x509_certificate(made.certificate.encode())
    assert certificate.not_valid_after_utc.timestamp() == end
    with pytest.raises(AuthorityUnusable, match="expired"):
        ClientAuthority(*authority).issue("x", KeyKind("ec"), end + 3600, end + 7200)
    with pytest.raises(AuthorityUnusable, match="1 to 64"):
        ClientAuthority(*authority).issue("x" * 65, KeyKind("ec"), NOW, NOW + 1)


def test_an_authority_that_is_none_is_refused(authority: tuple[str, str]) -> None:
    """Another key, a leaf, and what is no PEM."""
    other = _pem_of(ec.generate_private_key(ec.SECP256R1()))
    made = Authority.make("root", datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
    leaf = made.issue(["x"], datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
    for certificate, key, text in (
        (authority[0], other, "not the key of ca_cert"),
        (leaf.certificate_pem.decode(), leaf.key_pem.reveal().decode(), "not an authority's"),
        ("x", authority[1], "ca_cert is no certificate"),
        (authority[0], "x", "ca_private_key is no key"),
    ):
        with pytest.raises(AuthorityUnusable, match=text):
            ClientAuthority(certificate, key)


def test_a_configuration_replaces_the_one_before() -> None:
    """What it no longer names is gone; a request that doesn't say anything changes nothing."""
    before = {"password_policy": "long"}
    assert merged("password", before, None) == before
    assert merged("password", before, {}) == {}
    keys = {"key_bits": 4096, "format": "pkcs8"}
    assert merged("rsa_private_key", keys, {"format": "pkcs8"}) == {"key_bits": 2048, "format": "pkcs8"}


def test_a_configuration_keeps_the_key_that_no_read_shows(authority: tuple[str, str]) -> None:
    """Who reads a role and writes it again has only the rest of it."""
    certificate, key = authority
    shown = {"ca_cert": certificate, "key_type": "ec"}
    before = checked("client_certificate", {**shown, "ca_private_key": key, "key_bits": 384})
    assert merged("client_certificate", before, shown) == {**shown, "ca_private_key": key}
