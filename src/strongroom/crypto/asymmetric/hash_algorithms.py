"""The hash functions of signatures and of OAEP, by the names that the API gives them (p)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives import hashes

from strongroom.lib.errors import InvalidRequest

NO_HASH: Final = "none"
SIGNED_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - who asks for it by name talks to an old peer; it is nobody's default
    "sha2-224": hashes.SHA224(),
    "sha2-256": hashes.SHA256(),
    "sha2-384": hashes.SHA384(),
    "sha2-512": hashes.SHA512(),
    "sha3-224": hashes.SHA3_224(),
    "sha3-256": hashes.SHA3_256(),
    "sha3-384": hashes.SHA3_384(),
    "sha3-512": hashes.SHA3_512(),
}
OAEP_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    name: algorithm for name, algorithm in SIGNED_HASHES.items() if not name.startswith("sha3-")
}
"""OpenSSL's OAEP takes no SHA-3."""


def algorithm_of(name: str | None, known: Mapping[str, hashes.HashAlgorithm] = SIGNED_HASHES) -> hashes.HashAlgorithm:
    """The hash function with a name.  Raises `InvalidRequest` that lists the names that there are."""
    algorithm = known.get(name or "")
    if algorithm is None:
        raise InvalidRequest(f'invalid hash algorithm "{name or ""}": it can be {", ".join(known)}')
    return algorithm
