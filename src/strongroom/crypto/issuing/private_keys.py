"""Private keys of issuers, and of those whom they issue certificates.

Source: RFC 5958; RFC 8017, appendix A.1.2; RFC 5915
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from strongroom.crypto.asymmetric import key_files
from strongroom.lib.errors import InvalidRequest

CURVES: Final[dict[int, type[ec.EllipticCurve]]] = {
    224: ec.SECP224R1,
    256: ec.SECP256R1,
    384: ec.SECP384R1,
    521: ec.SECP521R1,
}
"""The curves of keys of type `ec`, by their bits."""
RSA_BITS: Final = (2048, 3072, 4096, 8192)
DEFAULT_BITS: Final = {"rsa": 2048, "ec": 256, "ed25519": 0}
"""The types of keys, and how long one is when nobody says it."""


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that certificates can be made for, and signed with."""

    type: str
    """`rsa`, `ec` or `ed25519`."""
    bits: int
    """Of the modulus or the curve; 0 for Ed25519."""
    loaded: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        """SubjectPublicKeyInfo in DER."""
        return key_files.spki(self.loaded.public_key())

    @property
    def pkcs8(self) -> bytes:
        """PKCS #8 in DER, without a passphrase."""
        return key_files.pkcs8(self.loaded)

    def written(self, encoding: str, form: str) -> str:
        """The key as text.

        Args:
            encoding: `pem`, or `der` for base64 of DER.
            form: `pkcs8`, or anything else for the form that its type had before that: PKCS #1, SEC 1.  Ed25519 has
                none, and is written as PKCS #8.
        """
        older = form != "pkcs8" and self.type != "ed25519"
        chosen = serialization.PrivateFormat.TraditionalOpenSSL if older else serialization.PrivateFormat.PKCS8
        how = serialization.Encoding.DER if encoding == "der" else serialization.Encoding.PEM
        data = self.loaded.private_bytes(how, chosen, serialization.NoEncryption())
        return base64.b64encode(data).decode() if encoding == "der" else data.decode().strip()


def check_size(type_: str, bits: int) -> int:
    """How long a key of a type will be.

    Args:
        bits: 0 for the type's default.

    Raises: `InvalidRequest` for an unknown type, or a size that keys of it don't have.
    """
    if type_ not in DEFAULT_BITS:
        raise InvalidRequest(f"unknown key type {type_}")
    if type_ == "ed25519":
        return 0
    size = bits or DEFAULT_BITS[type_]
    if type_ == "rsa" and size < min(RSA_BITS):
        raise InvalidRequest(f"RSA keys < 2048 bits are unsafe and not supported: got {size}")
    if size not in (RSA_BITS if type_ == "rsa" else CURVES):
        raise InvalidRequest(f"unsupported bit length for {type_.upper()} key: {size}")
    return size


def generate(type_: str, bits: int) -> PrivateKey:
    """Make a key.  One of RSA takes up to seconds, without the interpreter's lock.

    Args:
        type_, bits: as `check_size` allows and returns them.
    """
    if type_ == "rsa":
        return PrivateKey(type_, bits, rsa.generate_private_key(65537, bits))
    if type_ == "ec":
        return PrivateKey(type_, bits, ec.generate_private_key(CURVES[bits]()))
    return PrivateKey(type_, 0, ed25519.Ed25519PrivateKey.generate())


def load(pkcs8: bytes) -> PrivateKey:
    """A key from PKCS #8 in DER.  Raises `InvalidRequest` for one that certificates can't be signed with."""
    return of(key_files.read_private(pkcs8))


def of(loaded: object) -> PrivateKey:
    """A key that the library has read.  Raises `InvalidRequest` for one of another kind."""
    match loaded:
        case rsa.RSAPrivateKey():
            return PrivateKey("rsa", loaded.key_size, loaded)
        case ec.EllipticCurvePrivateKey() if isinstance(loaded.curve, tuple(CURVES.values())):
            return PrivateKey("ec", loaded.curve.key_size, loaded)
        case ed25519.Ed25519PrivateKey():
            return PrivateKey("ed25519", 0, loaded)
    raise InvalidRequest("unsupported key type: keys are of RSA, on a NIST curve, or Ed25519")
