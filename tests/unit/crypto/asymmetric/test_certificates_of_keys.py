"""Certificate requests for keys, and the chains that come back for them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AttributeOID, ExtendedKeyUsageOID, NameOID

from strongroom.crypto.asymmetric import formats
from strongroom.crypto.asymmetric.certificate_chains import chain_for
from strongroom.crypto.asymmetric.certificate_requests import request_for
from strongroom.crypto.asymmetric.ecdsa import P256, P384, P521, EcdsaKey
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.asymmetric.formats import Key
from strongroom.lib.errors import InvalidRequest
from tests.unit.crypto.asymmetric.keys import rsa_key

_KEYS: list[tuple[Key, type[hashes.HashAlgorithm] | None]] = [
    (rsa_key(), hashes.SHA256),
    (EcdsaKey.generate(P256), hashes.SHA256),
    (EcdsaKey.generate(P384), hashes.SHA384),
    (EcdsaKey.generate(P521), hashes.SHA512),
    (Ed25519Key.generate(), None),
]
_SPKI = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
_OTHER = ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


_TEMPLATE = (
    x509.CertificateSigningRequestBuilder()
    .subject_name(_name("app.example"))
    .add_extension(x509.SubjectAlternativeName([x509.DNSName("app.example")]), critical=True)
    .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), critical=False)
    .add_attribute(AttributeOID.CHALLENGE_PASSWORD, b"secret")
    .sign(_OTHER, hashes.SHA512())
    .public_bytes(Encoding.PEM)
    .decode()
)


@pytest.mark.parametrize(("key", "hashed"), _KEYS)
def test_a_request_is_signed_by_its_key(key: Key, hashed: type[hashes.HashAlgorithm] | None) -> None:
    """Without a template it has no subject; OpenSSL's program verifies it."""
    pem = request_for(key)
    made = x509.load_pem_x509_csr(pem.encode())
    assert made.is_signature_valid
    assert made.subject == x509.Name([])
    assert formats.public_der(key) == formats.public_of(made.public_key().public_bytes(*_SPKI)).public
    assert (made.signature_hash_algorithm and type(made.signature_hash_algorithm)) is hashed
    checked = subprocess.run(
        ["openssl", "req", "-verify", "-noout"], input=pem.encode(), capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(("key", "hashed"), _KEYS)
def test_a_template_gives_subject_and_extensions(key: Key, hashed: type[hashes.HashAlgorithm] | None) -> None:
    """Critical and unknown ones too; its key, its hash and its challenge password stay behind."""
    made = x509.load_pem_x509_csr(request_for(key, f"text before\n{_TEMPLATE}").encode())
    template = x509.load_pem_x509_csr(_TEMPLATE.encode())
    assert made.is_signature_valid
    assert made.subject == template.subject
    assert list(made.extensions) == list(template.extensions)
    assert AttributeOID.CHALLENGE_PASSWORD not in [each.oid for each in made.attributes]


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("x", "could not decode PEM CSR"),
        (_TEMPLATE.replace("CERTIFICATE REQUEST", "CERTIFICATE"), "could not decode PEM CSR"),
        (
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
            "no valid certificate request",
        ),
        ("\ud800", "could not decode PEM CSR"),
        ("x" * 70000, "at most 65536"),
    ],
)
def test_a_template_that_is_none_is_refused(template: str, named: str) -> None:
    """With what is wrong."""
    with pytest.raises(InvalidRequest, match=named):
        request_for(rsa_key(), template)


def test_a_public_key_asks_for_no_certificate() -> None:
    """It can't sign."""
    with pytest.raises(InvalidRequest, match="no private half"):
        request_for(formats.public_of(rsa_key().public))


def _certificate(
    subject: str, issuer: str, public: Any, signer: CertificateIssuerPrivateKeyTypes, *, ca: bool | None = False
) -> str:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    return builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


_ROOT, _MIDDLE = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
_KEY = EcdsaKey.generate()
_PUBLIC = _KEY.signer().public_key()
_TOP = _certificate("top", "top", _ROOT.public_key(), _ROOT, ca=True)
_BETWEEN = _certificate("between", "top", _MIDDLE.public_key(), _ROOT, ca=True)
_LEAF = _certificate("leaf", "between", _PUBLIC, _MIDDLE)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (_LEAF, 1),
        (_LEAF + _BETWEEN, 2),
        (_LEAF + _BETWEEN + _TOP, 3),
        (f"subject=leaf\n{_LEAF}\nissuer\n{_BETWEEN}", 2),
        (_certificate("leaf", "between", _PUBLIC, _MIDDLE, ca=None) + _BETWEEN, 2),
        (_certificate("self", "self", _PUBLIC, _KEY.signer()), 1),
    ],
)
def test_chains_are_taken(text: str, count: int) -> None:
    """Whether their root is there or not, with text between, expired as they are."""
    chain = chain_for(_KEY.public, text)
    assert len(chain) == count
    assert chain[0].common_name in {"leaf", "self"}


@pytest.mark.parametrize(("key", "hashed"), _KEYS)
def test_keys_of_every_kind_have_certificates(key: Key, hashed: type[hashes.HashAlgorithm] | None) -> None:
    """Issued by an authority of another kind."""
    leaf = _certificate("leaf", "between", key.signer().public_key(), _MIDDLE)
    assert len(chain_for(key.public, leaf + _BETWEEN)) == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "did not contain any valid PEM"),
        ("x", "did not contain any valid PEM"),
        (_TEMPLATE, "did not contain any valid PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "could not parse"),
        (_LEAF.replace("-----END CERTIFICATE-----", ""), "could not parse"),
        (_TOP + _BETWEEN + _LEAF, "not a valid leaf"),
        (_certificate("leaf", "between", _PUBLIC, _MIDDLE, ca=True), "not a valid leaf"),
        (_LEAF + _LEAF + _BETWEEN, "more than one leaf"),
        (_certificate("leaf", "between", _OTHER.public_key(), _MIDDLE) + _BETWEEN, "does not match the selected key"),
        (_certificate("leaf", "between", rsa_key().signer().public_key(), _MIDDLE), "does not match the selected key"),
        (_LEAF + _TOP + _BETWEEN, '"leaf" was not issued by the next one, "top"'),
        (_certificate("leaf", "between", _PUBLIC, _OTHER) + _BETWEEN, "was not issued by"),
        (_LEAF + formats.private_pem(_KEY), "private key in the certificate chain"),
        (_LEAF + _TOP * 16, "at most 16"),
        ("x" * 600000, "at most 524288"),
    ],
)
def test_chains_that_are_none_are_refused(text: str, named: str) -> None:
    """With what is wrong, and which certificate it is."""
    with pytest.raises(InvalidRequest, match=named):
        chain_for(_KEY.public, text)


def test_chains_of_clients_are_not_kept() -> None:
    """A chain may come with half a megabyte of other text, and be none of the key's: the next one is read anew."""
    first, second = chain_for(_KEY.public, _LEAF), chain_for(_KEY.public, _LEAF)
    assert first[0] is not second[0]
