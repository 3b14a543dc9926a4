"""What every family of keys does to a plaintext, and to what was sealed.

Source: https://openbao.org/api-docs/secret/transit/#encrypt-data
"""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.crypto.symmetric import convergent
from strongroom.crypto.symmetric.cbc import AesCbc
from strongroom.crypto.symmetric.chacha import ChaCha20Poly1305, XChaCha20Poly1305
from strongroom.crypto.symmetric.derivation import derive
from strongroom.crypto.symmetric.gcm import AesGcm
from strongroom.engines.transit.encryption.options import USUAL, Options
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.errors import Internal, InvalidRequest, Tampered
from strongroom.sdk import Random

NOT_AUTHENTIC = (
    "cipher: message authentication failed; the ciphertext was altered, or was made with another key, context or "
    "associated_data"
)
UNREADABLE = "invalid ciphertext: unable to decrypt; it was altered, or was made with another key or other options"


class Cipher(msgspec.Struct, frozen=True):
    """One version of a key under one context, ready to encrypt and decrypt."""

    number: int
    type: str
    """The type of the key, for errors."""
    primitive: Any
    """A class of `strongroom.crypto`."""
    nonce_key: bytes = b""
    """What the nonces of a convergent key are made with; empty for other keys."""

    def __repr__(self) -> str:
        return f"Cipher({self.number}, {self.type})"


def sealed(cipher: Cipher, plaintext: bytes, associated: bytes, random: Random, options: Options = USUAL) -> bytes:
    """What a ciphertext contains: for symmetric keys the nonce, and behind it the encrypted text.

    Raises: `Refused` for associated data under a type that doesn't authenticate any, and what is too long for RSA.
    """
    match cipher.primitive:
        case AesGcm() | ChaCha20Poly1305() | XChaCha20Poly1305() as aead:
            nonce = _nonce(cipher, aead.nonce_bytes, plaintext, associated, random)
            return nonce + aead.seal(nonce, plaintext, associated)
        case AesCbc() as cbc:
            _check_no_associated(cipher, associated)
            iv = options.iv or _nonce(cipher, cbc.nonce_bytes, plaintext, b"", random)
            return iv + cbc.seal(iv, plaintext)
        case RsaKey() as rsa:
            _check_no_associated(cipher, associated)
            try:
                return rsa.encrypt(plaintext, options.padding)
            except InvalidRequest as error:
                raise Refused(Code.TOO_LONG, error.text) from error
    raise Internal(detail=f"a key of type {cipher.type} does not encrypt")


def opened(cipher: Cipher, text: bytes, associated: bytes, options: Options = USUAL) -> bytes:
    """The plaintext.  Raises `Refused` for what wasn't sealed so."""
    match cipher.primitive:
        case AesGcm() | ChaCha20Poly1305() | XChaCha20Poly1305() as aead:
            size = aead.nonce_bytes
            if len(text) < size:
                raise _too_short()
            try:
                return aead.open(text[:size], text[size:], associated)
            except Tampered as error:
                raise Refused(Code.AUTHENTICATION_FAILED, NOT_AUTHENTIC) from error
        case AesCbc() as cbc:
            _check_no_associated(cipher, associated)
            size = cbc.nonce_bytes
            if len(text) < size:
                raise _too_short()
            try:
                return cbc.open(text[:size], text[size:])
            except Tampered:
                raise Refused(Code.AUTHENTICATION_FAILED, UNREADABLE) from None
        case RsaKey() as rsa:
            _check_no_associated(cipher, associated)
            try:
                return rsa.decrypt(text, options.padding)
            except Tampered:
                raise Refused(Code.AUTHENTICATION_FAILED, UNREADABLE) from None
            except InvalidRequest as error:
                raise Refused(Code.UNSUPPORTED, error.text) from error
    raise Internal(detail=f"a key of type {cipher.type} does not decrypt")


def _nonce(cipher: Cipher, size: int, plaintext: bytes, associated: bytes, random: Random) -> bytes:
    if not cipher.nonce_key:
        return random.bytes(size)
    # One plaintext with two values of associated data would use a nonce twice, and who has both tags could forge
    # others.  So associated data give nonces of their own; without any, they are those of other servers.
    key = derive(cipher.nonce_key, associated, convergent.NONCE_KEY_BYTES) if associated else cipher.nonce_key
    return convergent.nonce(key, plaintext, size)


def _check_no_associated(cipher: Cipher, associated: bytes) -> None:
    if associated:
        raise Refused(Code.UNSUPPORTED, f"'associated_data' provided for non-AEAD cipher suite {cipher.type}")


def _too_short() -> Refused:
    return Refused(Code.INVALID_CIPHERTEXT, "invalid ciphertext length")
