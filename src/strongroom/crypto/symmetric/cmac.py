"""AES-CMAC."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

KEY_BYTES = (16, 24, 32)
MAC_BYTES = 16


def cmac(key: bytes, data: bytes, length: int = MAC_BYTES) -> bytes:
    """The authentication code of `data`, or its first `length` bytes.

    Args:
        key: 16, 24 or 32 bytes. length: 1 to 16; fewer than 8 bytes are easily guessed.

    Raises:
        ValueError: the key or the length has another size.

    Source: RFC 4493, section 2.4; NIST SP 800-38B, section 6.2.
    """
    if len(key) not in KEY_BYTES:
        raise ValueError("AES-CMAC takes a key of 16, 24 or 32 bytes")
    if not 1 <= length <= MAC_BYTES:
        raise ValueError("AES-CMAC gives 1 to 16 bytes")
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()[:length]
