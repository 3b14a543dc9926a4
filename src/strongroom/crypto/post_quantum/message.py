"""What ML-DSA and SLH-DSA sign in place of a message: context, name of the hash and digest in front of it (p).

Source: FIPS 204, sections 5.2 and 5.4; FIPS 205, section 10.2
"""

from __future__ import annotations

import hashlib

from strongroom.lib.errors import InvalidRequest

MAX_CONTEXT_BYTES = 255
"""One byte holds the context's length."""

_NIST_HASHES = bytes.fromhex("06096086480165030402")  # 2.16.840.1.101.3.4.2 as far as the last arc
PREHASHES = {
    "sha2-224": (4, 28),
    "sha2-256": (1, 32),
    "sha2-384": (2, 48),
    "sha2-512": (3, 64),
    "sha3-224": (7, 28),
    "sha3-256": (8, 32),
    "sha3-384": (9, 48),
    "sha3-512": (10, 64),
}
"""The hashes a digest may come from: the last arc of their object identifier, and the bytes of a digest."""


def check_context(context: bytes) -> None:
    """Raise `InvalidRequest` for a context that is too long."""
    if len(context) > MAX_CONTEXT_BYTES:
        raise InvalidRequest(f"the signature's context is longer than {MAX_CONTEXT_BYTES} bytes")


def of_message(message: bytes, context: bytes) -> bytes:
    """What is signed for a whole message.  Raises `InvalidRequest` for a context that is too long."""
    check_context(context)
    return bytes((0, len(context))) + context + message


def of_digest(digest: bytes, algorithm: str, context: bytes) -> bytes:
    """What is signed for a message of which only the digest is known.

    Args:
        algorithm: the hash that made the digest: one of `PREHASHES`.

    Raises: `InvalidRequest` for another hash, a digest of another length, or a context that is too long.
    """
    check_context(context)
    if algorithm not in PREHASHES:
        raise InvalidRequest(f"digests can be signed that come from {', '.join(PREHASHES)}")
    arc, length = PREHASHES[algorithm]
    if len(digest) != length:
        raise InvalidRequest(f"a digest of {algorithm} has {length} bytes, and this one has {len(digest)}")
    return bytes((1, len(context))) + context + _NIST_HASHES + bytes((arc,)) + digest


def mu(public: bytes, signed: bytes) -> bytes:
    """The 64 bytes to which ML-DSA reduces what it signs, before it needs the private key.

    Args:
        public: the raw public key.
        signed: from `of_message` or `of_digest`.

    Source: FIPS 204, algorithm 7, lines 1 and 6
    """
    return hashlib.shake_256(hashlib.shake_256(public).digest(64) + signed).digest(64)
