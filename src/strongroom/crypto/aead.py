"""Authenticated encryption of rows and small secrets."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from strongroom.lib.errors import Tampered

KEY_BYTES = 32
NONCE_BYTES = 12


class Aes256Gcm:
    """AES-256-GCM under one key.  Source: NIST SP 800-38D.

    The caller guarantees that no nonce comes twice under one key.
    """

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("AES-256-GCM takes a key of 32 bytes")
        self._cipher = AESGCM(key)

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Ciphertext and tag; `associated` is authenticated with it."""
        return self._cipher.encrypt(nonce, plaintext, associated)

    def open(self, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
        """The plaintext.  Raises `Tampered` when anything differs from what was sealed."""
        try:
            return self._cipher.decrypt(nonce, ciphertext, associated)
        except (InvalidTag, ValueError) as error:
            raise Tampered("a stored record does not authenticate") from error


class Aes256Siv:
    """Deterministic authenticated encryption: equal plaintexts give equal ciphertexts.  Source: RFC 5297.

    For names that must be found again by their ciphertext.
    """

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        if len(key) != 2 * KEY_BYTES:
            raise ValueError("AES-256-SIV takes a key of 64 bytes")
        self._cipher = AESSIV(key)

    def seal(self, plaintext: bytes, associated: bytes) -> bytes:
        """Synthetic IV and ciphertext; `plaintext` may not be empty."""
        return self._cipher.encrypt(plaintext, [associated])

    def open(self, ciphertext: bytes, associated: bytes) -> bytes:
        """The plaintext.  Raises `Tampered` when anything differs from what was sealed."""
        try:
            return self._cipher.decrypt(ciphertext, [associated])
        except (InvalidTag, ValueError) as error:
            raise Tampered("a stored name does not authenticate") from error
