"""Signatures by SLH-DSA, which rest on nothing but a hash: large, and slow to make.

The package `pqcrypto` computes them.  It holds the interpreter lock meanwhile, from 12 ms (`sha2-128f`) to 1.7 s
(`shake-192s`) for a signature, so the caller does it in another process.

Source: FIPS 205; RFC 9909 for the encodings
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, field
from typing import Any

from strongroom.crypto.post_quantum import slh_dsa_encoding as encoding
from strongroom.crypto.post_quantum.message import check_context
from strongroom.crypto.post_quantum.slh_dsa_encoding import PARAMETER_SETS
from strongroom.lib.errors import Internal, InvalidRequest
from strongroom.lib.extras import requirements

__all__ = ["PARAMETER_SETS", "SlhDsaKey", "has_slh_dsa", "require_slh_dsa"]


@dataclass(frozen=True, slots=True, eq=False)
class SlhDsaKey:
    """A key pair, or a public key alone."""

    parameter_set: str
    raw_public: bytes = field(repr=False)
    raw_private: bytes | None = field(repr=False, default=None)

    @classmethod
    def generate(cls, parameter_set: str) -> SlhDsaKey:
        """A new key pair.  Raises `InvalidRequest` for an unknown set, and where the package is missing."""
        public, private = _algorithm(parameter_set).keygen()
        return cls(parameter_set, bytes(public), bytes(private))

    @classmethod
    def of_private(cls, pkcs8: bytes) -> SlhDsaKey:
        """The key pair of a private key in PKCS#8.

        Whether its halves belong together only signing shows: `check_halves`.

        Raises: `InvalidRequest`.
        """
        parameter_set, private = encoding.private_of(pkcs8)
        return cls(parameter_set, private[len(private) // 2 :], private)

    @classmethod
    def of_public(cls, spki: bytes) -> SlhDsaKey:
        """The public key in a SubjectPublicKeyInfo.  Raises `InvalidRequest`."""
        return cls(*encoding.public_of(spki))

    @property
    def private(self) -> bytes | None:
        """The private key in PKCS#8."""
        return encoding.pkcs8(self.parameter_set, self.raw_private) if self.raw_private else None

    @property
    def public(self) -> bytes:
        """The public key as a SubjectPublicKeyInfo."""
        return encoding.spki(self.parameter_set, self.raw_public)

    def check_halves(self) -> None:
        """Raise `InvalidRequest` unless the private key's halves belong together.  This takes as long as signing.

        It is for private keys from outside, once.
        """
        try:
            self.sign(b"")
        except Internal as error:
            raise InvalidRequest("the halves of the SLH-DSA private key don't belong together") from error

    def sign(self, message: bytes, context: bytes = b"") -> bytes:
        """Sign a message.  This takes up to seconds, and holds the interpreter lock.

        Raises:
            InvalidRequest: the key has no private part, the context is over 255 bytes, or the package is missing.
            Internal: the own public key refuses the signature.  The key's halves don't belong together, or a fault
                occurred; whoever gets such a signature may be able to forge others, so it isn't given out.
        """
        check_context(context)
        if self.raw_private is None:
            raise InvalidRequest("there is only the public key, which can't sign")
        signature = bytes(_algorithm(self.parameter_set).sign(self.raw_private, message, context))
        if not self.verify(signature, message, context):
            raise Internal("an SLH-DSA key made a signature that its public key refuses")
        return signature

    def verify(self, signature: bytes, message: bytes, context: bytes = b"") -> bool:
        """Whether `sign` made the signature.

        Raises: `InvalidRequest` for a context over 255 bytes, and where the package is missing.
        """
        check_context(context)
        algorithm = _algorithm(self.parameter_set)
        if len(signature) != algorithm.SIGNATURE_SIZE:
            return False
        try:
            algorithm.verify(self.raw_public, message, signature, context)
        except importlib.import_module("pqcrypto").InvalidSignatureError:
            return False
        return True


def has_slh_dsa() -> bool:
    """Whether SLH-DSA can be computed here."""
    return importlib.util.find_spec("pqcrypto") is not None


def require_slh_dsa() -> None:
    """Raise `InvalidRequest` naming the package when SLH-DSA can't be computed here."""
    if not has_slh_dsa():
        raise InvalidRequest(
            f"SLH-DSA needs a package that isn't installed on the server: pip install {requirements('pqc')}"
        )


def _algorithm(parameter_set: str) -> Any:
    """What the package has for a parameter set.  Raises `InvalidRequest` for another set, and without the package."""
    encoding.check_set(parameter_set)
    require_slh_dsa()
    return getattr(importlib.import_module("pqcrypto.sign"), parameter_set.replace("-", "_"))
