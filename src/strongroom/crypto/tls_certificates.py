"""Keys, requests and proofs for certificates that others issue, and what an issued one says.

Source: RFC 2986 (requests), RFC 8737 section 3 (proofs within TLS)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from strongroom.lib.secret import Secret

KEY_TYPES = ("p256", "p384", "rsa2048", "rsa4096")
"""The first is the default."""

_ACME_IDENTIFIER = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
_OCTET_STRING = b"\x04"


class CertificateUnusable(Exception):
    """What was issued, or kept, is no certificate for what was asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Validity:
    """When a certificate counts, in seconds since the epoch."""

    not_before: float
    not_after: float


def new_key(key_type: str) -> Secret:
    """Make a private key of one of `KEY_TYPES`: PEM of PKCS #8, without a passphrase."""
    match key_type:
        case "p256":
            return _pem(ec.generate_private_key(ec.SECP256R1()))
        case "p384":
            return _pem(ec.generate_private_key(ec.SECP384R1()))
        case "rsa2048":
            return _pem(rsa.generate_private_key(65537, 2048))
        case "rsa4096":
            return _pem(rsa.generate_private_key(65537, 4096))
    raise ValueError(f"unknown key type {key_type!r}")


def signing_request(key: Secret, names: Sequence[str]) -> bytes:
    """A request, in PEM, for a certificate with these host names."""
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]), [_alternatives(names)])
    return builder.sign(_load(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def challenge_certificate(name: str, digest: bytes, not_before: datetime, not_after: datetime) -> Secret:
    """Key and certificate, in PEM, that prove to an authority who answers for a name.

    Args:
        name: the host name.
        digest: SHA-256 of the key authorization.
        not_before, not_after: when it counts, with their time zone.

    Source: RFC 8737, section 3
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ACME challenge")])
    value = _OCTET_STRING + bytes([len(digest)]) + digest
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(_alternatives([name]).value, critical=False)
        .add_extension(x509.UnrecognizedExtension(_ACME_IDENTIFIER, value), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Secret(_pem(key).reveal() + certificate.public_bytes(serialization.Encoding.PEM))


def leaf_of(pem: bytes) -> bytes:
    """The first certificate of a PEM text, alone."""
    return _certificate(pem).public_bytes(serialization.Encoding.PEM)


def check_issued(pem: bytes, names: Sequence[str]) -> Validity:
    """When the certificate of a PEM text with key and chain counts.

    Raises: `CertificateUnusable` if it isn't its key's, or isn't for each of the names.
    """
    certificate = _certificate(pem)
    try:
        key = _load(Secret(pem))
    except (ValueError, TypeError) as error:
        raise CertificateUnusable("there is no private key") from error
    if key.public_key() != certificate.public_key():
        raise CertificateUnusable("the certificate is another key's")
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError) as error:
        raise CertificateUnusable("the certificate has no alternative names") from error
    has = {name.lower() for name in alternatives.get_values_for_type(x509.DNSName)}
    missing = [name for name in names if name not in has]
    if missing:
        raise CertificateUnusable(f"the certificate is not for {', '.join(missing)}")
    return Validity(certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp())


def _certificate(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except ValueError as error:
        raise CertificateUnusable("there is no certificate") from error


def _load(key: Secret) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    loaded = serialization.load_pem_private_key(key.reveal(), None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError("neither a key on a curve nor of RSA")
    return loaded


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> Secret:
    return Secret(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _alternatives(names: Sequence[str]) -> x509.Extension[x509.SubjectAlternativeName]:
    found = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    return x509.Extension(x509.SubjectAlternativeName.oid, False, found)
