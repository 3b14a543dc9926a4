"""Cells as items of a table (pure).

| attribute | |
|---|---|
| `p` | the partition: the first segment of the name |
| `k` | the sort key: the rest of the name, of which a long one is cut |
| `v` | the value |
| `n` | the version |
| `w` | of the cell that a transaction depends on: the names of its other cells, joined by NUL |
| `f` | the rest of the name, where it was cut |

A sort key has 1,024 bytes at the most, and names are longer.  Of a long one the key is its beginning, the last of all
characters and a digest.  So long names with the same beginning stand together, where they belong among all others: what
follows the beginning in an uncut name is fewer bytes, and so before it.  Among them they have no order.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from strongroom.lib.errors import StorageError
from strongroom.storage.conditional.cells import Cell
from strongroom.storage.dynamodb.messages import Item
from strongroom.storage.keys import below

PARTITION: Final = "p"
SORT: Final = "k"
VALUE: Final = "v"
VERSION: Final = "n"
OTHERS: Final = "w"
FULL: Final = "f"

ITEM_BYTES: Final = 400 * 1024
CUT_BYTES: Final = 900
"""A longer rest of a name is cut here, at the end of a character."""
_CUT: Final = "\U0010ffff"
_NO_REST: Final = "/"
"""The sort key of a name that is one segment: a key can't be empty, and no rest of a name begins so."""
_FIRST: Final = "\x01"
"""Before all texts without a NUL."""
_AFTER_DIGESTS: Final = "g"

Range = tuple[str, str, str]
"""A partition, and the first and the last sort key in it; the last is empty for no end."""


def key_of(name: str) -> dict[str, Any]:
    """The key of a cell's item."""
    kind, rest = _split(name)
    return {PARTITION: {"S": kind}, SORT: {"S": _sort_key(rest)}}


def item_of(name: str, value: bytes, version: int, others: Iterable[str] = ()) -> dict[str, Any]:
    """The item of a cell.

    Args:
        others: the names of the other cells of the transaction, if it depends on this one.
    """
    item = {**key_of(name), VALUE: {"B": value}, VERSION: {"N": str(version)}}
    _, rest = _split(name)
    if len(rest.encode()) > CUT_BYTES:
        item[FULL] = {"S": rest}
    if joined := "\0".join(others).encode():
        item[OTHERS] = {"B": joined}
    return item


def cell_of(item: Item) -> Cell:
    """The cell in an item.  Raises `StorageError` for none."""
    value, version = item.get(VALUE), item.get(VERSION)
    if value is None or value.binary is None or version is None or not version.number.isdecimal():
        raise _malformed()
    return Cell(value.binary, int(version.number))


def name_of(item: Item) -> str:
    """The name of an item's cell.  Raises `StorageError` for none."""
    kind, key, full = item.get(PARTITION), item.get(SORT), item.get(FULL)
    if kind is None or key is None or not kind.text or not key.text:
        raise _malformed()
    rest = full.text if full is not None else key.text
    return kind.text if rest == _NO_REST else f"{kind.text}/{rest}"


def others_of(item: Item) -> list[str]:
    """The names of the other cells of the transaction that depended on this one.  Raises `StorageError`."""
    found = item.get(OTHERS)
    if found is None:
        return []
    try:
        return (found.binary or b"").decode().split("\0")
    except UnicodeDecodeError as error:
        raise _malformed() from error


def range_of(start: str, prefix: str) -> Range:
    """Where the names from `start` on are that are below `prefix`.  Some others are there, too."""
    kind, rest = _split(start)
    last_kind, last = _split(below(prefix))
    high = ""
    if last_kind == kind:
        beginning = _beginning(last)
        high = last if beginning == last else beginning + _CUT + _AFTER_DIGESTS
    return kind, _beginning(rest) or _FIRST, high


def is_cut(key: Item) -> bool:
    """Whether the name of a key was cut, so that the order of the ones around it isn't that of names."""
    return len(key[SORT].text.encode()) > CUT_BYTES


def _split(name: str) -> tuple[str, str]:
    kind, _, rest = name.partition("/")
    return kind, rest


def _sort_key(rest: str) -> str:
    beginning = _beginning(rest)
    if beginning == rest:
        return rest or _NO_REST
    return beginning + _CUT + hashlib.sha256(rest.encode()).hexdigest()


def _beginning(rest: str) -> str:
    """As much of a text as a sort key may have of it."""
    return rest.encode()[:CUT_BYTES].decode(errors="ignore")


def _malformed() -> StorageError:
    return StorageError("the store failed", detail="an item of the table can't be read: it was altered")
