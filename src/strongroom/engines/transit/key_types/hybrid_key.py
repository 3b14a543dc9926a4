"""A pair of keys that sign together: ML-DSA and one on an elliptic curve.

Both signatures have to verify, so the pair is as safe as the stronger of the two.  No standard and no other server says
how such a signature is formed.  Here both keys sign the message behind a prefix that names the pair: neither signature
can be taken for one of its key alone, or of another pair.
"""

from __future__ import annotations

import struct

import msgspec

from strongroom.crypto.asymmetric.ecdsa import EcdsaKey
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.post_quantum import MlDsaKey
from strongroom.lib.errors import Internal

_DOMAIN = b"strongroom transit hybrid v1\0"
_LENGTH = struct.Struct(">I")
_HASHES = {"P-256": "sha2-256", "P-384": "sha2-384", "P-521": "sha2-512"}


class HybridKey(msgspec.Struct, frozen=True):
    """An ML-DSA key and an ECDSA or Ed25519 key: both pairs, or both public."""

    pqc: MlDsaKey
    ec: EcdsaKey | Ed25519Key

    @property
    def names(self) -> str:
        """Both algorithms, as in `ml-dsa-65+ecdsa-p384`."""
        ec = "ed25519" if isinstance(self.ec, Ed25519Key) else f"ecdsa-{self.ec.curve.name.lower().replace('-', '')}"
        return f"ml-dsa-{self.pqc.parameter_set}+{ec}"

    @property
    def private(self) -> bytes | None:
        """Both pairs as PKCS#8 in DER, joined; None for public keys."""
        pqc, ec = self.pqc.private, self.ec.private
        return None if pqc is None or ec is None else joined(pqc, ec)

    @property
    def public(self) -> bytes:
        """Both public keys as SubjectPublicKeyInfo in DER, joined."""
        return joined(self.pqc.public, self.ec.public)

    def sign(self, message: bytes) -> bytes:
        """Both signatures, joined.  Raises `InvalidRequest` for public keys."""
        signed = self._signed(message)
        if isinstance(self.ec, Ed25519Key):
            return joined(self.pqc.sign(signed), self.ec.sign(signed))
        return joined(self.pqc.sign(signed), self.ec.sign(signed, _HASHES[self.ec.curve.name]))

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether `sign` made the signature: whether both signatures in it verify."""
        parts = parted(signature)
        if parts is None:
            return False
        pqc, ec = parts
        signed = self._signed(message)
        if isinstance(self.ec, Ed25519Key):
            return self.pqc.verify(pqc, signed) and self.ec.verify(signed, ec)
        return self.pqc.verify(pqc, signed) and self.ec.verify(signed, ec, _HASHES[self.ec.curve.name])

    def _signed(self, message: bytes) -> bytes:
        names = self.names.encode("ascii")
        return _DOMAIN + bytes((len(names),)) + names + message

    def __repr__(self) -> str:
        return f"HybridKey({self.names})"


def joined(pqc: bytes, ec: bytes) -> bytes:
    """Both parts: the length of the first in four bytes, the first, the second."""
    return _LENGTH.pack(len(pqc)) + pqc + ec


def parted(both: bytes) -> tuple[bytes, bytes] | None:
    """The parts of what `joined` made; None for what it can't have made."""
    if len(both) < _LENGTH.size:
        return None
    end = _LENGTH.size + _LENGTH.unpack_from(both)[0]
    return (both[_LENGTH.size : end], both[end:]) if end <= len(both) else None


def stored_parts(both: bytes) -> tuple[bytes, bytes]:
    """The parts of a stored form.  Raises `Internal` for what is none."""
    parts = parted(both)
    if parts is None:
        raise Internal(detail="a version of a hybrid transit key holds no two keys")
    return parts
