"""ChaCha20-Poly1305, with nonces of 12 and of 24 bytes."""

from __future__ import annotations

import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305 as Aead

from strongroom.lib.errors import Tampered

KEY_BYTES = 32
_FIRST_BLOCK = bytes(64)
_BLOCK = struct.Struct("<16I")
_QUARTER = struct.Struct("<4I")
_HALF = struct.Struct("<8I")
_CONSTANTS = _QUARTER.unpack(b"expand 32-byte k")
_WORD = 0xFFFFFFFF


class ChaCha20Poly1305:
    """ChaCha20-Poly1305 under one key.  Source: RFC 8439, section 2.8.

    The caller guarantees that no nonce comes twice under one key with another plaintext or other associated data.
    """

    __slots__ = ("_cipher",)

    nonce_bytes = 12

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("ChaCha20-Poly1305 takes a key of 32 bytes")
        self._cipher = Aead(key)

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Ciphertext and tag; `associated` is authenticated with it.  Raises `ValueError` for another size of nonce."""
        if len(nonce) != self.nonce_bytes:
            raise ValueError("ChaCha20-Poly1305 takes a nonce of 12 bytes")
        return self._cipher.encrypt(nonce, plaintext, associated)

    def open(self, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
        """The plaintext.  Raises `Tampered` when anything differs from what was sealed, in size or content."""
        if len(nonce) != self.nonce_bytes:
            raise Tampered("the ciphertext does not authenticate")
        try:
            return self._cipher.decrypt(nonce, ciphertext, associated)
        except InvalidTag as error:
            raise Tampered("the ciphertext does not authenticate") from error


class XChaCha20Poly1305:
    """XChaCha20-Poly1305 under one key.  Source: draft-irtf-cfrg-xchacha-03, section 2.3.

    Its nonces are long enough to be drawn at random for any number of plaintexts.
    """

    __slots__ = ("_key",)

    nonce_bytes = 24

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("XChaCha20-Poly1305 takes a key of 32 bytes")
        self._key = key

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Ciphertext and tag; `associated` is authenticated with it.  Raises `ValueError` for another size of nonce."""
        if len(nonce) != self.nonce_bytes:
            raise ValueError("XChaCha20-Poly1305 takes a nonce of 24 bytes")
        return Aead(hchacha20(self._key, nonce[:16])).encrypt(_rest(nonce), plaintext, associated)

    def open(self, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
        """The plaintext.  Raises `Tampered` when anything differs from what was sealed, in size or content."""
        if len(nonce) != self.nonce_bytes:
            raise Tampered("the ciphertext does not authenticate")
        try:
            return Aead(hchacha20(self._key, nonce[:16])).decrypt(_rest(nonce), ciphertext, associated)
        except InvalidTag as error:
            raise Tampered("the ciphertext does not authenticate") from error


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """The subkey of 32 bytes that HChaCha20 derives from a key of 32 and a nonce of 16 bytes.

    The library's block function adds the initial state to the words after the twenty rounds; HChaCha20 doesn't.
    So the first and last four initial words, constants and nonce, are subtracted from a block of its keystream.

    Source: draft-irtf-cfrg-xchacha-03, section 2.2.
    """
    words = _BLOCK.unpack(Cipher(algorithms.ChaCha20(key, nonce), mode=None).encryptor().update(_FIRST_BLOCK))
    initial = _CONSTANTS + _QUARTER.unpack(nonce)
    return _HALF.pack(*[(word - old) & _WORD for word, old in zip(words[:4] + words[12:], initial, strict=True)])


def _rest(nonce: bytes) -> bytes:
    return b"\0\0\0\0" + nonce[16:]
