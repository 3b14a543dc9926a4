"""Secrets of kv, both versions: found by walking the folders, loaded with all that can be read of their history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from strongroom.importing.inventory import (
    Document,
    Found,
    Kind,
    Lack,
    SourceFault,
    Stage,
    Vanished,
    Version,
    VersionedSecret,
)
from strongroom.importing.vault.reading import MOST_PATH, TOO_DEEP, Place, found

_SETTINGS = ("max_versions", "cas_required", "delete_version_after", "custom_metadata", "metadata_cas_required")
_DELETED = "it is deleted, and the API shows no data of a version that isn't undeleted first; it comes as destroyed"


def survey(place: Place, mount: str, engine: str) -> Iterator[Found]:
    """The secrets of a mount.

    Args:
        mount: with the slash at its end.
        engine: `kv-1` or `kv-2`.
    """
    versioned = engine == "kv-2"
    lists = f"{mount}metadata/" if versioned else mount
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            names, _ = place.listed(f"{lists}{folder}")
        except SourceFault as error:
            yield place.unseen(Kind.KV, mount, folder, error)
            continue
        for name in names:
            path = f"{folder}{name}"
            if name.endswith("/"):
                if len(path) <= MOST_PATH:
                    folders.append(path)
                else:
                    yield Found(place.name(Kind.KV, mount, path), reason=TOO_DEEP)
                continue
            load = partial(_versioned if versioned else _plain, place, mount, path)
            yield found(place, place.name(Kind.KV, mount, path), Stage.CONTENT, engine, load)


def _plain(place: Place, mount: str, path: str) -> Document:
    return Document(f"{mount}{path}", place.data(f"{mount}{path}"), exact=True)


def _versioned(place: Place, mount: str, path: str) -> VersionedSecret:
    metadata = place.data(f"{mount}metadata/{path}")
    shown: dict[str, Any] = metadata.get("versions") or {}
    numbers = sorted(map(int, shown))
    now = datetime.now(UTC)
    deleted = [n for n in numbers if not shown[str(n)].get("destroyed") and _past(shown[str(n)], now)]

    def versions() -> Iterator[Version]:
        for number in numbers:
            version = shown[str(number)]
            gone = bool(version.get("destroyed")) or number in deleted
            yield Version(
                number,
                str(version["created_time"]),
                str(version.get("deletion_time") or ""),
                destroyed=gone,
                data=None if gone else _data(place, f"{mount}data/{path}", number),
            )

    return VersionedSecret(
        mount,
        path,
        {name: metadata[name] for name in _SETTINGS if metadata.get(name) is not None},
        current_version=int(metadata.get("current_version") or 0),
        oldest_version=int(metadata.get("oldest_version") or 0),
        created_time=str(metadata.get("created_time") or ""),
        updated_time=str(metadata.get("updated_time") or ""),
        versions=versions(),
        lacks=tuple(Lack(f"data of version {n}", _DELETED) for n in deleted),
    )


def _past(version: dict[str, Any], now: datetime) -> bool:
    """Whether a version is deleted by now, or has deleted itself."""
    deletion = str(version.get("deletion_time") or "")
    return bool(deletion) and datetime.fromisoformat(deletion) <= now


def _data(place: Place, path: str, number: int) -> Any:
    try:
        answer = place.data(path, (("version", str(number)),))
    except Vanished:
        raise SourceFault(f"version {number} was removed while the secret was read") from None
    metadata = answer.get("metadata") or {}
    if answer.get("data") is None and metadata.get("deletion_time") and _past(metadata, datetime.now(UTC)):
        raise SourceFault(f"version {number} was deleted while the secret was read")
    return answer.get("data")
