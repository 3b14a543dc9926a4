"""Ed25519 with a prefix before what is hashed, which makes it Ed25519ctx and Ed25519ph.

No library that is fast and strict has both: OpenSSL's binding and libsodium lack contexts, and PyCryptodome accepts
points that RFC 8032 forbids.  So the steps of the RFC stand here, over libsodium's arithmetic, which takes the same
time for all secrets.

Source: RFC 8032, sections 5.1.6 and 5.1.7
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from nacl import bindings
from nacl.exceptions import CryptoError

_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_POINT_BYTES: Final = 32


def dom2(context: bytes, *, prehashes: bool) -> bytes:
    """The prefix that keeps variants and contexts apart.  Source: RFC 8032, section 2."""
    return b"SigEd25519 no Ed25519 collisions" + bytes((int(prehashes), len(context))) + context


def sign(seed: bytes, public: bytes, message: bytes, prefix: bytes) -> bytes:
    """The signature, 64 bytes.

    Args:
        message: the message, or its digest in Ed25519ph. prefix: `dom2`.
    """
    expanded = hashlib.sha512(seed).digest()
    secret = _clamped(expanded[:32])
    nonce = _scalar(prefix, expanded[32:], message)
    commitment = bindings.crypto_scalarmult_ed25519_base_noclamp(nonce)
    challenge = _scalar(prefix, commitment, public, message)
    product = bindings.crypto_core_ed25519_scalar_mul(challenge, secret)
    return commitment + bindings.crypto_core_ed25519_scalar_add(nonce, product)


def verify(public: bytes, message: bytes, signature: bytes, prefix: bytes) -> bool:
    """Whether the signature fits.  Keys outside the group of prime order verify nothing, nor does a scalar that is
    not reduced."""
    if len(signature) != 2 * _POINT_BYTES or not bindings.crypto_core_ed25519_is_valid_point(public):
        return False
    commitment, scalar = signature[:_POINT_BYTES], signature[_POINT_BYTES:]
    if int.from_bytes(scalar, "little") >= _ORDER:
        return False
    challenge = _scalar(prefix, commitment, public, message)
    try:
        left = bindings.crypto_scalarmult_ed25519_base_noclamp(scalar)
        right = bindings.crypto_scalarmult_ed25519_noclamp(challenge, public)
        found = bindings.crypto_core_ed25519_sub(left, right)
    except CryptoError:
        # The result would be the neutral element, which no honest signature gives.
        return False
    return hmac.compare_digest(found, commitment)


def _clamped(half: bytes) -> bytes:
    clamped = bytearray(half)
    clamped[0] &= 0b1111_1000
    clamped[31] = clamped[31] & 0b0111_1111 | 0b0100_0000
    return bytes(clamped)


def _scalar(*parts: bytes) -> bytes:
    return bindings.crypto_core_ed25519_scalar_reduce(hashlib.sha512(b"".join(parts)).digest())
