"""The pages of a BoltDB file (p).

A file is an array of pages.  A page begins with its number, its kind, how many elements it has and how many further
pages belong to it.  The first two pages are copies of the file's description; the valid one with the higher
transaction number counts.

Source: https://github.com/etcd-io/bbolt, the comments of `page.go`, `bucket.go` and `db.go` on the layout.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

from strongroom.importing.stopped.rows import UnreadableStore

HEADER = struct.Struct("<QHHI")
"""A page's number, kind, number of elements, and number of further pages that belong to it."""
_META = struct.Struct("<IIIIQQQQQQ")
_BRANCH = struct.Struct("<IIQ")
_LEAF = struct.Struct("<IIII")
_BUCKET = struct.Struct("<QQ")

BRANCH, LEAF, META = 1, 2, 4
_MAGIC, _VERSION = 0xED0CDAED, 2
_IS_BUCKET = 1
LEAST_PAGE_BYTES, MOST_PAGE_BYTES = 1024, 1024 << 15
"""Of a page: what the library looks for when the first description is damaged."""


@dataclass(frozen=True, slots=True)
class Meta:
    """The file's description.

    Attributes:
        page_bytes: the size of a page.
        root: the page where the bucket of buckets begins.
        pages: how many pages the file had at the last commit.
        transaction: the number of the last commit.
    """

    page_bytes: int
    root: int
    pages: int
    transaction: int


@dataclass(frozen=True, slots=True)
class Child:
    """An element of a branch: the first key below a page, and the page's number."""

    key: bytes
    page: int


@dataclass(frozen=True, slots=True)
class Item:
    """An element of a leaf."""

    key: bytes
    value: bytes
    is_bucket: bool


def meta(page: bytes) -> Meta | None:
    """The description in a page; None if it is none, or damaged.

    Raises: `UnreadableStore` for a whole description of another version of the format.
    """
    if len(page) < HEADER.size + _META.size:
        return None
    found = _META.unpack_from(page, HEADER.size)
    magic, version, page_bytes, _, root, _, _, pages, transaction, checksum = found
    if magic != _MAGIC or checksum != _fnv(page[HEADER.size : HEADER.size + _META.size - 8]):
        return None
    if version != _VERSION:
        raise UnreadableStore(f"the file has version {version} of BoltDB's format; only {_VERSION} can be read")
    if page_bytes & (page_bytes - 1) or not LEAST_PAGE_BYTES <= page_bytes <= MOST_PAGE_BYTES:
        return None
    return Meta(page_bytes, root, pages, transaction)


def _fnv(data: bytes) -> int:
    """The 64-bit FNV-1a hash.  Source: draft-eastlake-fnv."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def children(page: bytes) -> list[Child]:
    """The elements of a branch, whose keys ascend.  Raises `UnreadableStore`."""
    _, kind, count, _ = HEADER.unpack_from(page)
    if not kind & BRANCH or not count:
        raise UnreadableStore("the file is damaged: a branch has no elements")
    found = []
    for index in range(count):
        at = HEADER.size + index * _BRANCH.size
        offset, length, number = _unpack(_BRANCH, page, at)
        found.append(Child(_slice(page, at + offset, length), number))
    _check_order([each.key for each in found])
    return found


def items(page: bytes) -> list[Item]:
    """The elements of a leaf, whose keys ascend.  Raises `UnreadableStore`."""
    _, kind, count, _ = HEADER.unpack_from(page)
    if not kind & LEAF:
        raise UnreadableStore("the file is damaged: a page is neither branch nor leaf")
    found = []
    for index in range(count):
        at = HEADER.size + index * _LEAF.size
        flags, offset, key_bytes, value_bytes = _unpack(_LEAF, page, at)
        key = _slice(page, at + offset, key_bytes)
        value = _slice(page, at + offset + key_bytes, value_bytes)
        found.append(Item(key, value, bool(flags & _IS_BUCKET)))
    _check_order([each.key for each in found])
    return found


def bucket(value: bytes) -> tuple[int, bytes]:
    """The root page of a bucket, or 0 and the page that stands in the value itself.  Raises `UnreadableStore`."""
    root, _ = _unpack(_BUCKET, value, 0)
    inline = value[_BUCKET.size :]
    if not root and len(inline) < HEADER.size:
        raise UnreadableStore("the file is damaged: a bucket is cut off")
    return root, inline


def _unpack(form: struct.Struct, page: bytes, at: int) -> tuple[int, ...]:
    if at + form.size > len(page):
        raise UnreadableStore("the file is damaged: a page's elements go beyond its end")
    return form.unpack_from(page, at)


def _slice(page: bytes, at: int, length: int) -> bytes:
    if at + length > len(page):
        raise UnreadableStore("the file is damaged: an element goes beyond its page")
    return page[at : at + length]


def _check_order(keys: list[bytes]) -> None:
    if any(left >= right for left, right in pairwise(keys)):
        raise UnreadableStore("the file is damaged: the keys of a page don't ascend")
