"""Reads JSON: a file is one secret, or has a secret for each path (p)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from strongroom.client import values
from strongroom.importing.files.secrets import FileSecret, UnreadableFile


def read(text: str) -> dict[str, Any]:
    """The fields of a file that is one secret.  Raises `UnreadableFile`."""
    try:
        found = values.decode(text)
    except ValueError:
        # The text of such an error may quote the file.
        raise UnreadableFile("it isn't JSON") from None
    if not isinstance(found, dict):
        raise UnreadableFile("it isn't a JSON object")
    return found


def read_tree(text: str) -> Iterator[FileSecret]:
    """The secrets of a file that is an object with a path for each.  Raises `UnreadableFile`."""
    for path, data in read(text).items():
        if not isinstance(data, dict):
            raise UnreadableFile(f"what it has for {path!r} isn't a JSON object, and so no secret")
        if not path.strip("/"):
            raise UnreadableFile("it has a secret without a path")
        yield FileSecret(path.strip("/"), data)
