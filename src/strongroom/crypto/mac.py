"""Keyed and plain digests."""

from __future__ import annotations

import hashlib
import hmac


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes.  Source: RFC 2104."""
    return hmac.digest(key, message, "sha256")


def hmac_sha256_hex(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 in lower-case hexadecimal."""
    return hmac.digest(key, message, "sha256").hex()


def sha256(message: bytes) -> bytes:
    """SHA-256, 32 bytes.  Source: FIPS 180-4."""
    return hashlib.sha256(message).digest()


def same(left: bytes, right: bytes) -> bool:
    """Whether two secrets are equal, in time that doesn't depend on where they differ."""
    return hmac.compare_digest(left, right)
