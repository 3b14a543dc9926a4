"""The authority of a region, which names the regions that follow it, and the certificates of both ends.

Source: RFC 5280
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from strongroom.lib.errors import InvalidRequest

_SKEW: Final = timedelta(days=1)
"""How long before now a certificate counts already: the clocks of two regions may differ."""
_LIFE: Final = timedelta(days=3650)
"""A certificate ends when it is revoked.  One that expired by itself would cut a region off."""
SERVER_NAME: Final = "region.strongroom"
"""What the server's certificate is for, whatever address it is reached by."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its key, in PEM."""

    certificate: str
    key: str = field(repr=False)


def new_authority(now: float) -> Pair:
    """An authority that signs for one region; `now` in seconds since the epoch."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Strongroom region authority")
    certificate = (
        _builder(name, name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(_pem(certificate), _key_pem(key))


def new_server(authority: Pair, now: float) -> Pair:
    """A certificate for the end that others connect to."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Pair(
        _signed(authority, key.public_key(), "region server", now, ExtendedKeyUsageOID.SERVER_AUTH), _key_pem(key)
    )


def new_request() -> Pair:
    """A key, and the request for a certificate that names it."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder(_name("region")).sign(key, hashes.SHA256())
    return Pair(request.public_bytes(serialization.Encoding.PEM).decode(), _key_pem(key))


def sign(authority: Pair, request: str, name: str, now: float) -> str:
    """The certificate, in PEM, of a region that follows.  Only the request's key is taken over.

    Raises: `InvalidRequest` for a request that isn't one, or whose key isn't on P-256.
    """
    try:
        asked = x509.load_pem_x509_csr(request.encode())
        valid = asked.is_signature_valid
        key = asked.public_key()
    except ValueError as error:
        raise InvalidRequest("the certificate request cannot be read") from error
    if not valid or not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise InvalidRequest("the certificate request is not signed by a key on P-256")
    return _signed(authority, key, name, now, ExtendedKeyUsageOID.CLIENT_AUTH)


def fingerprint(certificate: str | bytes) -> str:
    """SHA-256 of a certificate in PEM or DER, in hexadecimal."""
    if isinstance(certificate, str):
        loaded = x509.load_pem_x509_certificate(certificate.encode())
    else:
        loaded = x509.load_der_x509_certificate(certificate)
    return loaded.fingerprint(hashes.SHA256()).hex()


def _signed(
    authority: Pair, key: ec.EllipticCurvePublicKey, name: str, now: float, purpose: x509.ObjectIdentifier
) -> str:
    above = x509.load_pem_x509_certificate(authority.certificate.encode())
    signer = serialization.load_pem_private_key(authority.key.encode(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is not on a curve")
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    certificate = (
        _builder(_name(name), above.subject, key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SERVER_NAME)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(issuer, critical=False)
        .sign(signer, hashes.SHA256())
    )
    return _pem(certificate)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: float
) -> x509.CertificateBuilder:
    at = datetime.fromtimestamp(now, UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(at - _SKEW).not_valid_after(at + _LIFE)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encoded.decode()
