"""What is in a file: secrets with the paths that they get (p)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


class UnreadableFile(Exception):
    """A file isn't what it is said to be; the text says why, and holds no content."""


@dataclass(frozen=True, slots=True)
class FileSecret:
    """One secret of a file.

    Attributes:
        path: below the mount and the prefix that were asked for.
        left_out: what of it doesn't move, and why.
    """

    path: str
    data: Mapping[str, Any] = field(repr=False)
    left_out: Mapping[str, str] = field(default_factory=dict)


_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def path_of(*parts: str) -> str:
    """A path of the names of folders and an item, which people have written.

    A slash in a folder's name leads to a folder within; one in the name of an item (the last part) becomes a dash.
    Segments that no path can have are replaced.
    """
    *folders, name = parts
    segments = [each for folder in folders for each in folder.split("/") if each.strip()]
    return "/".join(map(_segment, [*segments, name.replace("/", "-")]))


def _segment(text: str) -> str:
    found = _CONTROLS.sub(" ", text).strip()
    return {"": "unnamed", ".": "dot", "..": "dots"}.get(found, found)


def unique(secrets: Iterator[FileSecret]) -> Iterator[FileSecret]:
    """The same secrets; of those with one path, the second one has ` (2)` at its end, and so on."""
    seen: dict[str, int] = {}
    for secret in secrets:
        number = seen[secret.path] = seen.get(secret.path, 0) + 1
        yield secret if number == 1 else FileSecret(f"{secret.path} ({number})", secret.data, secret.left_out)
