"""Symmetric types that encrypt and authenticate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strongroom.crypto.aead import Aes256Gcm
from strongroom.engines.transit.key_types.base import KeyType, Material
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.sdk import Random


def _made(size_bytes: int) -> Callable[[KeyRecord, Random], Material]:
    return lambda key, random: Material(private=random.bytes(size_bytes))


def _type(name: str, size_bytes: int, cipher: Callable[[bytes], Any]) -> KeyType:
    return KeyType(
        name=name,
        encrypts=True,
        decrypts=True,
        derives=True,
        converges=True,
        make=_made(size_bytes),
        load=lambda key, version: cipher(version.private),
        keyed=cipher,
        derived_bytes=size_bytes,
    )


TYPES = (_type("aes256-gcm96", 32, Aes256Gcm),)
