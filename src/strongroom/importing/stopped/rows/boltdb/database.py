"""A BoltDB file, open for reading."""

from __future__ import annotations

import fcntl
import os
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from strongroom.importing.stopped.rows import VALUE_BYTES, UnreadableStore
from strongroom.importing.stopped.rows.boltdb import pages
from strongroom.importing.stopped.rows.boltdb.pages import HEADER, Item, Meta

_DEPTH: Final = 40
"""Of a tree.  Each level has at least two children, so a whole file of 2^40 pages isn't deeper."""


class Database:
    """A BoltDB file, which nothing writes to meanwhile.

    Args:
        path: the file.

    Raises: `UnreadableStore` if it is no such file, is damaged, or is open in a running server.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise UnreadableStore(f"{path}: {error.strerror}") from error
        try:
            self._lock()
            self._bytes = os.fstat(self._file).st_size
            self._meta = self._description()
        except BaseException:
            os.close(self._file)
            raise

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _lock(self) -> None:
        try:
            # The library holds an exclusive lock of this kind for as long as it has the file open.
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UnreadableStore(f"{self._name} is open in another process: stop the server first") from error

    def _description(self) -> Meta:
        sizes = [pages.LEAST_PAGE_BYTES << power for power in range(16)]
        # The second copy begins where the first page ends, and the size of a page is in the first copy.
        found = [each for at in (0, *sizes) if (each := pages.meta(self._read(at, 128))) is not None]
        if not found:
            raise UnreadableStore(f"{self._name} is no BoltDB file, or both descriptions in it are damaged")
        return max(found, key=lambda each: each.transaction)

    def _read(self, at: int, length: int) -> bytes:
        try:
            return os.pread(self._file, length, at)
        except OSError as error:
            raise UnreadableStore(f"{self._name} can't be read: {error.strerror}") from error

    def _page(self, number: int) -> bytes:
        """A page with the further ones that belong to it."""
        size = self._meta.page_bytes
        if not 2 <= number < self._meta.pages:
            raise UnreadableStore(f"{self._name} is damaged: page {number} isn't in the file")
        # A description can name more pages than a file can have, and their places are no numbers for a system call.
        header = self._read(number * size, HEADER.size) if number * size < self._bytes else b""
        if len(header) < HEADER.size:
            raise UnreadableStore(f"{self._name} is cut off at page {number}")
        own, _, _, further = HEADER.unpack(header)
        length = (1 + further) * size
        if own != number or number + further >= self._meta.pages or length > VALUE_BYTES + 2 * size:
            raise UnreadableStore(f"{self._name} is damaged at page {number}")
        page = self._read(number * size, length)
        if len(page) < length:
            raise UnreadableStore(f"{self._name} is cut off at page {number}")
        return page

    def _visits(self) -> Iterator[int]:
        """One for each page that there can be."""
        return iter(range(min(self._meta.pages, self._bytes // self._meta.page_bytes + 1)))

    def _root(self, bucket: bytes) -> bytes:
        for item in self._from(self._page(self._meta.root), bucket, self._visits()):
            if item.key != bucket or not item.is_bucket:
                break
            number, inline = pages.bucket(item.value)
            return self._page(number) if number else inline
        raise UnreadableStore(f"{self._name} has no bucket {bucket.decode(errors='replace')!r}: it is another file")

    def items(self, bucket: bytes, start: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """The keys and values of a bucket, ascending, from `start` on.  Raises `UnreadableStore`."""
        last: bytes | None = None
        # Each page is visited once at the most: more visits are a circle, or pages that several branches share.
        visits = self._visits()
        for item in self._from(self._root(bucket), start, visits):
            if last is not None and item.key <= last:
                raise UnreadableStore(f"{self._name} is damaged: its keys don't ascend")
            last = item.key
            if not item.is_bucket:
                yield item.key, item.value

    def _from(self, page: bytes, start: bytes, visits: Iterator[int], depth: int = 0) -> Iterator[Item]:
        """The items of a tree, from the first with a key not below `start` on."""
        if depth > _DEPTH or next(visits, None) is None:
            raise UnreadableStore(f"{self._name} is damaged: its pages form a circle")
        _, kind, _, _ = HEADER.unpack_from(page)
        if not kind & pages.BRANCH:
            yield from (item for item in pages.items(page) if item.key >= start)
            return
        children = pages.children(page)
        first = max(0, bisect_right([child.key for child in children], start) - 1)
        for index, child in enumerate(children[first:]):
            yield from self._from(self._page(child.page), b"" if index else start, visits, depth + 1)
