"""Reads exports of Bitwarden and Vaultwarden in JSON, not encrypted (p).

Source: https://bitwarden.com/help/condition-bitwarden-import/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from strongroom.client import values
from strongroom.importing.files.secrets import FileSecret, UnreadableFile, path_of

_PARTS: Final = ("login", "card", "identity", "sshKey")
"""Where an item of each type keeps what is its own."""
_PASSKEYS: Final = "fido2Credentials"
_NO_PASSKEYS: Final = "a passkey belongs to the program that made it"
_LINKED: Final = 3
"""The type of a field that only shows another one."""


def read(text: str) -> Iterator[FileSecret]:
    """The items of an export.  Raises `UnreadableFile`."""
    try:
        document = values.decode(text)
    except ValueError:
        raise UnreadableFile("it isn't JSON") from None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        if isinstance(document, dict) and document.get("encrypted"):
            raise UnreadableFile("it is encrypted: export it as .json, not as .json (Encrypted)")
        raise UnreadableFile("it is no export of Bitwarden: it has no items")
    if document.get("encrypted"):
        raise UnreadableFile("it is encrypted: export it as .json, not as .json (Encrypted)")
    folders = _names(document.get("folders")) | _names(document.get("collections"))
    for item in document["items"]:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise UnreadableFile("it has an item without a name")
        yield _secret(item, folders)


def _names(folders: Any) -> dict[str, str]:
    listed = folders if isinstance(folders, list) else []
    return {str(each.get("id")): str(each.get("name") or "") for each in listed if isinstance(each, dict)}


def _secret(item: Mapping[str, Any], folders: Mapping[str, str]) -> FileSecret:
    data: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    for part in _PARTS:
        own = item.get(part)
        for name, value in own.items() if isinstance(own, dict) else ():
            if name == _PASSKEYS:
                left_out.update({"passkeys": _NO_PASSKEYS} if value else {})
            elif name == "uris":
                data.update({"uris": uris} if (uris := _uris(value)) else {})
            elif value not in (None, ""):
                data[name] = value
    if item.get("notes"):
        data["notes"] = item["notes"]
    fields = item.get("fields")
    for each in fields if isinstance(fields, list) else ():
        if isinstance(each, dict) and str(each.get("type")) != str(_LINKED):
            _add(data, str(each.get("name") or "field"), each.get("value"))
    collections = item.get("collectionIds")
    first = collections[0] if isinstance(collections, list) and collections else None
    folder = folders.get(str(item.get("folderId")), folders.get(str(first), ""))
    return FileSecret(path_of(folder, str(item["name"])), data, left_out)


def _uris(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else []
    return [str(each["uri"]) for each in listed if isinstance(each, dict) and each.get("uri")]


def _add(data: dict[str, Any], name: str, value: Any) -> None:
    """Add a field that somebody has named, beside another one of that name."""
    number, free = 1, name
    while free in data:
        number += 1
        free = f"{name} ({number})"
    data[free] = value
