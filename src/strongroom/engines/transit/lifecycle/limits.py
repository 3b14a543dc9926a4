"""The lowest versions that may be used, and trimming (p).

Source: https://openbao.org/api-docs/secret/transit/#update-key-configuration
https://openbao.org/api-docs/secret/transit/#trim-key
"""

from __future__ import annotations

from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import replace

FORCED_TO_1 = "since Vault 0.3 (prior to the OpenBao fork), transit key numbering starts at 1; forcing minimum to 1"


def with_minimums(key: KeyRecord, decryption: int | None, encryption: int | None) -> tuple[KeyRecord, list[str]]:
    """The key with other minimum versions, and warnings.

    Args:
        decryption, encryption: the minimum versions; None leaves one as it is.  For encryption, 0 is the latest.

    Raises: `InvalidRequest` for versions that the key doesn't have, and for a minimum for encryption below the other.
    """
    warnings = [FORCED_TO_1] if decryption == 0 else []
    if decryption is not None:
        decryption = _checked(key, "decryption", decryption) or 1
    if encryption is not None:
        _checked(key, "encryption", encryption)
    changed = replace(
        key,
        min_decryption_version=key.min_decryption_version if decryption is None else decryption,
        min_encryption_version=key.min_encryption_version if encryption is None else encryption,
    )
    low, high = changed.min_decryption_version, changed.min_encryption_version
    if 0 < high < low:
        raise InvalidRequest(
            f"cannot set min encryption/decryption values; min encryption version of {high} must be greater than or "
            f"equal to min decryption version of {low}"
        )
    for what, value in (("decryption", low), ("encryption", high)):
        if value < key.min_available_version:
            raise InvalidRequest(f"min {what} version should not be less than min available version")
    return changed, warnings


def trimmed(key: KeyRecord, available: int) -> KeyRecord:
    """The key without its versions below `available`.

    Only versions may go that neither decrypt nor encrypt any more, and both minimums have to be set, so that nobody
    loses data by one request.

    Raises: `InvalidRequest`.
    """
    if available < key.min_available_version:
        raise InvalidRequest("minimum available version cannot be decremented")
    if key.min_encryption_version == 0:
        raise InvalidRequest("minimum available version cannot be set when minimum encryption version is not set")
    if available == 0:
        raise InvalidRequest("minimum available version should be positive")
    for what in ("encryption", "decryption"):
        if available > getattr(key, f"min_{what}_version"):
            raise InvalidRequest(f"minimum available version cannot be greater than minimum {what} version")
    return replace(key, min_available_version=available)


def _checked(key: KeyRecord, what: str, version: int) -> int:
    if version < 0:
        raise InvalidRequest(f"min {what} version cannot be negative")
    if version > key.latest_version:
        raise InvalidRequest(f"cannot set min {what} version of {version}, latest key version is {key.latest_version}")
    return version
