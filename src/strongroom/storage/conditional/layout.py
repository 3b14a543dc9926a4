"""The cells of a Strongroom store: their names, and what is in them (pure).

| name | |
|---|---|
| `head` | the newest commit; every transaction is conditional on it |
| `rows/KEY` | a row |
| `feed/N` | the commits of one transaction.  Numbers have no gaps |
| `roles/ROLE` | when the hold of a role ends |
| `stage/INTENT/N` | cells of a commit that is larger than a transaction |
| `parts/ID/N` | a piece of a value that is larger than a cell; `parts/ID/of` names its row |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from strongroom.lib.errors import StorageError
from strongroom.storage.base import Revision
from strongroom.storage.keys import KEY_BYTES, unpack_keys

HEAD: Final = "head"
ROWS: Final = "rows/"
FEED: Final = "feed/"
ROLES: Final = "roles/"
STAGE: Final = "stage/"
PARTS: Final = "parts/"
FORMAT: Final = 1
"""Of all cells.  A store that a later release changed is refused."""

_REVISION_BYTES: Final = 8
_INLINE, _PARTED = b"\0", b"\1"
_ROW_HEAD: Final = _REVISION_BYTES + 1
ROOM_BYTES: Final = KEY_BYTES + 512
"""What a staged cell needs beside its value: its name, and what packs it."""


class Intent(msgspec.Struct, frozen=True, array_like=True):
    """A commit that counts, and whose cells aren't all written yet."""

    id: str
    cells: int
    """The number of its staged cells."""
    done: int = 0
    """How many of them are written to their places."""


class Hold(msgspec.Struct, frozen=True, array_like=True):
    """A process that keeps all others from committing."""

    id: str
    beat: int
    """It changes as long as the process lives."""


class Head(msgspec.Struct, frozen=True, array_like=True):
    """The state of the whole store."""

    number: int = 0
    id: bytes = b""
    newest: int = 0
    """The last cell of the feed; 0 if there is none."""
    oldest: int = 1
    """The first cell of the feed that is kept."""
    written_at: float = 0.0
    """By the clock of the node that wrote it, never less than before."""
    intent: Intent | None = None
    hold: Hold | None = None
    format: int = FORMAT

    @property
    def revision(self) -> Revision:
        """The newest commit."""
        return Revision(self.number, self.id)


class Past(msgspec.Struct, frozen=True, array_like=True):
    """A commit in the feed.  A large one is in several cells, with some of its keys in each."""

    number: int
    id: bytes
    keys: bytes
    """As `pack_keys` packs them."""

    @property
    def names(self) -> list[str]:
        """The keys."""
        return unpack_keys(self.keys)


class Parts(msgspec.Struct, frozen=True, array_like=True):
    """Where the pieces of a large value are.  They never change."""

    id: str
    count: int
    size: int
    """Bytes of the whole value."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """What is in the cell of a row."""

    revision: int
    value: bytes
    parts: Parts | None = None
    """Where the value is, if it isn't here."""


_encoder = msgspec.msgpack.Encoder()
_heads = msgspec.msgpack.Decoder(Head)
_feeds = msgspec.msgpack.Decoder(list[Past])
_parts = msgspec.msgpack.Decoder(Parts)
_stages = msgspec.msgpack.Decoder(dict[str, bytes | None])
_times = msgspec.msgpack.Decoder(float)
_texts = msgspec.msgpack.Decoder(str)


def malformed(name: str) -> StorageError:
    """The error for a cell that can't be read."""
    return StorageError("the store failed", detail=f"the cell {name!r} of the store can't be read: it was altered")


def feed_name(number: int) -> str:
    """The name of a cell of the feed."""
    return f"{FEED}{number}"


def stage_name(intent: str, number: int) -> str:
    """The name of a staged cell, counted from 0."""
    return f"{STAGE}{intent}/{number}"


def part_names(parts: Parts) -> list[str]:
    """The names of a value's pieces, in order."""
    return [f"{PARTS}{parts.id}/{number}" for number in range(parts.count)]


def owner_name(parts_id: str) -> str:
    """The name of the cell that tells which row a value belongs to."""
    return f"{PARTS}{parts_id}/of"


def encode(record: Head | list[Past] | Parts | Mapping[str, bytes | None] | float | str) -> bytes:
    """The value of a cell."""
    return _encoder.encode(record)


def decode_head(value: bytes) -> Head:
    """Raises `StorageError` for the head of a later release, or none at all."""
    try:
        head = _heads.decode(value)
    except msgspec.MsgspecError as error:
        raise malformed(HEAD) from error
    if head.format > FORMAT:
        raise StorageError(f"the store has format {head.format}, and this release knows {FORMAT}: it is of a later one")
    return head


def decode_feed(name: str, value: bytes) -> list[Past]:
    """The commits in a cell of the feed."""
    try:
        pasts = _feeds.decode(value)
    except msgspec.MsgspecError as error:
        raise malformed(name) from error
    if not pasts:
        raise malformed(name)
    return pasts


def decode_stage(name: str, value: bytes) -> dict[str, bytes | None]:
    """The cells in a staged one."""
    try:
        return _stages.decode(value)
    except msgspec.MsgspecError as error:
        raise malformed(name) from error


def decode_time(name: str, value: bytes) -> float:
    """When the hold of a role ends."""
    try:
        return _times.decode(value)
    except msgspec.MsgspecError as error:
        raise malformed(name) from error


def decode_owner(name: str, value: bytes) -> str:
    """The row that a large value belongs to."""
    try:
        return _texts.decode(value)
    except msgspec.MsgspecError as error:
        raise malformed(name) from error


def encode_row(revision: int, value: bytes | Parts) -> bytes:
    """The value of a row's cell."""
    number = revision.to_bytes(_REVISION_BYTES, "big")
    if isinstance(value, Parts):
        return number + _PARTED + _encoder.encode(value)
    return number + _INLINE + value


def decode_row(name: str, stored: bytes) -> Row:
    """What is in a row's cell."""
    revision, kind, rest = int.from_bytes(stored[:_REVISION_BYTES], "big"), stored[8:_ROW_HEAD], stored[_ROW_HEAD:]
    if kind == _INLINE and revision > 0:
        return Row(revision, rest)
    if kind == _PARTED and revision > 0:
        try:
            return Row(revision, b"", _parts.decode(rest))
        except msgspec.MsgspecError as error:
            raise malformed(name) from error
    raise malformed(name)


def split_keys(revision: Revision, keys: Iterable[str], most_bytes: int) -> Iterator[Past]:
    """A commit as one or more entries of the feed, each with at most `most_bytes` of keys."""
    piece: list[bytes] = []
    size = 0
    for key in keys:
        raw = key.encode()
        if piece and size + len(raw) + 1 > most_bytes:
            yield Past(revision.number, revision.id, b"\0".join(piece))
            piece, size = [], 0
        piece.append(raw)
        size += len(raw) + 1
    yield Past(revision.number, revision.id, b"\0".join(piece))
