"""RSA keys of test vectors.  Many are shorter than what the server accepts, so they bypass its checks."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers

from strongroom.crypto.asymmetric.rsa import RsaKey
from tests.vectors.asymmetric.files import labelled

_PRIVATE = ("prime 1", "prime 2", "exponent", "prime exponent 1", "prime exponent 2", "coefficient")


def public_key(modulus: int, exponent: int) -> RsaKey:
    """A key of any size."""
    return RsaKey(RSAPublicNumbers(exponent, modulus).public_key())


def examples(text: str, last: str) -> Iterator[tuple[RsaKey, dict[str, bytes]]]:
    """The examples of a file of RSA Laboratories: the pair, and what is said with it, whenever `last` is said."""
    said: dict[str, bytes] = {}
    key: RsaKey | None = None
    for label, value in labelled(text):
        said[label] = value
        if label == "coefficient":
            p, q, d, dp, dq, qi = (int.from_bytes(said[name], "big") for name in _PRIVATE)
            numbers = RSAPublicNumbers(
                int.from_bytes(said["public exponent"], "big"), int.from_bytes(said["modulus"], "big")
            )
            private = RSAPrivateNumbers(p, q, d, dp, dq, qi, numbers).private_key(unsafe_skip_rsa_key_validation=True)
            key = RsaKey(private.public_key(), private)
        elif label == last:
            assert key is not None
            yield key, said
