"""The key/value engine: two versions of one type, told apart by the mount's options."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.engines.kv import search
from strongroom.engines.kv.paths_config import ConfigPaths
from strongroom.engines.kv.paths_data import DataPaths
from strongroom.engines.kv.paths_due import DuePaths
from strongroom.engines.kv.paths_import import ImportPaths
from strongroom.engines.kv.paths_metadata import MetadataPaths
from strongroom.engines.kv.paths_secret import SecretPaths
from strongroom.engines.kv.paths_stray import StrayPaths
from strongroom.engines.kv.paths_versions import VersionsPaths
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Engine, Searchable, View

_VERSIONS = frozenset({"", "1", "2"})


class _Kv(Engine):
    type = "kv"
    changes_others = False

    def check_options(self, options: dict[str, str]) -> dict[str, str]:
        """Raises `InvalidRequest` for a version that doesn't exist."""
        if options.get("version", "") not in _VERSIONS:
            raise InvalidRequest(f'nil backend of type "{self.type}" returned from factory')
        return options


class KvEngine(SecretPaths, _Kv):
    """Stores secrets under names; as version 1, without versions.

    Args:
        random: where the key that names are encrypted under comes from.
    """

    def __init__(self, random: Random | None = None) -> None:
        self._versioned = VersionedKvEngine(random or SystemRandom())

    def variant(self, options: Mapping[str, str]) -> Engine:
        """The engine for the mount's `version`: 1 (also when none is given) or 2."""
        return self._versioned if options.get("version") == "2" else self

    async def searchable(self, view: View, after: str, limit: int) -> list[Searchable]:
        """The secrets, by name."""
        return await search.plain(view, after, limit)


class VersionedKvEngine(DataPaths, VersionsPaths, MetadataPaths, ConfigPaths, ImportPaths, DuePaths, StrayPaths, _Kv):
    """Version 2: every write makes a version, and old ones can be read, deleted and brought back."""

    # These paths return the names and more, so a rule that denies the names denies them too.
    # What denies writing a secret, or its settings, denies storing it with its history.
    synonyms = {
        "detailed-metadata/{folder**}": ("metadata/{folder}",),
        "due": ("metadata/",),
        "import/{path*}": ("data/{path}", "metadata/{path}"),
    }
    listed_by = {"metadata/": ("data/", "metadata/"), "detailed-metadata/": ("data/", "metadata/")}

    def __init__(self, random: Random) -> None:
        self.random = random

    async def searchable(self, view: View, after: str, limit: int) -> list[Searchable]:
        """The secrets, with their custom metadata."""
        return await search.versioned(view, after, limit)
