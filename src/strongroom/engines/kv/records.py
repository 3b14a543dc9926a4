"""Rows of the key/value engine.

====================  ===================  ==================================================
below the mount       record               version
====================  ===================  ==================================================
`plain/<path>`        `PlainSecret`        1; names in clear
`names`               `NamesKey`           2; the key that names are encrypted under
`config`              `KvConfig`             2
`meta/<sealed>`       `Metadata`           2; one row per secret, its versions inside
`version/<sealed>/n`  `VersionData`        2; what was written as version `n`
====================  ===================  ==================================================
"""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Part, Record, SecretRecord


class PlainSecret(SecretRecord, frozen=True, tag="kv-plain"):
    """A secret without versions."""

    data: bytes
    """JSON, so that every digit of a number stays."""
    written_at: float
    """Seconds since the epoch; what version 1 was created at, should the mount become a versioned one."""

    def __repr__(self) -> str:
        return f"PlainSecret(<{len(self.data)} bytes>)"


class NamesKey(Record, frozen=True, tag="kv-names"):
    """What the names of a versioned mount are encrypted under."""

    key: bytes
    upgraded: bool = False
    """Whether the mount held secrets without versions when it became a versioned one."""

    def __repr__(self) -> str:
        return f"NamesKey(upgraded={self.upgraded})"


class KvConfig(Record, frozen=True, tag="kv-config"):
    """What holds for every secret of a mount."""

    max_versions: int = 0
    cas_required: bool = False
    delete_version_after_s: int = 0
    """Negative: no version deletes itself, whatever its secret says."""
    metadata_cas_required: bool = False


class Version(Part, frozen=True):
    """One version, without its data.  Times in seconds since the epoch."""

    created_at: float
    deleted_at: float = 0.0
    """May lie in the future; 0 for never."""
    destroyed: bool = False


class Metadata(Record, frozen=True, tag="kv-metadata"):
    """What is known of a secret.  Times in seconds since the epoch."""

    limit_bytes: ClassVar[int] = 0  # it has as many versions as its owner wants

    created_at: float
    updated_at: float
    versions: dict[int, Version] = {}
    current_version: int = 0
    oldest_version: int = 0
    """0 as long as no version was dropped."""
    max_versions: int = 0
    cas_required: bool = False
    delete_version_after_s: int = 0
    custom_metadata: dict[str, str] = {}
    metadata_version: int = 0
    """How often the settings were written."""
    metadata_cas_required: bool = False


class VersionData(SecretRecord, frozen=True, tag="kv-version"):
    """What was written as one version."""

    data: bytes
    """JSON of an object, or null."""

    def __repr__(self) -> str:
        return f"VersionData(<{len(self.data)} bytes>)"
