"""Types of symmetric keys that encrypt.

Source: https://openbao.org/api-docs/secret/transit/#create-key
https://developer.hashicorp.com/vault/api-docs/secret/transit#create-key for AES-CBC
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strongroom.crypto.symmetric.cbc import AesCbc
from strongroom.crypto.symmetric.chacha import ChaCha20Poly1305, XChaCha20Poly1305
from strongroom.crypto.symmetric.gcm import AesGcm
from strongroom.engines.transit.key_types.base import KeyType, Material, raw_key


def _type(name: str, size_bytes: int, cipher: Callable[[bytes], Any]) -> KeyType:
    return KeyType(
        name=name,
        encrypts=True,
        decrypts=True,
        derives=True,
        converges=True,
        size_bytes=size_bytes,
        make=lambda key, random: Material(private=random.bytes(size_bytes)),
        imported=lambda key, raw: raw_key(name, raw, (size_bytes,)),
        load=lambda key, version: cipher(version.private),
        keyed=cipher,
        derived_bytes=size_bytes,
    )


TYPES = (
    _type("aes128-gcm96", 16, AesGcm),
    _type("aes256-gcm96", 32, AesGcm),
    _type("chacha20-poly1305", 32, ChaCha20Poly1305),
    _type("xchacha20-poly1305", 32, XChaCha20Poly1305),
    _type("aes128-cbc", 16, AesCbc),
    _type("aes256-cbc", 32, AesCbc),
)
