"""Asymmetric keys as the numbers that they consist of, for formats that write these numbers.

Private keys are PKCS#8 in DER, public ones SubjectPublicKeyInfo in DER.
"""

from __future__ import annotations

from typing import Any

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.lib.errors import InvalidRequest

_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}


class EcNumbers(msgspec.Struct, frozen=True):
    """A point, and the number whose multiple of the generator it is; None for a public key."""

    x: int
    y: int
    d: int | None = None

    def __repr__(self) -> str:
        return "EcNumbers(…)"


class RsaNumbers(msgspec.Struct, frozen=True):
    """A modulus and its exponent, and the private part; 0 for a public key."""

    n: int
    e: int
    d: int = 0
    p: int = 0
    q: int = 0

    @property
    def crt(self) -> tuple[int, int, int]:
        """d mod (p - 1), d mod (q - 1), and the inverse of q mod p."""
        return rsa.rsa_crt_dmp1(self.d, self.p), rsa.rsa_crt_dmq1(self.d, self.q), rsa.rsa_crt_iqmp(self.p, self.q)

    def __repr__(self) -> str:
        return "RsaNumbers(…)"


def ec_numbers(private: bytes, public: bytes) -> EcNumbers:
    """The numbers of a key on a NIST curve; `private` may be empty."""
    if not private:
        point: Any = serialization.load_der_public_key(public)
        return EcNumbers(point.public_numbers().x, point.public_numbers().y)
    key: Any = serialization.load_der_private_key(private, None)
    numbers = key.private_numbers()
    return EcNumbers(numbers.public_numbers.x, numbers.public_numbers.y, numbers.private_value)


def ec_key(curve: str, numbers: EcNumbers) -> tuple[bytes, bytes]:
    """The private key (empty if there is none) and the public key.

    Args:
        curve: `P-256`, `P-384` or `P-521`.

    Raises: `InvalidRequest` for numbers that are no key on the curve.
    """
    point = ec.EllipticCurvePublicNumbers(numbers.x, numbers.y, _CURVES[curve])
    try:
        if numbers.d is None:
            return b"", _spki(point.public_key())
        key = ec.EllipticCurvePrivateNumbers(numbers.d, point).private_key()
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(f"the numbers are no key on the curve {curve}") from error
    return _pkcs8(key), _spki(key.public_key())


def rsa_numbers(private: bytes, public: bytes) -> RsaNumbers:
    """The numbers of an RSA key; `private` may be empty."""
    if not private:
        read: Any = serialization.load_der_public_key(public)
        return RsaNumbers(read.public_numbers().n, read.public_numbers().e)
    key: Any = serialization.load_der_private_key(private, None, unsafe_skip_rsa_key_validation=True)
    numbers = key.private_numbers()
    return RsaNumbers(numbers.public_numbers.n, numbers.public_numbers.e, numbers.d, numbers.p, numbers.q)


def rsa_key(numbers: RsaNumbers) -> tuple[bytes, bytes]:
    """The private key (empty if there is none) and the public key.

    Raises: `InvalidRequest` for numbers that are no RSA key.
    """
    public = rsa.RSAPublicNumbers(numbers.e, numbers.n)
    try:
        if not numbers.d:
            return b"", _spki(public.public_key())
        dp, dq, qinv = numbers.crt
        parts = rsa.RSAPrivateNumbers(numbers.p, numbers.q, numbers.d, dp, dq, qinv, public)
        # OpenSSL's own check of the parts takes a quarter of a second, in which no other request is served.
        private = _pkcs8(parts.private_key(unsafe_skip_rsa_key_validation=True))
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise InvalidRequest("the numbers are no RSA key") from error
    return private, RsaKey.of_private(private).public


def ed25519_raw(private: bytes) -> bytes:
    """The seed of a private Ed25519 key, and after it the public key: 64 bytes, as Go writes private keys."""
    key = serialization.load_der_private_key(private, None)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise InvalidRequest("it is no Ed25519 key")
    return key.private_bytes_raw() + key.public_key().public_bytes_raw()


def ed25519_public_raw(public: bytes) -> bytes:
    """The 32 bytes of a public Ed25519 key."""
    key = serialization.load_der_public_key(public)
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise InvalidRequest("it is no Ed25519 key")
    return key.public_bytes_raw()


def ed25519_key(raw: bytes) -> tuple[bytes, bytes]:
    """The private and the public key of a seed, which 32 bytes of its public key may follow.

    Raises: `InvalidRequest` for another length, or a public key of another seed.
    """
    if len(raw) not in {32, 64}:
        raise InvalidRequest("an Ed25519 key is a seed of 32 bytes, which its public key of 32 bytes may follow")
    key = ed25519.Ed25519PrivateKey.from_private_bytes(raw[:32])
    public = key.public_key()
    if raw[32:] and raw[32:] != public.public_bytes_raw():
        raise InvalidRequest("the public half of the Ed25519 key doesn't belong to its seed")
    return _pkcs8(key), _spki(public)


def ed25519_public(raw: bytes) -> bytes:
    """The public key of 32 bytes.  Raises `InvalidRequest` for another length."""
    try:
        return _spki(ed25519.Ed25519PublicKey.from_public_bytes(raw))
    except ValueError as error:
        raise InvalidRequest("a public Ed25519 key has 32 bytes") from error


_ML_DSA: dict[str, tuple[Any, Any]] = {
    "44": (mldsa.MLDSA44PrivateKey, mldsa.MLDSA44PublicKey),
    "65": (mldsa.MLDSA65PrivateKey, mldsa.MLDSA65PublicKey),
    "87": (mldsa.MLDSA87PrivateKey, mldsa.MLDSA87PublicKey),
}


def ml_dsa_raw(private: bytes, public: bytes) -> tuple[bytes, bytes]:
    """The seed of an ML-DSA key (empty if `private` is), and its raw public key."""
    read: Any = serialization.load_der_public_key(public)
    if not private:
        return b"", read.public_bytes_raw()
    key: Any = serialization.load_der_private_key(private, None)
    return key.private_bytes_raw(), read.public_bytes_raw()


def ml_dsa_key(parameter_set: str, seed: bytes, public: bytes = b"") -> tuple[bytes, bytes]:
    """The private key (empty if there is no seed) and the public key.

    Args:
        public: the raw public key, if there is no seed.

    Raises: `InvalidRequest` for a length that no key of the parameter set has.
    """
    private_class, public_class = _ML_DSA[parameter_set]
    try:
        if not seed:
            return b"", _spki(public_class.from_public_bytes(public))
        key = private_class.from_seed_bytes(seed)
    except ValueError as error:
        raise InvalidRequest(f"it is no key of ML-DSA-{parameter_set}") from error
    return _pkcs8(key), _spki(key.public_key())


def _pkcs8(key: Any) -> bytes:
    out: bytes = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return out


def _spki(key: Any) -> bytes:
    out: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return out
