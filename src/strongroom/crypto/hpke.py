"""Encryption to a public key: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.  Source: RFC 9180."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from strongroom.lib.errors import Tampered

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
PRIVATE_KEY_BYTES = 32


def public_key(private: bytes) -> bytes:
    """The 32-byte public part of a 32-byte X25519 private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Encrypt to the holder of the private key.  `info` must be the same when decrypting."""
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info)


def open_(private: bytes, sealed: bytes, info: bytes) -> bytes:
    """What `seal` was given.  Raises `Tampered` for another key, another `info` or altered bytes."""
    try:
        return _SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info)
    except (InvalidTag, ValueError) as error:
        raise Tampered("the key does not open this") from error
