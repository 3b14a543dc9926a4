"""Keys that two parties agree on, each with the other's public key (p)."""

from __future__ import annotations

from typing import Any, Final

from strongroom.crypto.asymmetric import formats
from strongroom.crypto.asymmetric.ecdh import agree
from strongroom.crypto.asymmetric.ecdsa import EcdsaKey
from strongroom.crypto.kdf import hkdf_sha256
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.lib.errors import InvalidRequest

ECDH: Final = "ecdh"
TYPES: Final = ("aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305")
"""What a key that was agreed on may be."""


def peer_of(pem: str) -> EcdsaKey:
    """The other party's public key.  Raises `InvalidRequest` for what is none on a curve."""
    try:
        peer = formats.public_of_pem(pem)
    except InvalidRequest as error:
        raise InvalidRequest(f"failed to parse supplied peer public key PEM: {error.text}") from error
    if not isinstance(peer, EcdsaKey):
        raise InvalidRequest("supplied peer public key is not an ECDSA key")
    return peer


def agreed(base: KeyRecord, own: Any, peer: EcdsaKey, length: int) -> bytes:
    """The `length` bytes that both parties get.

    The shared coordinate isn't uniform, so HKDF-SHA-256 makes the key of it: without a salt, for no purpose.

    Raises: `InvalidRequest` if the two keys are on different curves, or the own one is public.

    Source: https://openbao.org/api-docs/secret/transit/ (`derive-key`); NIST SP 800-56C, section 5.1
    """
    assert isinstance(own, EcdsaKey)
    if own.curve != peer.curve:
        raise InvalidRequest(f"base private key type {base.type} does not match peer public key curve")
    return hkdf_sha256(agree(own, peer), salt=b"", info=b"", length=length)
