"""The row that marks a store as the destination of a migration that isn't finished.

Each commit of rows also writes how far it came, so an interrupted migration goes on with the next row.  A server
doesn't start on such a store: it would be a part of the source, and its writes would be written over.
"""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.lib.errors import StorageError
from strongroom.storage.base import Revision, Storage
from strongroom.storage.transfer.copying import Position

KEY: Final = "migration"
ROOM_BYTES: Final = 16 << 10
"""What it takes in a commit at the most: its key, and a position with a key in it."""


class Checkpoint(msgspec.Struct, frozen=True):
    """How far a migration has come.

    Attributes:
        began: the source's revision when it began; another store has another id.
        rows: how many rows were written so far.
    """

    began: Revision
    since: Revision
    after: str
    whole: bool
    rows: int

    @property
    def position(self) -> Position:
        """Where to go on."""
        return Position(self.since, self.after, self.whole)

    def encode(self) -> bytes:
        """The row's value."""
        return msgspec.json.encode(self)


async def read(storage: Storage) -> Checkpoint | None:
    """A store's checkpoint; None if there is none.  Raises `StorageError` for one of another version."""
    entry = await storage.get(KEY)
    if entry is None:
        return None
    try:
        return msgspec.json.decode(entry.value, type=Checkpoint)
    except msgspec.DecodeError as error:
        raise StorageError("the checkpoint of a migration in the store can't be read") from error


UNFINISHED: Final = (
    "a migration into this store isn't finished: run strongroom operator migrate again, which goes on with it"
)


async def refuse_unfinished(storage: Storage) -> None:
    """Raises `StorageError` for a store that a migration has begun to fill, and hasn't finished."""
    if await storage.get(KEY) is not None:
        raise StorageError(UNFINISHED)
