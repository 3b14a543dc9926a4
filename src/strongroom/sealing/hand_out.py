"""Key shares on their way to those who are to keep them."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import msgspec

from strongroom.lib.secret import Secret
from strongroom.sealing import pgp


class HandedOut(msgspec.Struct, frozen=True):
    """Shares as an answer shows them: once, and to whoever asked."""

    keys: tuple[Secret, ...]
    """The shares, or, with PGP keys, base64 of the shares encrypted to them."""
    fingerprints: tuple[str, ...] = ()
    """Of the PGP keys, in the order of the shares."""

    def hexadecimal(self) -> list[str]:
        """The shares in hexadecimal."""
        if self.fingerprints:
            return [base64.b64decode(key.reveal()).hex() for key in self.keys]
        return [key.reveal().hex() for key in self.keys]

    def base64(self) -> list[str]:
        """The shares in base64."""
        if self.fingerprints:
            return [key.reveal().decode() for key in self.keys]
        return [base64.b64encode(key.reveal()).decode() for key in self.keys]


def hand_out(shares: Sequence[Secret], pgp_keys: Sequence[str]) -> HandedOut:
    """Encrypt each share to its PGP key, if there are any.  Raises `InvalidRequest` for a key that can't be used."""
    if not pgp_keys:
        return HandedOut(tuple(shares))
    # As Vault does: what is encrypted is the share's hexadecimal text.
    sealed = [pgp.encrypt(key, share.reveal().hex()) for key, share in zip(pgp_keys, shares, strict=True)]
    return HandedOut(tuple(Secret(text.encode()) for text, _ in sealed), tuple(print_ for _, print_ in sealed))
