"""Somebody who signs JSON Web Tokens with an RSA key: a tenant, Google, a service account."""

from __future__ import annotations

import datetime
from functools import cache, cached_property
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm


class Issuer:
    """One key with its name."""

    def __init__(self, kid: str) -> None:
        self.kid = kid

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """The key, made when it is first needed: every process of a run imports all tests, and runs some."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, claims: dict[str, Any], kid: str = "") -> str:
        """The claims, signed with RS256."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": kid or self.kid})

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key, as a key set has it."""
        return {**RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True), "kid": self.kid, "use": "sig"}

    @property
    def private_pem(self) -> str:
        """The private key."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def certificate_pem(self) -> str:
        """A certificate of its own."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.kid)])
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        builder = builder.serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        built = builder.not_valid_after(now + datetime.timedelta(days=1)).sign(self.key, hashes.SHA256())
        return built.public_bytes(serialization.Encoding.PEM).decode()


@cache
def known(kid: str) -> Issuer:
    """The one that a stand-in for a provider signs with: the same for each stand-in, and nobody else's."""
    return Issuer(kid)
