"""Reads a snapshot from its beginning to its end, and checks every byte of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from strongroom.snapshot import archive, meta, rows, sums
from strongroom.snapshot.meta import Origin
from strongroom.snapshot.rows import Row
from strongroom.snapshot.stored import Damaged, Unpacking


@dataclass(frozen=True, slots=True)
class Whole:
    """A snapshot that was read to its end, and is as it was made."""

    origin: Origin
    listed: bytes
    """Its `SHA256SUMS`."""
    seal: bytes
    """Its `SHA256SUMS.sealed`."""

    @property
    def vouched(self) -> bool:
        """Whether an unsealed server made it."""
        return sums.is_vouched(self.seal)

    def is_vouched_by(self, key: bytes) -> bool:
        """Whether the holder of this key has made it."""
        return sums.vouches(self.seal, self.listed, key)


class Reading:
    """One pass over a snapshot: `rows` to its end, then `whole`.

    Args:
        file: at its beginning.

    Raises: `Damaged`, as all methods do, for a file that isn't the one that was made.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._source = Unpacking(file)
        size, self._made_at = archive.read_header(self._source, archive.META)
        if size > meta.MOST_BYTES:
            raise Damaged("the snapshot is damaged: its meta.json is too large")
        about = self._source.read(size)
        archive.read_padding(self._source, size)
        self._about = hashlib.sha256(about).hexdigest()
        described = meta.decoded(about)
        self.origin = described.Strongroom
        self._size = self._header(archive.STATE)
        if self._size != described.Size or self._made_at != int(self.origin.created_at):
            raise Damaged("the snapshot is damaged: meta.json and the archive don't agree")
        self._digest = hashlib.sha256()

    def rows(self) -> Iterator[Row]:
        """The rows, in the order of their keys."""
        count = 0
        for row in rows.decoded(self._read, self._size):
            count += 1
            yield row
        if count != self.origin.rows:
            raise Damaged("the snapshot is damaged: it has another number of rows than it says")
        archive.read_padding(self._source, self._size)

    def whole(self) -> Whole:
        """Read what comes after the rows."""
        expected = sums.sums_of(self._about, self._digest.hexdigest())
        if self._header(archive.SUMS) != len(expected) or self._source.read(len(expected)) != expected:
            raise Damaged("the snapshot is damaged: its content has other digests than SHA256SUMS says")
        archive.read_padding(self._source, len(expected))
        size = self._header(archive.SEALED)
        seal = self._source.read(size) if size <= sums.SEALED_BYTES else b""
        if not sums.is_sealed(seal):
            raise Damaged("the snapshot is damaged: its SHA256SUMS.sealed can't be read")
        archive.read_padding(self._source, size)
        archive.read_end(self._source)
        return Whole(self.origin, expected, seal)

    def _header(self, name: str) -> int:
        size, made_at = archive.read_header(self._source, name)
        if made_at != self._made_at:
            raise Damaged("the snapshot is damaged: its files are of different times")
        return size

    def _read(self, count: int) -> bytes:
        piece = self._source.read(count)
        self._digest.update(piece)
        return piece


def check(file: BinaryIO) -> Whole:
    """Read all of a snapshot, from its beginning, without looking at its rows.  Raises `Damaged`."""
    reading = Reading(file)
    for _ in reading.rows():
        pass
    return reading.whole()
