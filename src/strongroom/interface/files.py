"""Reads the built files of the web interface.

`make ui` builds them from `ui/`.  Each is kept compressed, as `NAME.gz` and, where that is smaller, as `NAME.br`.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from strongroom.interface.site import PAGE, File, Site, Variant

_PACKED: Final = ".gz"
_SMALLER: Final = ".br"
_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}


class Unbuilt(Exception):
    """The files aren't there; the text says how to make them."""


@functools.cache
def built() -> Site:
    """The interface of this release.  All of it is read now, so that no request waits for a disk.

    Raises: `Unbuilt`, and `OSError`.
    """
    return site_of(resources.files("strongroom.interface") / "files")


def site_of(root: Traversable) -> Site:
    """The interface whose files are in a folder.

    Raises: `Unbuilt`, `OSError`; `KeyError` for a file of a type that isn't known here.
    """
    files = {place: _file(place, variants) for place, variants in _found(root)} if root.is_dir() else {}
    if PAGE not in files:
        raise Unbuilt("the web interface's files are not in this installation (`make ui` builds them)")
    return Site(files)


def _found(folder: Traversable, below: str = "") -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """The place of each file, and its encodings."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _found(entry, f"{below}{entry.name}/")
        elif entry.name.endswith(_PACKED):
            name = entry.name.removesuffix(_PACKED)
            packed = entry.read_bytes()
            variants = {"": gzip.decompress(packed), "gzip": packed}
            smaller = folder / f"{name}{_SMALLER}"
            if smaller.is_file():
                variants["br"] = smaller.read_bytes()
            yield below + name, variants


def _file(place: str, variants: Mapping[str, bytes]) -> File:
    digest = hashlib.sha256(variants[""]).hexdigest()[:32]
    tagged = {name: Variant(body, f'"{digest}{name and "-" + name}"') for name, body in variants.items()}
    return File(_TYPES[place.rpartition(".")[2]], tagged)
