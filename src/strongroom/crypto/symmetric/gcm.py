"""AES-GCM with keys of every size, for data of clients."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from strongroom.lib.errors import Tampered

KEY_BYTES = (16, 24, 32)


class AesGcm:
    """AES-GCM under one key, with a tag of 16 bytes.  Source: NIST SP 800-38D.

    The caller guarantees that no nonce comes twice under one key with another plaintext or other associated data.
    """

    __slots__ = ("_cipher",)

    nonce_bytes = 12

    def __init__(self, key: bytes) -> None:
        if len(key) not in KEY_BYTES:
            raise ValueError("AES-GCM takes a key of 16, 24 or 32 bytes")
        self._cipher = AESGCM(key)

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Ciphertext and tag; `associated` is authenticated with it.  Raises `ValueError` for another size of nonce."""
        if len(nonce) != self.nonce_bytes:
            raise ValueError("AES-GCM takes a nonce of 12 bytes")
        return self._cipher.encrypt(nonce, plaintext, associated)

    def open(self, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
        """The plaintext.  Raises `Tampered` when anything differs from what was sealed, in size or content."""
        # The library would take nonces of 8 to 128 bytes.  None of those is ours.
        if len(nonce) != self.nonce_bytes:
            raise Tampered("the ciphertext does not authenticate")
        try:
            return self._cipher.decrypt(nonce, ciphertext, associated)
        except InvalidTag as error:
            raise Tampered("the ciphertext does not authenticate") from error
