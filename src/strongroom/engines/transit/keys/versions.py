"""Which versions of a key may be used for what (p)."""

from __future__ import annotations

from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.refusals import Code, Refused

TOO_OLD = "ciphertext or signature version is disallowed by policy (too old)"


def to_make(key: KeyRecord, asked: int, purpose: str = "encryption") -> int:
    """The version that encrypts, signs or authenticates.

    Args:
        asked: the version that the client wants; 0 for the latest.
        purpose: `encryption`, `signing`, `HMAC` or `CMAC`, for errors.

    Raises: `Refused` for a version that the key doesn't have, or that may make nothing new.
    """
    if asked == 0:
        return key.latest_version
    if asked < 0:
        raise Refused(Code.INVALID_VERSION, f"requested version for {purpose} is negative")
    if asked > key.latest_version:
        raise Refused(Code.INVALID_VERSION, f"requested version for {purpose} is higher than the latest key version")
    if asked < max(key.min_encryption_version, key.min_decryption_version, key.min_available_version):
        raise Refused(
            Code.INVALID_VERSION, f"requested version for {purpose} is less than the minimum encryption key version"
        )
    return asked


def to_check(key: KeyRecord, number: int, what: str) -> int:
    """The version that decrypts or verifies what it has made.

    Args:
        what: `ciphertext`, `signature`, `HMAC` or `CMAC`.

    Raises: `Refused` for a version that the key doesn't have, or that may not be used any more.
    """
    number = number or 1  # the first ciphertexts of Vault had no number
    if number > key.latest_version:
        raise Refused(Code.VERSION_TOO_NEW, f"invalid {what}: version is too new")
    if number < max(key.min_decryption_version, key.min_available_version):
        raise Refused(Code.VERSION_TOO_OLD, TOO_OLD)
    return number
