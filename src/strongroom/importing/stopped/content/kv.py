"""Secrets of kv, both versions, with all that is stored of their history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from strongroom.client import values
from strongroom.client.durations import go_text
from strongroom.importing.inventory import Document, Found, Kind, SourceFault, Stage, Vanished, Version, VersionedSecret
from strongroom.importing.stopped.content.place import Mount, Place
from strongroom.importing.stopped.encoding.protobuf import Malformed, Message

_SECOND_NS: Final = 10**9


def survey_plain(place: Place, mount: Mount) -> Iterator[Found]:
    """The secrets of a mount without versions."""
    for path in place.names(mount.rows):
        load = partial(_plain, place, mount, path)
        yield from place.found((Kind.KV, mount.path, path), Stage.CONTENT, mount.engine, load)


def _plain(place: Place, mount: Mount, path: str) -> Document:
    return Document(f"{mount.path}{path}", _data(place.content(f"{mount.rows}{path}")), exact=True)


def survey_versioned(place: Place, mount: Mount) -> Iterator[Found]:
    """The settings of a mount with versions, and its secrets.

    Names are encrypted in keys, so each row of metadata is opened here for the name in it.
    """
    rows = _rows(mount)
    try:
        settings = place.message(f"{rows}config")
    except Vanished:
        pass  # a mount whose settings nobody has changed has no row of them
    else:
        load = partial(_settings, mount, settings)
        yield from place.found((Kind.CONFIG, mount.path, "config"), Stage.SETTINGS, mount.engine, load)
    for row in place.names(f"{rows}metadata/"):
        key = f"{rows}metadata/{row}"
        path = place.message(key).text(1)
        load_secret = partial(_versioned, place, mount, key)
        yield from place.found((Kind.KV, mount.path, path), Stage.CONTENT, mount.engine, load_secret)


def _rows(mount: Mount) -> str:
    """The prefix of the rows of a mount with versions, which begins with a second id of the mount."""
    own = mount.entry.get("backend_aware_uuid")
    return f"{mount.rows}{own}/" if own else mount.rows


def _settings(mount: Mount, stored: Message) -> Document:
    body: dict[str, Any] = {"max_versions": stored.number(1), "cas_required": bool(stored.number(2))}
    if stored.duration_s(3):
        body["delete_version_after"] = go_text(stored.duration_s(3) * _SECOND_NS)
    return Document(f"{mount.path}config", body)


def _versioned(place: Place, mount: Mount, key: str) -> VersionedSecret:
    stored = place.message(key)
    try:
        versions = sorted((entry.number(1), entry.message(2)) for entry in stored.messages(2))
        path = stored.text(1)
        settings: dict[str, Any] = {
            "max_versions": stored.number(7),
            "cas_required": bool(stored.number(8)),
            "delete_version_after": go_text(stored.duration_s(9) * _SECOND_NS),
            "custom_metadata": stored.strings(10),
        }
        return VersionedSecret(
            mount.path,
            path,
            settings,
            current_version=stored.number(3),
            oldest_version=stored.number(4),
            created_time=stored.time(5),
            updated_time=stored.time(6),
            versions=_versions(place, mount, path, versions),
        )
    except Malformed as error:
        raise SourceFault(f"{place.prefix}{key}: {error}") from None


def _versions(place: Place, mount: Mount, path: str, versions: list[tuple[int, Message]]) -> Iterator[Version]:
    rows = _rows(mount)
    salt = place.content(f"{rows}salt")
    for number, stored in versions:
        destroyed = bool(stored.number(3))
        name = hashlib.sha256(salt + f"{path}|{number}".encode()).hexdigest()
        data = None if destroyed else place.message(f"{rows}versions/{name[:3]}/{name[3:]}").content(1)
        yield Version(
            number,
            stored.time(1),
            stored.time(2),
            destroyed=destroyed,
            data=None if data is None else _data(data),
        )


def _data(content: bytes) -> Any:
    try:
        return values.decode(content)
    except ValueError:
        # The text of such an error may quote the secret.
        raise SourceFault("a secret isn't JSON") from None
