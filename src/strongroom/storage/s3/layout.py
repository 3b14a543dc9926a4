"""The objects of a store in S3: their names, and what is in them (pure).

| name | |
|---|---|
| `journal/N` | the commits of one turn of one process; numbers have no gaps |
| `checkpoint/N/rows-P`, `checkpoint/N/feed-P` | a part of the state after object N of the journal |
| `checkpoint/N/manifest` | which parts belong to it; written last |
| `probe/ID` | proves at a start that the service obeys conditions |

Each object has a magic number and a digest of what follows.  Each object of the journal has the digest of the one
before it, so that none can be replaced, left out or taken from another history.
"""

from __future__ import annotations

import hashlib
from typing import Final, TypeVar

import msgspec

from strongroom.lib.errors import StorageError
from strongroom.storage.base import Revision

T = TypeVar("T")

FORMAT: Final = 1
_MAGIC: Final = b"SRS3"
_HEAD: Final = len(_MAGIC) + hashlib.sha256().digest_size
FIRST: Final = b"\0" * hashlib.sha256().digest_size
"""The digest before the first object of a journal."""
JOURNAL: Final = "journal/"
CHECKPOINT: Final = "checkpoint/"
PROBE: Final = "probe/"
MANIFEST: Final = "manifest"


class Hold(msgspec.Struct, frozen=True, array_like=True):
    """A process that keeps all others from committing."""

    id: bytes
    until: float
    """By the service's clock.  The holder moves it on as long as it lives."""


class Turn(msgspec.Struct, frozen=True, array_like=True):
    """An object of the journal: what one process did at once."""

    format: int
    number: int
    previous: bytes
    """The digest of the object before it."""
    base: int
    """The number of the newest commit before it."""
    commits: list[tuple[bytes, dict[str, bytes | None]]]
    """Id and rows of each commit.  They get the numbers after `base`."""
    expiries: dict[str, float | None]
    """By role, when its hold ends; None forgets it."""
    hold: Hold | None
    """The hold from now on."""
    since_turns: int
    """The number of turns since the last one that made a checkpoint due; 0 in that one."""
    since_bytes: int
    """What these turns wrote."""


class Manifest(msgspec.Struct, frozen=True, array_like=True):
    """What a checkpoint consists of."""

    format: int
    number: int
    """Of the last object of the journal that it includes."""
    digest: bytes
    """Of that object."""
    head: int
    head_id: bytes
    expiries: dict[str, float]
    hold: Hold | None
    since_turns: int
    since_bytes: int
    rows: list[bytes]
    """The digest of each part."""
    feed: list[bytes]

    @property
    def revision(self) -> Revision:
        """The newest commit that it includes."""
        return Revision(self.head, self.head_id)


RowsPart = list[tuple[str, int, bytes]]
"""Key, revision and value of each row."""
FeedPart = list[tuple[bytes, bytes]]
"""Id and packed keys of each commit."""


class DamagedError(StorageError):
    """An object isn't what was written."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__("the store failed", detail=f"the object {name} of the store {reason}")


def journal_name(number: int) -> str:
    """The name of an object of the journal."""
    return f"{JOURNAL}{number:020}"


def checkpoint_name(number: int, part: str) -> str:
    """The name of a part of a checkpoint."""
    return f"{CHECKPOINT}{number:020}/{part}"


def number_in(name: str) -> int | None:
    """The number in the name of an object of the journal or of a checkpoint; None if it has none."""
    digits = name.split("/")[1] if name.startswith((JOURNAL, CHECKPOINT)) else ""
    return int(digits) if len(digits) == 20 and digits.isascii() and digits.isdecimal() else None


def seal(record: Turn | Manifest | RowsPart | FeedPart) -> tuple[bytes, bytes]:
    """The bytes of an object, and its digest."""
    payload = msgspec.msgpack.encode(record)
    digest = hashlib.sha256(payload).digest()
    return b"".join((_MAGIC, digest, payload)), digest


def opened(name: str, raw: bytes, type_: type[T]) -> tuple[T, bytes]:
    """What is in an object, and its digest.  Raises `DamagedError`."""
    digest, payload = raw[len(_MAGIC) : _HEAD], raw[_HEAD:]
    if raw[: len(_MAGIC)] != _MAGIC:
        raise DamagedError(name, "isn't one of Strongroom's")
    if hashlib.sha256(payload).digest() != digest:
        raise DamagedError(name, "was altered or cut off: its digest is another")
    try:
        return msgspec.msgpack.decode(payload, type=type_), digest
    except msgspec.MsgspecError as error:
        raise DamagedError(name, "can't be read, or is of a later release") from error
