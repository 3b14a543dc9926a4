"""Shared secrets by ML-KEM: whoever has the public key makes one, and its ciphertext tells it to the private key.

ML-KEM-512 isn't here: `cryptography` leaves out that weakest set.

Source: FIPS 203; RFC 9935 for the encodings
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import mlkem

from strongroom.lib.errors import InvalidRequest

SEED_BYTES = 64

_Private = mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey
_Public = mlkem.MLKEM768PublicKey | mlkem.MLKEM1024PublicKey
_PRIVATE: dict[str, type[_Private]] = {"768": mlkem.MLKEM768PrivateKey, "1024": mlkem.MLKEM1024PrivateKey}
_PUBLIC: dict[str, type[_Public]] = {"768": mlkem.MLKEM768PublicKey, "1024": mlkem.MLKEM1024PublicKey}
PARAMETER_SETS = tuple(_PRIVATE)


@dataclass(frozen=True, slots=True, eq=False)
class MlKemKey:
    """A key pair, or a public key alone."""

    parameter_set: str
    _public: _Public = field(repr=False)
    _private: _Private | None = field(repr=False, default=None)

    @classmethod
    def generate(cls, parameter_set: str) -> MlKemKey:
        """A new key pair.  Raises `InvalidRequest` for a set that isn't one of `PARAMETER_SETS`."""
        return cls._of_pair(parameter_set, _of_set(parameter_set).generate())

    @classmethod
    def of_seed(cls, seed: bytes, parameter_set: str) -> MlKemKey:
        """The key pair of a seed: FIPS 203's `d` and `z`, 32 bytes each.  Raises `InvalidRequest`."""
        kind = _of_set(parameter_set)
        if len(seed) != SEED_BYTES:
            raise InvalidRequest(f"the seed of an ML-KEM key has {SEED_BYTES} bytes, and this one has {len(seed)}")
        return cls._of_pair(parameter_set, kind.from_seed_bytes(seed))

    @classmethod
    def of_private(cls, pkcs8: bytes) -> MlKemKey:
        """The key pair of a private key in PKCS#8, with its seed.  Raises `InvalidRequest`."""
        try:
            private = serialization.load_der_private_key(pkcs8, None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise InvalidRequest("it is no ML-KEM private key in PKCS#8 with its seed") from error
        for parameter_set, kind in _PRIVATE.items():
            if isinstance(private, kind):
                return cls._of_pair(parameter_set, private)
        raise InvalidRequest("it is a private key, but none of ML-KEM-768 or ML-KEM-1024")

    @classmethod
    def of_public(cls, spki: bytes) -> MlKemKey:
        """The public key in a SubjectPublicKeyInfo.  Raises `InvalidRequest`."""
        try:
            public = serialization.load_der_public_key(spki)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise InvalidRequest("it is no ML-KEM public key") from error
        for parameter_set, kind in _PUBLIC.items():
            if isinstance(public, kind):
                return cls(parameter_set, public)
        raise InvalidRequest("it is a public key, but none of ML-KEM-768 or ML-KEM-1024")

    @classmethod
    def _of_pair(cls, parameter_set: str, private: _Private) -> MlKemKey:
        return cls(parameter_set, private.public_key(), private)

    @property
    def seed(self) -> bytes | None:
        """The 64 bytes that the private key comes from."""
        return self._private.private_bytes_raw() if self._private else None

    @property
    def private(self) -> bytes | None:
        """The private key in PKCS#8, which holds the seed."""
        if self._private is None:
            return None
        return self._private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def public(self) -> bytes:
        """The public key as a SubjectPublicKeyInfo."""
        return self._public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    @property
    def raw_public(self) -> bytes:
        """The public key's own bytes: 1184 or 1568."""
        return self._public.public_bytes_raw()

    def encapsulate(self) -> tuple[bytes, bytes]:
        """A new shared secret of 32 bytes, and the ciphertext that tells it to the private key."""
        return self._public.encapsulate()

    def decapsulate(self, ciphertext: bytes) -> bytes:
        """The shared secret of a ciphertext.

        An altered ciphertext of the right length gives another secret and no error, as FIPS 203 has it: only using the
        secret shows it.

        Raises: `InvalidRequest` for another length, and without a private key.
        """
        if self._private is None:
            raise InvalidRequest("there is only the public key, which can't decapsulate")
        try:
            return self._private.decapsulate(ciphertext)
        except ValueError as error:
            raise InvalidRequest(f"it is no ciphertext of ML-KEM-{self.parameter_set}") from error


def _of_set(parameter_set: str) -> type[_Private]:
    if parameter_set not in _PRIVATE:
        raise InvalidRequest(f"the parameter sets of ML-KEM are {', '.join(PARAMETER_SETS)}")
    return _PRIVATE[parameter_set]
