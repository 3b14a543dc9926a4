"""Convergent encryption: equal plaintexts in one context give equal ciphertexts."""

from __future__ import annotations

from strongroom.crypto.mac import hmac_sha256
from strongroom.crypto.symmetric.derivation import derive

NONCE_KEY_BYTES = 32


def derived_keys(key: bytes, context: bytes, length: int) -> tuple[bytes, bytes]:
    """The key of the cipher and the key of its nonces, from one derivation.

    The first is what `derive` gives: decryption needs only that, because the nonce stands before the ciphertext.

    Args:
        length: how many bytes the cipher's key has.

    Raises:
        ValueError: the context is empty.

    Source: convergent version 3 of https://openbao.org/docs/secrets/transit/#convergent-encryption.
    """
    derived = derive(key, context, length + NONCE_KEY_BYTES)
    return derived[:length], derived[length:]


def nonce(key: bytes, plaintext: bytes, length: int) -> bytes:
    """The nonce of a plaintext: the first `length` bytes of its HMAC-SHA256.

    Associated data have no part in it, so that other servers find the same ciphertext.  One plaintext with two values
    of associated data uses a nonce twice, which lets those who have both tags forge others: the caller prevents it.

    Args:
        key: the key of nonces from `derived_keys`. length: the cipher's `nonce_bytes`, at most 32.

    Raises:
        ValueError: the key isn't of 32 bytes, or the length out of bounds.
    """
    if len(key) != NONCE_KEY_BYTES:
        raise ValueError("convergent nonces take a key of 32 bytes")
    if not 1 <= length <= 32:
        raise ValueError("a convergent nonce has 1 to 32 bytes")
    return hmac_sha256(key, plaintext)[:length]
