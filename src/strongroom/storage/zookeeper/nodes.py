"""How cells are nodes (pure).

Each folder of cell names is a node directly below the store's path, named by a digest.  Its children are what the
folder has: `v` and a segment for a cell, `d` and a segment for a folder.  A node has few levels above it, so a cell
with a long name needs few bytes, and a listing is the children of one node.

A folder's node, and its `d` in the folder above, are there as long as something is in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import unquote

_CELL, _FOLDER = "v", "d"
# ZooKeeper takes no control characters, no surrogates, which also stand for what is outside of 16 bits, no private use.
_QUOTED = re.compile(r"[\x00-\x1f%\x7f-\x9f\ud800-\uf8ff\ufff0-\uffff\U00010000-\U0010ffff]")
LEAST_BYTES = 128
"""What a node adds to a transaction besides its name: the folder's digest, the access rights, lengths."""


class Nodes:
    """The nodes of one store.

    Args:
        path: of the store, without a `/` at its end.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def cell(self, name: str) -> str:
        """The node of a cell."""
        above, segment = split(name)
        return f"{self.folder(above)}/{_CELL}{_quoted(segment)}"

    def folder(self, folder: str) -> str:
        """The node of a folder, whose name is empty or ends in `/`."""
        return f"{self.path}/{hashlib.sha256(folder.encode()).hexdigest()[:32]}"

    def mark(self, folder: str) -> str:
        """The node of a folder in the folder above it."""
        above, segment = split(folder[:-1])
        return f"{self.folder(above)}/{_FOLDER}{_quoted(segment)}"


def split(name: str) -> tuple[str, str]:
    """The folder of a name, and its last segment."""
    above, slash, segment = name.rpartition("/")
    return above + slash, segment


def names_of(children: Iterable[str]) -> list[str]:
    """What a folder has, sorted by code point; folders end in `/`."""
    return sorted(unquote(child[1:]) + ("/" if child[0] == _FOLDER else "") for child in children)


def _quoted(segment: str) -> str:
    return _QUOTED.sub(lambda match: "".join(f"%{octet:02X}" for octet in match[0].encode()), segment)
