"""Decides which commits are accepted while the disk is full (pure)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from strongroom.lib.errors import StorageFull

_ROW_BYTES: Final = 4096
"""The space of a new row besides its value.  It may need a whole page."""
_ALTERED_BYTES: Final = 512
"""The growth that a changed row may have even then, because the deletion of a secret is stored in its metadata row."""


class Values(Protocol):
    """The rows as they are before a change."""

    def value(self, key: str) -> bytes | None:
        """The value at `key`."""
        ...


class Room:
    """The space inside the store for the commits of one batch, on a full disk.

    Args:
        left_bytes: the free space from removed rows.
    """

    def __init__(self, left_bytes: int) -> None:
        self._left_bytes = left_bytes

    def take(self, changes: Mapping[str, bytes | None], counters: Collection[str], before: Values) -> None:
        """Take the space that a change needs.

        A change that removes more than it writes, or only changes counters, needs none.

        Raises: `StorageFull` if there isn't enough.
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
