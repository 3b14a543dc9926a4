"""Reads and writes the DER of single keys, with one error for whatever OpenSSL doesn't take."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from strongroom.lib.errors import InvalidRequest

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, OverflowError)


def read_private(pkcs8_der: bytes) -> PrivateKeyTypes:
    """The private key in PKCS #8.  Raises `InvalidRequest`.

    The primes of an RSA key are not checked: OpenSSL needs up to 250 ms for that, and holds the interpreter's lock.
    """
    try:
        return serialization.load_der_private_key(pkcs8_der, None, unsafe_skip_rsa_key_validation=True)
    except _UNREADABLE:
        # The cause may quote the key.
        raise InvalidRequest("it is no usable private key in PKCS#8 DER") from None


def read_public(spki_der: bytes) -> PublicKeyTypes:
    """The public key in a SubjectPublicKeyInfo.  Raises `InvalidRequest`."""
    try:
        return serialization.load_der_public_key(spki_der)
    except _UNREADABLE as error:
        raise InvalidRequest("it is no usable public key in SubjectPublicKeyInfo DER") from error


def pkcs8(key: PrivateKeyTypes) -> bytes:
    """A private key as PKCS #8 DER, without a passphrase.  Source: RFC 5958."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def spki(key: PublicKeyTypes) -> bytes:
    """A public key as SubjectPublicKeyInfo DER.  Source: RFC 5280, section 4.1."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
