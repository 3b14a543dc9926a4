"""A secret that two holders of keys on Curve25519 have in common.

Source: RFC 7748
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from strongroom.lib.errors import InvalidRequest

KEY_BYTES = 32


def public_key(private: bytes) -> bytes:
    """The public part of a private key, which is any 32 random bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def agree(private: bytes, public: bytes) -> bytes:
    """The 32 bytes that the holders of two keys have in common.

    Args:
        private: one's own key.
        public: the other's.

    Raises:
        InvalidRequest: that is no public key, or one of those few with which everybody gets the same secret.
    """
    if len(public) != KEY_BYTES:
        raise InvalidRequest(f"a public key of Curve25519 has {KEY_BYTES} bytes, and this one {len(public)}")
    try:
        return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise InvalidRequest("the public key gives no secret: its point is of low order") from error
