"""Types of symmetric keys that only authenticate.

Their form for use is the raw key: what computes a code takes it as it is.

Source: https://openbao.org/api-docs/secret/transit/#create-key
https://developer.hashicorp.com/vault/api-docs/secret/transit#create-key for CMAC
"""

from __future__ import annotations

from strongroom.engines.transit.key_types.base import KeyType, Material, raw_key

HMAC = "hmac"
HMAC_BYTES = 32
"""The length of an HMAC key for which no `key_size` was given, and of those that other types have beside their own."""
HMAC_MOST_BYTES = 512


def _cmac(name: str, size_bytes: int) -> KeyType:
    return KeyType(
        name=name,
        cmacs=True,
        size_bytes=size_bytes,
        make=lambda key, random: Material(private=random.bytes(size_bytes)),
        imported=lambda key, raw: raw_key(name, raw, (size_bytes,)),
        load=lambda key, version: version.private,
    )


TYPES = (
    KeyType(
        name=HMAC,
        make=lambda key, random: Material(private=random.bytes(key.key_size or HMAC_BYTES)),
        imported=lambda key, raw: raw_key(HMAC, raw, range(HMAC_BYTES, HMAC_MOST_BYTES + 1)),
        load=lambda key, version: version.private,
    ),
    _cmac("aes128-cmac", 16),
    _cmac("aes192-cmac", 24),
    _cmac("aes256-cmac", 32),
)
