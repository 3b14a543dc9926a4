"""Signatures by ML-DSA: small as post-quantum ones go, and made in a millisecond.

A private key is kept as its seed of 32 bytes, which is also all that its PKCS#8 form holds.

Source: FIPS 204; RFC 9881 for the encodings
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import mldsa

from strongroom.crypto.post_quantum import message as signed_message
from strongroom.lib.errors import InvalidRequest

SEED_BYTES = 32
MU_BYTES = 64

_Private = mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey
_Public = mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey
_PRIVATE: dict[str, type[_Private]] = {
    "44": mldsa.MLDSA44PrivateKey,
    "65": mldsa.MLDSA65PrivateKey,
    "87": mldsa.MLDSA87PrivateKey,
}
_PUBLIC: dict[str, type[_Public]] = {
    "44": mldsa.MLDSA44PublicKey,
    "65": mldsa.MLDSA65PublicKey,
    "87": mldsa.MLDSA87PublicKey,
}
PARAMETER_SETS = tuple(_PRIVATE)


@dataclass(frozen=True, slots=True, eq=False)
class MlDsaKey:
    """A key pair, or a public key alone."""

    parameter_set: str
    _public: _Public = field(repr=False)
    _private: _Private | None = field(repr=False, default=None)

    @classmethod
    def generate(cls, parameter_set: str) -> MlDsaKey:
        """A new key pair.  Raises `InvalidRequest` for a set that isn't one of `PARAMETER_SETS`."""
        return cls._of_pair(parameter_set, _of_set(parameter_set).generate())

    @classmethod
    def of_seed(cls, seed: bytes, parameter_set: str) -> MlDsaKey:
        """The key pair of a 32-byte seed.  Raises `InvalidRequest`."""
        kind = _of_set(parameter_set)
        if len(seed) != SEED_BYTES:
            raise InvalidRequest(f"the seed of an ML-DSA key has {SEED_BYTES} bytes, and this one has {len(seed)}")
        return cls._of_pair(parameter_set, kind.from_seed_bytes(seed))

    @classmethod
    def of_private(cls, pkcs8: bytes) -> MlDsaKey:
        """The key pair of a private key in PKCS#8, with its seed.

        Raises: `InvalidRequest`, also for a key that has only the expanded form: a seed can't be had from that.
        """
        try:
            private = serialization.load_der_private_key(pkcs8, None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise InvalidRequest("it is no ML-DSA private key in PKCS#8 with its seed") from error
        for parameter_set, kind in _PRIVATE.items():
            if isinstance(private, kind):
                return cls._of_pair(parameter_set, private)
        raise InvalidRequest("it is a private key, but none of ML-DSA")

    @classmethod
    def of_public(cls, spki: bytes) -> MlDsaKey:
        """The public key in a SubjectPublicKeyInfo.  Raises `InvalidRequest`."""
        try:
            public = serialization.load_der_public_key(spki)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise InvalidRequest("it is no ML-DSA public key") from error
        for parameter_set, kind in _PUBLIC.items():
            if isinstance(public, kind):
                return cls(parameter_set, public)
        raise InvalidRequest("it is a public key, but none of ML-DSA")

    @classmethod
    def _of_pair(cls, parameter_set: str, private: _Private) -> MlDsaKey:
        return cls(parameter_set, private.public_key(), private)

    @property
    def seed(self) -> bytes | None:
        """The 32 bytes that the private key comes from."""
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
        """The public key's own bytes: 1312, 1952 or 2592."""
        return self._public.public_bytes_raw()

    def signer(self) -> _Private:
        """What signs certificate requests.  Raises `InvalidRequest` for a public key."""
        return self._signer()

    def sign(self, message: bytes, context: bytes = b"") -> bytes:
        """Sign a message.  Raises `InvalidRequest` without a private key, and for a context over 255 bytes."""
        signed_message.check_context(context)
        return self._signer().sign(message, context)

    def verify(self, signature: bytes, message: bytes, context: bytes = b"") -> bool:
        """Whether `sign` made the signature.  Raises `InvalidRequest` for a context over 255 bytes."""
        signed_message.check_context(context)
        try:
            self._public.verify(signature, message, context)
        except InvalidSignature:
            return False
        return True

    def sign_mu(self, mu: bytes) -> bytes:
        """Sign what the holder of the message reduced it to: `verify` accepts the signature for that message.

        Args:
            mu: 64 bytes, with message, context and public key in them.

        Raises: `InvalidRequest` for another length, and without a private key.
        """
        return self._signer().sign_mu(_checked(mu))

    def verify_mu(self, signature: bytes, mu: bytes) -> bool:
        """Whether the signature is one over `mu`.  Raises `InvalidRequest` for another length than 64 bytes."""
        try:
            self._public.verify_mu(signature, _checked(mu))
        except InvalidSignature:
            return False
        return True

    def sign_digest(self, digest: bytes, algorithm: str, context: bytes = b"") -> bytes:
        """Sign a digest by HashML-DSA, which `verify` takes for no signature of the message.

        Raises: `InvalidRequest` for a hash outside `PREHASHES`, a digest of another length, a context over 255 bytes,
            and without a private key.

        Source: FIPS 204, section 5.4.1
        """
        return self.sign_mu(self._mu_of_digest(digest, algorithm, context))

    def verify_digest(self, signature: bytes, digest: bytes, algorithm: str, context: bytes = b"") -> bool:
        """Whether `sign_digest` made the signature.  Raises `InvalidRequest` as that does."""
        return self.verify_mu(signature, self._mu_of_digest(digest, algorithm, context))

    def _mu_of_digest(self, digest: bytes, algorithm: str, context: bytes) -> bytes:
        return signed_message.mu(self.raw_public, signed_message.of_digest(digest, algorithm, context))

    def _signer(self) -> _Private:
        if self._private is None:
            raise InvalidRequest("there is only the public key, which can't sign")
        return self._private


def _of_set(parameter_set: str) -> type[_Private]:
    if parameter_set not in _PRIVATE:
        raise InvalidRequest(f"the parameter sets of ML-DSA are {', '.join(PARAMETER_SETS)}")
    return _PRIVATE[parameter_set]


def _checked(mu: bytes) -> bytes:
    if len(mu) != MU_BYTES:
        raise InvalidRequest(f"an external mu of ML-DSA has {MU_BYTES} bytes, and this one has {len(mu)}")
    return mu
