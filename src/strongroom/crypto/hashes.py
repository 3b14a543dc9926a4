"""The hash functions, by the names that the API gives them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes


@dataclass(frozen=True, slots=True)
class Hash:
    """A hash function.

    Args:
        library_name: what `hashlib` calls it. digest_bytes: how long its digests are. algorithm: makes
            `cryptography`'s object of it, for signatures and padding.
    """

    library_name: str
    digest_bytes: int
    algorithm: Callable[[], hashes.HashAlgorithm]

    def new(self, data: bytes) -> bytes:
        """The digest of `data`."""
        return hashlib.new(self.library_name, data).digest()


HASHES = {
    "sha1": Hash("sha1", 20, hashes.SHA1),
    "sha2-224": Hash("sha224", 28, hashes.SHA224),
    "sha2-256": Hash("sha256", 32, hashes.SHA256),
    "sha2-384": Hash("sha384", 48, hashes.SHA384),
    "sha2-512": Hash("sha512", 64, hashes.SHA512),
    "sha3-224": Hash("sha3_224", 28, hashes.SHA3_224),
    "sha3-256": Hash("sha3_256", 32, hashes.SHA3_256),
    "sha3-384": Hash("sha3_384", 48, hashes.SHA3_384),
    "sha3-512": Hash("sha3_512", 64, hashes.SHA3_512),
}


def hash_named(name: str) -> Hash:
    """The hash function of this name.  Raises `ValueError` for a name that isn't in `HASHES`."""
    try:
        return HASHES[name]
    except KeyError:
        raise ValueError(f"no hash function has the name {name!r}") from None


def digest(name: str, data: bytes) -> bytes:
    """The digest of `data` by the hash function of this name.

    Raises:
        ValueError: the name isn't in `HASHES`.

    Source: FIPS 180-4 (SHA-1, SHA-2), FIPS 202 (SHA-3).
    """
    return hash_named(name).new(data)
