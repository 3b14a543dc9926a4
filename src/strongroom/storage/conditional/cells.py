"""What a store must be able to do, for `ConditionalStorage` to work on it.

A *cell* is a name with a value.  Names are text, relative to the place that the store's settings give: segments joined
by `/`, of the same form as the keys of rows, at most `LONGEST_NAME` bytes of UTF-8.  All of a Strongroom store is cells
(`layout.py`).  A cell that isn't there has version 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from strongroom.lib.errors import StorageError
from strongroom.storage.keys import KEY_BYTES

LONGEST_NAME = KEY_BYTES + 16
"""Bytes of the longest name: a row's key below its folder."""


class Cell(msgspec.Struct, frozen=True, gc=False):
    """A stored cell."""

    value: bytes
    version: int
    """At least 1.  Each write of the cell gives it a version that it never had before."""


class Guard(msgspec.Struct, frozen=True, gc=False):
    """The condition of a transaction: the cell still has this version (0: it isn't there)."""

    name: str
    version: int


class Capacity(msgspec.Struct, frozen=True):
    """The limits of one transaction and one read."""

    cells: int
    """The most cells that one transaction writes."""
    bytes: int
    """The most bytes of one transaction: values, names (each byte counts `name_weight` times), and `overhead` for each
    cell."""
    overhead: int
    """What each cell adds to the bytes of a transaction, the place of the store included."""
    value_bytes: int
    """The longest value of a cell."""
    reads: int
    """The most cells of one `read`."""
    atomic: bool
    """Whether the cells of one `read` are of one moment."""
    depth: int = KEY_BYTES
    """The most segments of a key."""
    name_weight: int = 1
    """What a byte of a name adds to the bytes of a transaction: more where names are written in an escaped form."""


class Names(msgspec.Struct, frozen=True):
    """The result of a listing."""

    names: list[str]
    """Sorted by code point."""
    beside: Cell | None = None
    """The cell that was asked for, of the same moment.

    None if it isn't there, or if the store can't read both at one moment.
    """


class ClockOffset(msgspec.Struct, frozen=True):
    """The bounds of the difference between the store's clock and this machine's, in seconds.

    Positive if the store's clock is ahead.
    """

    least_s: float
    most_s: float


class UnclearError(StorageError):
    """A transaction was sent, and no answer came.  It may have happened, or may happen later."""


class MovingError(StorageError):
    """What was read changed each time before all of it was read."""


class Cells(Protocol):
    """A place of a store.  One object serves one event loop.

    Every method returns or raises within the time limit of the store's settings.  All raise `StorageError`.
    """

    capacity: Capacity

    async def start(self) -> None:
        """Connect, and create what is missing.  Raises `StorageError` with a reason an operator can act on."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...

    async def read(self, names: Sequence[str]) -> dict[str, Cell]:
        """The cells that exist, of at most `capacity.reads` names.

        It sees every transaction that was answered before the call, of any process.  If it isn't of one moment, the
        first name is read before all others.

        Raises: `MovingError` if the store can't read them at one moment while others write.
        """
        ...

    async def write(self, changes: Mapping[str, bytes | None], guard: Guard | None = None) -> int:
        """Write all cells (None removes one) in one durable transaction.

        Args:
            guard: the cell whose version decides whether anything happens.  It is among `changes`, with a value.  None:
                it happens in any case.

        Returns: the new version of the guard's cell; 0 if it has another version, so that nothing happened.  Without a
        guard some number above 0.

        Raises: `UnclearError`, also for an answer that can't be understood; `StorageFull`; any other `StorageError`
            says that nothing happened.
        """
        ...

    async def names(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """The distinct next segments of the names below `prefix`, as `Storage.list` gives them.

        It sees every transaction that was answered before the call.  Without `beside` in the result it need not be of
        one moment.

        Args:
            prefix: one or more segments, ending in `/`.
        """
        ...

    async def keys(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """Every name below `prefix`, as its remainder, as `Storage.scan` gives them; else as `names`."""
        ...

    def clock_offset(self) -> ClockOffset | None:
        """What the newest answer told of the store's clock.  None if it told nothing."""
        ...
