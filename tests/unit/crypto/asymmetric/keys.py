"""Keys that are made once for all tests of a process, because RSA takes long."""

from __future__ import annotations

from functools import cache

from strongroom.crypto.asymmetric.rsa import RsaKey


@cache
def rsa_key(bits: int = 2048) -> RsaKey:
    """An RSA pair, the same every time."""
    return RsaKey.generate(bits)
