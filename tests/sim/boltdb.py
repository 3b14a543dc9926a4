"""Writes BoltDB files: one bucket with rows, in as many levels of pages as it takes.

Made from the description of the format alone, as the reader is; that both agree with the library is shown by files of
the reference server.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

PAGE = 4096
_BRANCH, _LEAF, _META, _FREELIST = 1, 2, 4, 16
Element = tuple[bytes, bytes]


def _fnv(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def meta(number: int, *, root: int, pages: int, transaction: int) -> bytes:
    """A page with the description of the file."""
    body = struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, PAGE, 0, root, 0, 2, pages, transaction)
    page = struct.pack("<QHHI", number, _META, 0, 0) + body + struct.pack("<Q", _fnv(body))
    return page.ljust(PAGE, b"\0")


def leaf(number: int, rows: Sequence[Element], flags: int = 0) -> bytes:
    """A leaf, with as many further pages as it needs."""
    head, content = b"", b""
    for index, (key, value) in enumerate(rows):
        offset = (len(rows) - index) * 16 + len(content)
        head += struct.pack("<IIII", flags, offset, len(key), len(value))
        content += key + value
    return _page(number, _LEAF, len(rows), head + content)


def branch(number: int, children: Sequence[tuple[bytes, int]]) -> bytes:
    """A branch to other pages."""
    head, content = b"", b""
    for index, (key, page) in enumerate(children):
        offset = (len(children) - index) * 16 + len(content)
        head += struct.pack("<IIQ", offset, len(key), page)
        content += key
    return _page(number, _BRANCH, len(children), head + content)


def _page(number: int, kind: int, count: int, body: bytes) -> bytes:
    size = 16 + len(body)
    further = (size - 1) // PAGE
    return (struct.pack("<QHHI", number, kind, count, further) + body).ljust((1 + further) * PAGE, b"\0")


def database(bucket: bytes, rows: Mapping[bytes, bytes], *, on_a_leaf: int = 8) -> bytes:
    """A whole file with one bucket.

    Args:
        on_a_leaf: how many rows stand on a leaf, and how many pages below a branch.
    """
    pages: list[bytes] = []
    at = 3

    def add(page: bytes) -> None:
        nonlocal at
        pages.append(page)
        at += len(page) // PAGE

    ordered = sorted(rows.items())
    level: list[tuple[bytes, int]] = []
    for start in range(0, max(1, len(ordered)), on_a_leaf):
        part = ordered[start : start + on_a_leaf]
        level.append((part[0][0] if part else b"", at))
        add(leaf(at, part))
    while len(level) > 1:
        below = [level[start : start + on_a_leaf] for start in range(0, len(level), on_a_leaf)]
        level = []
        for children in below:
            level.append((children[0][0], at))
            add(branch(at, children))
    root = at
    add(leaf(root, [(bucket, struct.pack("<QQ", level[0][1], 0))], flags=1))
    older = meta(0, root=root, pages=at, transaction=7)
    newer = meta(1, root=root, pages=at, transaction=8)
    return older + newer + _page(2, _FREELIST, 0, b"") + b"".join(pages)
