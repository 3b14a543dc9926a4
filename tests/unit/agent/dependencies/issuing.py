"""Certificates for tests: an authority and what it has signed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY_S = 86400.0
NOON = BEGIN.timestamp() + DAY_S / 2
"""A moment at which everything that `Authority.issue` makes is valid."""


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in PEM."""

    certificate: str
    key: str


@dataclass(frozen=True)
class Authority:
    """An authority."""

    name: str
    private: ec.EllipticCurvePrivateKey
    pem: str

    @classmethod
    def new(cls, name: str) -> Authority:
        """A root."""
        private = ec.generate_private_key(ec.SECP256R1())
        made = _builder(name, name, private).add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        return cls(name, private, _pem(made.sign(private, hashes.SHA256())))

    def issue(self, name: str, others: Sequence[str] = (), days: float = 1) -> Pair:
        """A certificate from `BEGIN` on for so many days, for a name and others: hosts and IP addresses."""
        private = ec.generate_private_key(ec.SECP256R1())
        names = [_general(each) for each in (name, *others)]
        made = _builder(name, self.name, private, days).add_extension(x509.SubjectAlternativeName(names), False)
        encoded = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Pair(_pem(made.sign(self.private, hashes.SHA256())), encoded.decode())


def _builder(name: str, issuer: str, private: ec.EllipticCurvePrivateKey, days: float = 1) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + timedelta(days=days))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
