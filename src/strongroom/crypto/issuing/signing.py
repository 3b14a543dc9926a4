"""How an issuer signs: the hash function and padding that go with its key.

Source: RFC 5280, section 4.1.1.2; RFC 4055; RFC 8410
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.crypto.revocation_lists.signers import Signer

_HASHES: Final[dict[int, hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    256: hashes.SHA256(),
    384: hashes.SHA384(),
    512: hashes.SHA512(),
}
_OF_CURVES: Final = {224: 256, 256: 256, 384: 384, 521: 512}
SIGNATURE_BITS: Final = tuple(_HASHES)


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a key signs."""

    hash: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None
    padding: padding.PSS | padding.PKCS1v15 | None

    def signer(self, key: PrivateKey) -> Signer:
        """What signs by it with a key of the type that it is for."""
        hashed = self.hash.name if self.hash is not None else ""
        return Signer(key.loaded, hashed, pss=isinstance(self.padding, padding.PSS))

    @property
    def name(self) -> str:
        """As Go calls it: `SHA256WithRSA`."""
        if self.hash is None:
            return "PureEd25519"
        digest = self.hash.name.upper()
        if self.padding is None:
            return f"ECDSAWith{digest}"
        return f"{digest}WithRSA" + ("PSS" if isinstance(self.padding, padding.PSS) else "")


def scheme(key: PrivateKey, signature_bits: int = 0, *, pss: bool = False) -> Scheme:
    """How a key signs.

    Args:
        signature_bits: of the hash function; 0 for SHA-256, or what goes with the curve.  Only RSA has a choice.
        pss: whether an RSA key signs with PSS instead of PKCS #1 v1.5.
    """
    match key.type:
        case "rsa":
            chosen = _HASHES[signature_bits or 256]
            pad = padding.PSS(padding.MGF1(chosen), padding.PSS.DIGEST_LENGTH) if pss else padding.PKCS1v15()
            return Scheme(chosen, pad)
        case "ec":
            return Scheme(_HASHES[_OF_CURVES[key.bits]], None)
    return Scheme(None, None)
