"""Keys of transit, put together as the backups that the API gives: with all versions and settings."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from typing import Final

import msgspec

from strongroom.importing.inventory import Document, Found, Kind, SourceFault, Stage, Vanished
from strongroom.importing.stopped.content.place import Mount, Place


class _Shown(msgspec.Struct):
    """What the API shows of a key, as far as it is stored under the same name."""

    latest_version: int = 0
    min_decryption_version: int = 0
    min_encryption_version: int = 0
    derived: bool = False
    exportable: bool = False
    allow_plaintext_backup: bool = False
    deletion_allowed: bool = False


_NO_ARCHIVE: Final = b'{"keys":null}'


def survey(place: Place, mount: Mount) -> Iterator[Found]:
    """The keys of a mount."""
    for name in place.names(f"{mount.rows}policy/"):
        load = partial(_load, place, mount, name)
        yield from place.found((Kind.TRANSIT, mount.path, f"keys/{name}"), Stage.SETTINGS, mount.engine, load)


def _load(place: Place, mount: Mount, name: str) -> Document:
    policy = place.content(f"{mount.rows}policy/{name}")
    try:
        archive = place.content(f"{mount.rows}archive/{name}")
    except Vanished:
        archive = _NO_ARCHIVE
    try:
        shown = msgspec.json.decode(policy, type=_Shown)
    except msgspec.DecodeError:
        raise SourceFault(f"the key {name} has another form than is known") from None
    # Put together as texts: numbers of RSA keys are longer than those that most programs can read.
    backup = b'{"policy":' + policy.strip() + b',"archived_keys":' + archive.strip() + b"}"
    return Document(
        f"{mount.path}restore/{name}",
        {"backup": b64encode(backup).decode()},
        read_path=f"{mount.path}keys/{name}",
        shown={**msgspec.structs.asdict(shown), "min_decryption_version": max(1, shown.min_decryption_version)},
        creates_only=True,
    )
