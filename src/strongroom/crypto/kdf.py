"""Keys from keys, and keys from passwords."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def hkdf_sha256(key: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """`length` bytes for the purpose `info`.  Source: RFC 5869."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)


SCRYPT_COST = 2**15
SCRYPT_BLOCK = 8
SCRYPT_PARALLEL = 1


def scrypt(password: bytes, *, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    """32 bytes from a password; `cost` is N, `block` r, `parallel` p.  Source: RFC 7914.

    Releases the interpreter lock; takes about 60 ms and 32 MiB at the costs above, so call it in a thread.
    """
    return hashlib.scrypt(
        password, salt=salt, n=cost, r=block, p=parallel, maxmem=cost * block * 256 + (1 << 20), dklen=32
    )
