"""Which versions an export names (p)."""

from __future__ import annotations

from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.lib.errors import InvalidRequest

LATEST = "latest"
_MOST_DIGITS = 10


def exported_versions(key: KeyRecord, version: str) -> list[int]:
    """The versions that a path names: all if it is empty.  Raises `InvalidRequest` for what no version has.

    What may decrypt no longer, isn't exported either.
    """
    first = max(1, key.min_decryption_version, key.min_available_version)
    if not version:
        return list(range(first, key.latest_version + 1))
    if version == LATEST:
        return [key.latest_version]
    if not version.isascii() or not version.isdigit() or len(version) > _MOST_DIGITS:
        raise InvalidRequest("invalid key version")
    number = int(version)
    if not first <= number <= key.latest_version:
        raise InvalidRequest("version does not exist or cannot be found")
    return [number]
