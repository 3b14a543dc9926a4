"""What a search finds of a mount: names and custom metadata, never values."""

from __future__ import annotations

from strongroom.engines.kv.names import names_of
from strongroom.engines.kv.records import Metadata, NamesKey
from strongroom.engines.kv.secrets import META, NAMES, PLAIN
from strongroom.sdk import Searchable, View

_SEALED, _PLAIN = "m/", "p/"
"""How a place begins: among the secrets with versions, which come first, or among those of before the mount had any."""


async def plain(view: View, after: str, limit: int) -> list[Searchable]:
    """The secrets of a mount without versions."""
    return [Searchable(name=name, at=name, paths=(name,)) for name in await view.scan(PLAIN, after, limit)]


async def versioned(view: View, after: str, limit: int) -> list[Searchable]:
    """The secrets of a mount with versions, in the order of their stored names."""
    key = await view.read(NAMES, NamesKey)
    found: list[Searchable] = []
    if key is not None and not after.startswith(_PLAIN):
        stored = await view.scan(META, after.removeprefix(_SEALED), limit)
        for sealed, name in zip(stored, names_of(key.key).open_paths("", stored), strict=True):
            metadata = await view.read(META + sealed, Metadata)
            if metadata is not None:
                found.append(_found(name, _SEALED + sealed, metadata.custom_metadata))
        if len(stored) == limit:
            return found
    if key is None or key.upgraded:
        begin = after.removeprefix(_PLAIN) if after.startswith(_PLAIN) else ""
        found += [_found(name, _PLAIN + name, {}) for name in await view.scan(PLAIN, begin, limit - len(found))]
    return found


def _found(name: str, at: str, metadata: dict[str, str]) -> Searchable:
    return Searchable(name=name, at=at, paths=(f"data/{name}", f"metadata/{name}"), metadata=metadata)
