"""Keys and certificates that clients of other systems log in with.

Source: RFC 5280, RFC 5958
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SKEW: Final = timedelta(seconds=30)
"""How long before now a certificate counts already, because clocks differ."""
_CURVES: Final = {224: ec.SECP224R1(), 256: ec.SECP256R1(), 384: ec.SECP384R1(), 521: ec.SECP521R1()}
_HASHES: Final[dict[int, hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    256: hashes.SHA256(),
    384: hashes.SHA384(),
    512: hashes.SHA512(),
}
RSA_BITS: Final = (2048, 3072, 4096)
SIGNATURE_BITS: Final = (256, 384, 512)

_Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class AuthorityUnusable(Exception):
    """A certificate and a key can't issue certificates.  The text says why, and holds nothing of the key."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A pair of keys in PEM."""

    private: str = field(repr=False)
    """PKCS #8, without a passphrase."""
    public: str


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate with its key, in PEM."""

    certificate: str
    private: str = field(repr=False)
    subject: str
    """In the form of RFC 4514."""


@dataclass(frozen=True, slots=True)
class KeyKind:
    """What keys of certificates are like.

    Raises: `ValueError` for a kind that there isn't; the text names the parameter.
    """

    type: str
    """`rsa`, `ec` or `ed25519`."""
    bits: int = 0
    """0 for the usual number."""
    signature_bits: int = 0
    """Of the hash that the authority signs; 0 for the usual number."""

    def __post_init__(self) -> None:
        allowed = {"rsa": (0, *RSA_BITS), "ec": (0, *_CURVES), "ed25519": (0,)}
        if self.type not in allowed:
            raise ValueError("invalid key_type")
        if self.bits not in allowed[self.type]:
            raise ValueError(f"invalid key_bits {self.bits} for key_type {self.type}")
        if self.signature_bits not in {0, *SIGNATURE_BITS}:
            raise ValueError(f"invalid signature_bits {self.signature_bits}")


def new_rsa_pair(bits: int) -> KeyPair:
    """Make a pair of RSA keys.  It takes up to some seconds of a processor."""
    key = rsa.generate_private_key(65537, bits)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(_pem(key), public.decode())


class ClientAuthority:
    """An authority that issues certificates to clients.

    Args:
        certificate, key: in PEM.

    Raises: `AuthorityUnusable`.
    """

    def __init__(self, certificate: str, key: str) -> None:
        try:
            self._certificate = x509.load_pem_x509_certificate(certificate.encode())
        except ValueError as error:
            raise AuthorityUnusable("ca_cert is no certificate in PEM") from error
        try:
            loaded = serialization.load_pem_private_key(key.encode(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise AuthorityUnusable("ca_private_key is no key in PEM without a passphrase") from None
        if not isinstance(loaded, _Private):
            raise AuthorityUnusable("ca_private_key is no key of RSA, an elliptic curve or Ed25519")
        self._key: _Private = loaded
        if _spki(self._certificate.public_key()) != _spki(loaded.public_key()):
            raise AuthorityUnusable("ca_private_key is not the key of ca_cert")
        try:
            constraints = self._certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        except (x509.ExtensionNotFound, ValueError):
            raise AuthorityUnusable("ca_cert is not an authority's certificate") from None
        if not constraints.ca:
            raise AuthorityUnusable("ca_cert is not an authority's certificate")

    def issue(self, common_name: str, kind: KeyKind, now: float, expires_at: float) -> ClientCertificate:
        """Make a key and a certificate, which counts no longer than the authority's.  Raises `AuthorityUnusable`."""
        not_after = min(datetime.fromtimestamp(expires_at, UTC), self._certificate.not_valid_after_utc)
        not_before = datetime.fromtimestamp(now, UTC) - _SKEW
        if not_after <= not_before:
            raise AuthorityUnusable("ca_cert has expired")
        try:
            subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        except ValueError as error:
            raise AuthorityUnusable("a common name has from 1 to 64 characters") from error
        key = _new(kind)
        issuer = x509.SubjectKeyIdentifier.from_public_key(self._certificate.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_USAGE, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
        )
        hash_ = None if isinstance(self._key, ed25519.Ed25519PrivateKey) else _HASHES[kind.signature_bits or 256]
        certificate = builder.sign(self._key, hash_)
        pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ClientCertificate(pem, _pem(key), subject.rfc4514_string())


_USAGE: Final = x509.KeyUsage(
    digital_signature=True,
    key_encipherment=False,
    key_agreement=False,
    content_commitment=False,
    data_encipherment=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _new(kind: KeyKind) -> _Private:
    match kind.type:
        case "rsa":
            return rsa.generate_private_key(65537, kind.bits or 2048)
        case "ec":
            return ec.generate_private_key(_CURVES[kind.bits or 256])
        case _:
            return ed25519.Ed25519PrivateKey.generate()


def _pem(key: _Private) -> str:
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encoded.decode()


def _spki(key: object) -> bytes:
    encoded: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded
