"""Certificates for tests, made by a library that the commands don't write with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from strongroom.crypto.certificates import Certificate, certificates_of_pem

NOW = datetime.now(UTC).replace(microsecond=0)


class Made:
    """An authority, or a certificate of one.

    Args:
        name: its common name.
        issuer: who signs; None for itself.
        key: its own; a new one of P-256 if there is none.
        days: until it expires.
    """

    def __init__(
        self,
        name: str,
        issuer: Made | None = None,
        *,
        key: Any = None,
        days: float = 10,
        authority: bool = True,
        extensions: tuple[x509.ExtensionType, ...] = (),
        subject: x509.Name | None = None,
        path_length: int | None = None,
        pss: bool = False,
    ) -> None:
        self.key: Any = key or ec.generate_private_key(ec.SECP256R1())
        self.subject = subject or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer = issuer or self
        public = self.key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(signer.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=20))
            .not_valid_after(NOW + timedelta(days=days))
            .add_extension(x509.BasicConstraints(authority, path_length), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
        )
        for each in extensions:
            builder = builder.add_extension(each, critical=False)
        hashed = None if isinstance(signer.key, ed25519.Ed25519PrivateKey) else hashes.SHA384()
        scheme = padding.PSS(padding.MGF1(hashes.SHA384()), 48) if pss else None
        self.x509 = builder.sign(signer.key, hashed, rsa_padding=scheme)

    @property
    def pem(self) -> str:
        """The certificate."""
        return self.x509.public_bytes(Encoding.PEM).decode()

    @property
    def read(self) -> Certificate:
        """The certificate as our own code reads it."""
        return certificates_of_pem(self.pem)[0]

    def crl(self, *, age: timedelta, lifetime: timedelta) -> str:
        """A list of revoked certificates in PEM, without entries."""
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.subject)
            .last_update(NOW - age)
            .next_update(NOW - age + lifetime)
            .sign(self.key, hashes.SHA256())
        )
        return made.public_bytes(Encoding.PEM).decode()


def rsa_key() -> rsa.RSAPrivateKey:
    """A key that is made soon."""
    return rsa.generate_private_key(65537, 2048)


NAMES = x509.SubjectAlternativeName(
    [
        x509.DNSName("a.example.com"),
        x509.RFC822Name("me@example.com"),
        x509.IPAddress(ip_address("192.0.2.1")),
        x509.UniformResourceIdentifier("urn:a:b"),
    ]
)
"""One alternative name of each kind."""
