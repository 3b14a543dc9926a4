"""AES-CBC with padding, for those who have to decrypt or feed another system's data."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from strongroom.lib.errors import Tampered

KEY_BYTES = (16, 32)
BLOCK_BYTES = 16
_PADDING = PKCS7(8 * BLOCK_BYTES)


class AesCbc:
    """AES-CBC under one key, with PKCS#7 padding.  Source: NIST SP 800-38A, section 6.2; RFC 5652, section 6.3.

    It authenticates nothing: who alters a ciphertext gets another plaintext, or learns that the padding is wrong.
    All faults have the same error, so its text tells no more than that there was one.
    """

    __slots__ = ("_key",)

    nonce_bytes = 16

    def __init__(self, key: bytes) -> None:
        if len(key) not in KEY_BYTES:
            raise ValueError("AES-CBC takes a key of 16 or 32 bytes")
        self._key = algorithms.AES(key)

    def seal(self, iv: bytes, plaintext: bytes) -> bytes:
        """The ciphertext, 1 to 16 bytes longer.

        Args:
            iv: 16 bytes that nobody could foretell.

        Raises:
            ValueError: the IV has another size.
        """
        if len(iv) != self.nonce_bytes:
            raise ValueError("AES-CBC takes an IV of 16 bytes")
        padder = _PADDING.padder()
        encryptor = Cipher(self._key, modes.CBC(iv)).encryptor()
        return encryptor.update(padder.update(plaintext) + padder.finalize()) + encryptor.finalize()

    def open(self, iv: bytes, ciphertext: bytes) -> bytes:
        """The plaintext.  Raises `Tampered` for a wrong size of IV or ciphertext, and for wrong padding."""
        if len(iv) != self.nonce_bytes:
            raise Tampered("the ciphertext does not decrypt")
        decryptor = Cipher(self._key, modes.CBC(iv)).decryptor()
        unpadder = _PADDING.unpadder()
        try:
            padded = decryptor.update(ciphertext) + decryptor.finalize()
            return unpadder.update(padded) + unpadder.finalize()
        except ValueError:
            # The library says which fault it was.  Not even a traceback does here.
            raise Tampered("the ciphertext does not decrypt") from None
