"""What may be committed while the disk is full (p)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from strongroom.lib.errors import StorageFull

_ROW_BYTES: Final = 4096
"""What a new row takes besides its value: perhaps a page of its own."""
_ALTERED_BYTES: Final = 512
"""By so much a row may become longer all the same: that a secret was deleted is noted in the row about it."""


class Values(Protocol):
    """The rows as they are before a change."""

    def value(self, key: str) -> bytes | None:
        """The value at `key`."""
        ...


class Room:
    """Room in the store itself for the commits of one batch, on a disk that has none.

    Args:
        left_bytes: what rows that were removed have left behind.
    """

    def __init__(self, left_bytes: int) -> None:
        self._left_bytes = left_bytes

    def take(self, changes: Mapping[str, bytes | None], counters: Collection[str], before: Values) -> None:
        """Let a change have what it needs.  What removes more than it writes, or moves counters, needs nothing.

        Raises: `StorageFull` when that isn't there.
        """
        needed = altered = 0
        for key, value in changes.items():
            if value is None:
                needed -= len(before.value(key) or b"")
                continue
            if key in counters:
                continue
            old = before.value(key)
            if old is None:
                needed += len(value) + len(key) + _ROW_BYTES
            else:
                needed += len(value) - len(old)
                altered += 1
        if needed <= altered * _ALTERED_BYTES and needed < _ROW_BYTES:
            return
        if needed > self._left_bytes:
            raise StorageFull(
                "the store has no room left",
                detail=f"the reserve is in use: {needed} bytes are needed, {self._left_bytes} are free in the store",
            )
        self._left_bytes -= needed
