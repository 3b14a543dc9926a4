"""The key that belongs to a context."""

from __future__ import annotations

from strongroom.crypto.kdf import hkdf_sha256


def derive(key: bytes, context: bytes, length: int) -> bytes:
    """`length` bytes from a key, others for every context: HKDF-SHA256 without a salt, with the context as its `info`.

    Fewer bytes are the beginning of more, under one key and context.

    Args:
        key: all of what is stored. For Ed25519 that is the seed and the public key, 64 bytes.
        context: what the client names; never empty. length: 1 to 8160; of the seed for Ed25519.

    Raises:
        ValueError: the context is empty, or the length out of bounds.

    Source: RFC 5869; `kdf` "hkdf_sha256" of https://openbao.org/api-docs/secret/transit/#create-key.
    """
    if not context:
        # Without a context, everybody who leaves it out would share a key.
        raise ValueError("a derived key needs a context")
    if not 1 <= length <= 255 * 32:
        raise ValueError("HKDF-SHA256 gives 1 to 8160 bytes")
    return hkdf_sha256(key, salt=b"", info=context, length=length)
