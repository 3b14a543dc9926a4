"""Commits that are larger than a transaction of the store, and values that are larger than a cell.

Both are made under a hold, so that the head can't move meanwhile.  First all is written where nobody reads: the pieces
of large values below `parts/`, and what the commit changes below `stage/`.  Then one transaction replaces the head.
From then on the commit counts: its head names the intent, and whoever meets it writes the staged cells to their places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from strongroom.storage.base import Revision
from strongroom.storage.conditional.cells import Capacity, Cells
from strongroom.storage.conditional.layout import (
    PARTS,
    ROWS,
    Intent,
    Parts,
    encode,
    encode_row,
    owner_name,
    part_names,
    stage_name,
)
from strongroom.storage.conditional.transaction import chunks, longest_inline
from strongroom.storage.operations import Changes


class Large:
    """Writes what is needed before the head is replaced.

    The hold's id is the beginning of all ids that are given here.  So what a dead process has left is known by the hold
    that is gone.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._count = 0

    async def parted(self, commits: Iterable[tuple[Revision, Changes]], hold_id: str) -> dict[str, bytes | None]:
        """The cells of the rows, after the pieces of large values were written."""
        cells: dict[str, bytes | None] = {}
        most = longest_inline(self._cells.capacity)
        for revision, changes in commits:
            for key, value in changes.items():
                if value is None:
                    cells[ROWS + key] = None
                elif len(value) <= most:
                    cells[ROWS + key] = encode_row(revision.number, value)
                else:
                    cells[ROWS + key] = encode_row(revision.number, await self._in_parts(key, value, hold_id))
        return cells

    async def staged(
        self, cells: Mapping[str, bytes | None], hold_id: str
    ) -> tuple[dict[str, bytes | None], Intent | None]:
        """What the transaction of the head has to write besides, after the rest was staged."""
        capacity = self._cells.capacity
        pieces = list(chunks(cells, capacity))
        if len(pieces) == 1:
            return pieces[0], None
        intent = Intent(self._next_id(hold_id), len(pieces))
        for number, piece in enumerate(pieces):
            await self._cells.write({stage_name(intent.id, number): encode(piece)})
        return {}, intent

    async def _in_parts(self, key: str, value: bytes, hold_id: str) -> Parts:
        size = piece_bytes(self._cells.capacity)
        parts = Parts(self._next_id(hold_id), -(-len(value) // size), len(value))
        await self._cells.write({owner_name(parts.id): encode(key)})
        for number, name in enumerate(part_names(parts)):
            await self._cells.write({name: value[number * size : (number + 1) * size]})
        return parts

    def _next_id(self, hold_id: str) -> str:
        self._count += 1
        return f"{hold_id}-{self._count}"


def piece_bytes(capacity: Capacity) -> int:
    """The longest piece of a large value, in bytes."""
    return min(capacity.value_bytes, capacity.bytes - capacity.overhead - len(PARTS) - 64)
