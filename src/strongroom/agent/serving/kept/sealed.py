"""Bytes as they stand in a file, readable only with the key (pure but for the nonce).

A file is a version, a nonce, and what AES-256-GCM makes of the content.  Its name is authenticated with it, so that
nobody can put one file in the place of another.  The nonce is random: a key seals far fewer than 2^32 records.
"""

from __future__ import annotations

from typing import Final

from strongroom.crypto.aead import NONCE_BYTES, Aes256Gcm
from strongroom.lib.errors import Tampered
from strongroom.lib.rand import Random

_VERSION: Final = b"SRA1"


def seal(cipher: Aes256Gcm, random: Random, name: str, content: bytes) -> bytes:
    """A file's bytes."""
    nonce = random.bytes(NONCE_BYTES)
    return _VERSION + nonce + cipher.seal(nonce, content, _VERSION + name.encode())


def unseal(cipher: Aes256Gcm, name: str, data: bytes) -> bytes:
    """The content of a file.  Raises `Tampered` for another key, another name, or changed bytes."""
    if not data.startswith(_VERSION):
        raise Tampered("this is no file that an agent keeps")
    at = len(_VERSION) + NONCE_BYTES
    return cipher.open(data[len(_VERSION) : at], data[at:], _VERSION + name.encode())
