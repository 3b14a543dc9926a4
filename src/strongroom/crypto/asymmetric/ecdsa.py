"""Keys on the curves P-256, P-384 and P-521, which sign.

Source: FIPS 186-5, section 6; RFC 5480
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature

from strongroom.crypto.asymmetric import key_files
from strongroom.crypto.asymmetric.hash_algorithms import algorithm_of
from strongroom.lib.errors import InvalidRequest

ASN1: Final = "asn1"
JWS: Final = "jws"


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve, and what is as long as its order."""

    name: str
    curve: ec.EllipticCurve
    scalar_bytes: int
    hash: hashes.SHA256 | hashes.SHA384 | hashes.SHA512
    """The hash that is as strong as the curve.  Source: RFC 7518, section 3.4."""


P256: Final = Curve("P-256", ec.SECP256R1(), 32, hashes.SHA256())
P384: Final = Curve("P-384", ec.SECP384R1(), 48, hashes.SHA384())
P521: Final = Curve("P-521", ec.SECP521R1(), 66, hashes.SHA512())
CURVES: Final[Mapping[str, Curve]] = {curve.name: curve for curve in (P256, P384, P521)}
_BY_SECG_NAME: Final = {curve.curve.name: curve for curve in CURVES.values()}


class EcdsaKey:
    """A key on one of the three curves: a pair, or the public half."""

    __slots__ = ("_private", "_public", "curve")

    def __init__(self, public: ec.EllipticCurvePublicKey, private: ec.EllipticCurvePrivateKey | None = None) -> None:
        curve = _BY_SECG_NAME.get(public.curve.name)
        if curve is None:
            raise InvalidRequest(f"keys on the curve {public.curve.name} aren't accepted: only on {', '.join(CURVES)}")
        self._public, self._private, self.curve = public, private, curve

    def __repr__(self) -> str:
        return f"EcdsaKey({self.curve.name}, {'pair' if self._private else 'public'})"

    @classmethod
    def generate(cls, curve: Curve = P256) -> EcdsaKey:
        """Make a pair.  It takes 0.2 ms at most."""
        private = ec.generate_private_key(curve.curve)
        return cls(private.public_key(), private)

    @classmethod
    def of_private(cls, pkcs8_der: bytes) -> EcdsaKey:
        """Read a pair.  Raises `InvalidRequest` if it is no key on one of the curves, in PKCS #8."""
        private = key_files.read_private(pkcs8_der)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise InvalidRequest("it is no EC key")
        return cls(private.public_key(), private)

    @classmethod
    def of_public(cls, spki_der: bytes) -> EcdsaKey:
        """Read a public key.  Raises `InvalidRequest` if it is no point on one of the curves."""
        public = key_files.read_public(spki_der)
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise InvalidRequest("it is no EC key")
        return cls(public)

    @property
    def private(self) -> bytes | None:
        """The pair as PKCS #8 DER; None for a public key."""
        return None if self._private is None else key_files.pkcs8(self._private)

    @property
    def public(self) -> bytes:
        """The public key as SubjectPublicKeyInfo DER."""
        return key_files.spki(self._public)

    def signer(self) -> ec.EllipticCurvePrivateKey:
        """What signs certificate requests.  Raises `InvalidRequest` for a public key."""
        if self._private is None:
            raise InvalidRequest("the key has no private half")
        return self._private

    def sign(
        self, data: bytes, hash_name: str | None = "sha2-256", *, prehashed: bool = False, marshaling: str = ASN1
    ) -> bytes:
        """The signature.

        Args:
            data: the message, or the digest if `prehashed`: of any hash, whatever `hash_name` says.
            marshaling: `asn1` for DER, `jws` for r and s one after the other, each as long as the curve's order.

        Raises:
            InvalidRequest: the hash or the marshaling isn't known, the digest is empty or too long, or the key is a
                public one.
        """
        _check_marshaling(marshaling)
        own = self.signer()
        signed, algorithm = self._signed(data, hash_name, prehashed)
        signature = own.sign(signed, algorithm)
        return signature if marshaling == ASN1 else raw_of_der(signature, self.curve)

    def verify(
        self,
        data: bytes,
        signature: bytes,
        hash_name: str | None = "sha2-256",
        *,
        prehashed: bool = False,
        marshaling: str = ASN1,
    ) -> bool:
        """Whether the signature is the key's.  The arguments are those of `sign`.

        Raises:
            InvalidRequest: the options aren't known.  No signature raises anything.
        """
        _check_marshaling(marshaling)
        signed, algorithm = self._signed(data, hash_name, prehashed)
        try:
            encoded = signature if marshaling == ASN1 else der_of_raw(signature, self.curve)
            self._public.verify(encoded, signed, algorithm)
        except (InvalidSignature, ValueError):
            return False
        return True

    def shared_secret(self, peer: EcdsaKey) -> bytes:
        """The x coordinate of the point that both have: see `ecdh.agree`, which checks."""
        return self.signer().exchange(ec.ECDH(), peer._public)

    def _signed(self, data: bytes, hash_name: str | None, prehashed: bool) -> tuple[bytes, ec.ECDSA]:
        if not prehashed:
            return data, ec.ECDSA(algorithm_of(hash_name))
        return _digest(data, self.curve), ec.ECDSA(Prehashed(self.curve.hash))


def raw_of_der(signature: bytes, curve: Curve) -> bytes:
    """r and s one after the other.  Raises `ValueError` for what is no signature in DER.  Source: RFC 7518, 3.4."""
    r, s = decode_dss_signature(signature)
    try:
        return r.to_bytes(curve.scalar_bytes, "big") + s.to_bytes(curve.scalar_bytes, "big")
    except OverflowError as error:
        raise ValueError("the signature isn't of this curve") from error


def der_of_raw(signature: bytes, curve: Curve) -> bytes:
    """The signature in DER.  Raises `ValueError` unless it is twice as long as the curve's order."""
    size = curve.scalar_bytes
    if len(signature) != 2 * size:
        raise ValueError(f"a signature of {curve.name} has {2 * size} bytes")
    return encode_dss_signature(int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big"))


def _digest(digest: bytes, curve: Curve) -> bytes:
    """The same number, as long as the digest that is signed with this curve.

    ECDSA takes the leftmost bits of a digest, as many as the order has, as a number.  So zeros before a shorter one
    change nothing, nor does what is cut off a longer one.  Source: FIPS 186-5, section 6.4.1, step 2.
    """
    size = curve.hash.digest_size
    if not digest:
        raise InvalidRequest("the prehashed input is empty")
    if len(digest) > size and curve.scalar_bytes > size:
        raise InvalidRequest(f"the prehashed input has {len(digest)} bytes, and a key on {curve.name} takes {size}")
    return digest[:size].rjust(size, b"\0")


def _check_marshaling(name: str) -> None:
    if name not in (ASN1, JWS):
        raise InvalidRequest(f'invalid marshaling type "{name}": it can be {ASN1} or {JWS}')
