"""Reading and writing the rows of keys."""

from __future__ import annotations

from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion, TransitConfig
from strongroom.lib.errors import Internal, InvalidRequest
from strongroom.sdk import View

KEYS = "key/"
VERSIONS = "version/"
CONFIG = "config"

_NO_CONFIG = TransitConfig()


async def config_of(view: View) -> TransitConfig:
    """The settings of the mount."""
    return await view.read(CONFIG, TransitConfig) or _NO_CONFIG


async def key_of(view: View, name: str) -> KeyRecord | None:
    """A key's settings, or None."""
    return await view.read(KEYS + name, KeyRecord)


async def usable(view: View, name: str, unknown: str = "encryption key not found") -> KeyRecord:
    """The key that a request wants to use.

    Args:
        unknown: what is said if there is no key of that name.

    Raises: `InvalidRequest` if there is none, or if it was soft-deleted.
    """
    key = await key_of(view, name)
    if key is None:
        raise InvalidRequest(unknown)
    if key.soft_deleted:
        raise InvalidRequest("refusing to use soft-deleted key")
    return key


def version_row(key: KeyRecord, number: int) -> str:
    """Where the row of a version is, below the mount."""
    return versions_of(key.id) + f"{number:010d}"


def versions_of(key_id: str) -> str:
    """The folder of a key's versions, below the mount."""
    return f"{VERSIONS}{key_id}/"


async def version_of(view: View, key: KeyRecord, number: int) -> KeyVersion:
    """One of the versions that the key has.  Raises `Internal` if its row is missing."""
    version = await view.read(version_row(key, number), KeyVersion)
    if version is None:
        raise Internal(detail=f"version {number} of a transit key has no row")
    return version


def available(key: KeyRecord) -> range:
    """The numbers of the versions that were not trimmed."""
    return range(max(1, key.min_available_version), key.latest_version + 1)


def keep_config(view: View, config: TransitConfig) -> None:
    """Store the settings of the mount."""
    view.write(CONFIG, config)


def keep_key(view: View, name: str, key: KeyRecord) -> None:
    """Store a key's settings."""
    view.write(KEYS + name, key)


def keep_version(view: View, key: KeyRecord, number: int, version: KeyVersion) -> None:
    """Store one version."""
    view.write(version_row(key, number), version)
