"""Secrets that two holders of keys on one curve have in common."""

from __future__ import annotations

from strongroom.crypto.asymmetric.ecdsa import EcdsaKey
from strongroom.lib.errors import InvalidRequest


def agree(own: EcdsaKey, peer: EcdsaKey) -> bytes:
    """The shared secret, as long as the curve's order.  It isn't uniform: a key is derived from it, by HKDF.

    That the peer's point lies on the curve was checked when it was read.

    Raises:
        InvalidRequest: the curves differ, or `own` is a public key.

    Source: NIST SP 800-56A, section 5.7.1.2.
    """
    if own.curve != peer.curve:
        raise InvalidRequest(f"the peer's public key is on {peer.curve.name}, and the base key on {own.curve.name}")
    return own.shared_secret(peer)
