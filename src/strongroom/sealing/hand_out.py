"""Key shares for their future holders."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import msgspec

from strongroom.lib.secret import Secret
from strongroom.sealing import pgp


class HandedOut(msgspec.Struct, frozen=True):
    """Shares for a response.  They are shown once, to the client that asked."""

    keys: tuple[Secret, ...]
    """The shares; with PGP keys, base64 of the encrypted shares."""
    fingerprints: tuple[str, ...] = ()
    """Fingerprints of the PGP keys, in the order of the shares."""

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
    """Encrypt each share to its PGP key, if keys were given.  Raises `InvalidRequest` for an unusable key."""
    if not pgp_keys:
        return HandedOut(tuple(shares))
    # The share's hexadecimal text is encrypted, as in Vault.
    sealed = [pgp.encrypt(key, share.reveal().hex()) for key, share in zip(pgp_keys, shares, strict=True)]
    return HandedOut(tuple(Secret(text.encode()) for text, _ in sealed), tuple(print_ for _, print_ in sealed))
