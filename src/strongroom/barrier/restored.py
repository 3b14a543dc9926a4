"""The row that tells which snapshot the store was restored from, and whether it is still frozen (pure).

It isn't encrypted, because a snapshot is restored where no key is at hand.  Who writes to the store could change it, as
he could roll the store back.
"""

from __future__ import annotations

import msgspec

from strongroom.lib.errors import Tampered

MOST_BYTES = 4096


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """The last restore, or promotion, of this store."""

    at: float
    """When it ended, in seconds since the epoch."""
    frozen: bool
    """Whether leases don't end, nothing is rotated and nobody outside is told of anything, until an operator says."""
    taken_at: float
    """The time that the store is of now, in seconds since the epoch."""
    revision: int = 0
    """The number of commits until then."""
    commit: str = ""
    """The id of the last one, in hexadecimal digits."""
    rows: int = 0
    thawed_at: float = 0.0
    """When an operator said go; 0 if nobody has."""


def encoded(restored: Restored) -> bytes:
    """The row."""
    return msgspec.json.encode(restored)


def decoded(row: bytes) -> Restored:
    """The record in the row.  Raises `Tampered` if it can't be read, so that nothing is taken for thawed by it."""
    try:
        return msgspec.json.decode(row[:MOST_BYTES], type=Restored)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Tampered("the row that tells of the last restore cannot be read") from error
