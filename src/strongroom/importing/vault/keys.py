"""Keys of transit, which come as backups: with all versions and settings, so that ciphertexts stay good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from shlex import quote
from typing import Any

from strongroom.importing.inventory import Document, Found, Kind, SourceFault, Stage
from strongroom.importing.vault.reading import Place, found

_NEEDED = ("exportable", "allow_plaintext_backup")
_STAYS = "it may not leave without {missing}. If it may, set that on the other server, for good, and import again"
_ALLOW = "vault write {path}/config exportable=true allow_plaintext_backup=true"
_COMPARED = (
    "type",
    "latest_version",
    "min_available_version",
    "min_decryption_version",
    "min_encryption_version",
    "derived",
    "exportable",
    "allow_plaintext_backup",
    "deletion_allowed",
    "auto_rotate_period",
    "keys",
)


def survey(place: Place, mount: str, engine: str) -> Iterator[Found]:
    """The keys of a mount."""
    try:
        names, _ = place.listed(f"{mount}keys")
    except SourceFault as error:
        yield place.unseen(Kind.TRANSIT, mount, "keys", error)
        return
    for name in names:
        path = f"keys/{name}"
        whole = place.name(Kind.TRANSIT, mount, path)
        try:
            key = place.data(f"{mount}{path}")
        except SourceFault as error:
            if error.ends:
                raise
            yield Found(whole, Stage.SETTINGS, engine, reason=str(error))
            continue
        if missing := [option for option in _NEEDED if not key.get(option)]:
            reason = _STAYS.format(missing=" and ".join(missing))
            yield Found(
                whole, Stage.SETTINGS, engine, reason=reason, remedy=_ALLOW.format(path=quote(f"{mount}{path}"))
            )
        else:
            yield found(place, whole, Stage.SETTINGS, engine, partial(_load, place, mount, name, key))


def _load(place: Place, mount: str, name: str, key: Mapping[str, Any]) -> Document:
    backup = place.data(f"{mount}backup/{name}")
    return Document(
        f"{mount}restore/{name}",
        {"backup": backup.get("backup", "")},
        read_path=f"{mount}keys/{name}",
        shown={option: key[option] for option in _COMPARED if option in key},
        creates_only=True,
    )
