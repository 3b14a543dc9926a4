"""Signs what stands in several pieces, so that a long list is never copied to be signed.

Source: RFC 4055, RFC 5758, RFC 8410 for the names of algorithms
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from strongroom.crypto import der_values
from strongroom.lib.errors import InvalidRequest

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_HASH_IDS = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_RSA = {"sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}
_ECDSA = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"
_ED25519 = "1.3.101.112"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, and how it signs.

    Args:
        hashed: the hash function; empty for Ed25519, which has its own. pss: for RSA keys: the newer padding.
    """

    key: PrivateKey = field(repr=False)
    hashed: str = ""
    pss: bool = False

    @property
    def algorithm(self) -> bytes:
        """The AlgorithmIdentifier of its signatures, in DER."""
        match self.key:
            case rsa.RSAPrivateKey() if self.pss:
                return der_values.sequence((der_values.identifier(_PSS), _pss_parameters(self.hashed)))
            case rsa.RSAPrivateKey():
                return der_values.sequence((der_values.identifier(_RSA[self.hashed]), der_values.NULL))
            case ec.EllipticCurvePrivateKey():
                return der_values.sequence((der_values.identifier(_ECDSA[self.hashed]),))
            case ed25519.Ed25519PrivateKey():
                return der_values.sequence((der_values.identifier(_ED25519),))

    def sign(self, pieces: Iterable[bytes]) -> bytes:
        """The signature over the pieces as if they were one.

        It takes a millisecond for each megabyte, and some for RSA, without the interpreter's lock.
        """
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(b"".join(pieces))  # it reads everything twice
        hashing = hashlib.new(self.hashed)
        for piece in pieces:
            hashing.update(piece)
        algorithm = _HASHES[self.hashed]
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(hashing.digest(), ec.ECDSA(Prehashed(algorithm)))
        how: padding.AsymmetricPadding = padding.PKCS1v15()
        if self.pss:
            how = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
        return self.key.sign(hashing.digest(), how, Prehashed(algorithm))


def _pss_parameters(hashed: str) -> bytes:
    """RSASSA-PSS-params, with a salt as long as the digest.  Source: RFC 4055, section 3.1"""
    hash_ = der_values.sequence((der_values.identifier(_HASH_IDS[hashed]), der_values.NULL))
    mask = der_values.sequence((der_values.identifier(_MGF1), hash_))
    salt = der_values.integer(_HASHES[hashed].digest_size)
    return der_values.sequence(
        (der_values.explicit(0, hash_), der_values.explicit(1, mask), der_values.explicit(2, salt))
    )


def _usual_hash(key: PrivateKey) -> str:
    """The hash function for a key whose signature algorithm nobody has chosen."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {384: "sha384", 521: "sha512"}.get(key.curve.key_size, "sha256")
    return "" if isinstance(key, ed25519.Ed25519PrivateKey) else "sha256"


def signer(key: object, algorithm: str = "") -> Signer:
    """The signer of a key.

    Args:
        key: a private key as the library has it.
        algorithm: as `revocation_signature_algorithm` names it, in any case, with or without hyphens; empty for what
            is usual for the key.

    Raises: `InvalidRequest` for a key, or an algorithm that keys of its type don't have.
    """
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        raise InvalidRequest("keys of this type sign no lists")
    name = algorithm.lower().replace("-", "").replace("_", "")
    if not name:
        return Signer(key, _usual_hash(key))
    hashed = next((each for each in _HASHES if each in name), "")
    fits = {
        rsa.RSAPrivateKey: bool(hashed) and "rsa" in name,
        ec.EllipticCurvePrivateKey: bool(hashed) and name.startswith("ecdsa"),
        ed25519.Ed25519PrivateKey: "ed25519" in name,
    }
    if not any(is_fit and isinstance(key, type_) for type_, is_fit in fits.items()):
        raise InvalidRequest(f"keys of this type don't sign with {algorithm[:64]}")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return Signer(key)
    return Signer(key, hashed, pss=isinstance(key, rsa.RSAPrivateKey) and "pss" in name)
