"""Rows of the engine `totp`.

===============  ============  ============================================================
below the mount  record        what
===============  ============  ============================================================
`key/<name>`     `TotpKey`     a key, and how its codes are made
`used/<name>`    `UsedCodes`   which codes of the key have counted, as long as they could again
===============  ============  ============================================================

What was used has a row of its own, so that it outlives a key that is written again or deleted.
"""

from __future__ import annotations

from strongroom.sdk import SecretRecord


class TotpKey(SecretRecord, frozen=True, tag="totp-key"):
    """A key, and how its codes are made.  Source: RFC 6238."""

    key: bytes
    issuer: str = ""
    account_name: str = ""
    algorithm: str = "SHA1"
    digits: int = 6
    period_s: int = 30
    skew: int = 1
    """How many periods before and after the present one a code is taken from."""

    def __repr__(self) -> str:
        return "TotpKey(…)"


class UsedCodes(SecretRecord, frozen=True, tag="totp-used-codes"):
    """The codes of a key that have counted."""

    key_digest: bytes
    """Of the key and what its codes depend on: those of another key are others."""
    steps: tuple[int, ...]
    """The numbers of their periods."""
    floor: int
    """Codes of earlier periods are forgotten, and never count, even if a clock goes back."""

    def __repr__(self) -> str:
        return "UsedCodes(…)"
