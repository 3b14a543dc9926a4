"""HMAC with any of the hash functions."""

from __future__ import annotations

import hmac as library

from strongroom.crypto.hashes import hash_named


def hmac(key: bytes, hash_name: str, data: bytes) -> bytes:
    """The authentication code of `data`, as long as the hash function's digests.  Compare it by `crypto.mac.same`.

    Args:
        hash_name: a name from `HASHES`.

    Raises:
        ValueError: no hash function has this name.

    Source: RFC 2104; FIPS 198-1.
    """
    return library.digest(key, data, hash_named(hash_name).library_name)
