"""Removes what is no longer needed: the older part of the feed, and what dead processes have left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from strongroom.storage.conditional.cells import Cells
from strongroom.storage.conditional.layout import (
    HEAD,
    PARTS,
    ROWS,
    STAGE,
    Head,
    decode_feed,
    decode_owner,
    decode_row,
    feed_name,
    owner_name,
)
from strongroom.storage.conditional.looking import Looking

_PAGE: Final = 100
"""Large values that one turn looks at."""


class Upkeep:
    """The upkeep of one store.  Any number of processes may do it at once."""

    def __init__(self, cells: Cells, looking: Looking) -> None:
        self._cells = cells
        self._looking = looking
        self._parts_after = ""

    async def prune(self, keep: int, spare: int = 0) -> None:
        """Remove all but the newest cells of the feed, each of which has at least one commit.

        Args:
            keep: how many are kept; at least one is. spare: how many more there may be.
        """
        most = self._cells.capacity.cells - 1
        while True:
            seen = await self._looking.look()
            head = seen.head
            excess = head.newest - head.oldest + 1 - max(keep, 1)
            if excess <= spare:
                return
            oldest = await self._cut(head, excess)
            if oldest == head.oldest:
                return
            # A commit of more cells than fit goes from its end.  Who reads it misses a cell, and then has none of it.
            for first in reversed(range(head.oldest + most, oldest, most)):
                await self._cells.write(_removed(range(first, min(first + most, oldest))))
            last = _removed(range(head.oldest, min(head.oldest + most, oldest)))
            await self._cells.write(last | {HEAD: seen.moved(oldest=oldest)}, seen.guard)

    async def _cut(self, head: Head, excess: int) -> int:
        """The cell that is to be the first: with it a commit begins, so that no commit loses a part of its keys.

        Args:
            excess: the most cells to remove.

        Returns: the present first one, if those cells are of a commit that has more.
        """
        place = head.oldest + min(excess, self._cells.capacity.cells - 1)
        for number in range(place, head.oldest, -1):
            if await self._begins_commit(number):
                return number
        for number in range(place + 1, head.oldest + excess + 1):
            if await self._begins_commit(number):
                return number
        return head.oldest

    async def _begins_commit(self, number: int) -> bool:
        """Whether no commit has a part in this cell of the feed and another one in the cell before."""
        before, here = feed_name(number - 1), feed_name(number)
        cells = await self._cells.read([before, here])
        if here not in cells:
            return False
        if before not in cells:
            return True  # whoever removed that began at the end of a commit
        return decode_feed(before, cells[before].value)[-1].number != decode_feed(here, cells[here].value)[0].number

    async def clear(self) -> None:
        """Remove what dead processes have left, and large values that no row has any more."""
        staged = (await self._cells.names(STAGE, "", _PAGE, HEAD)).names
        parted = (await self._cells.names(PARTS, self._parts_after, _PAGE, HEAD)).names
        self._parts_after = parted[-1] if len(parted) == _PAGE else ""
        # The head is looked at after the names: an id whose hold is gone now can't be used any more.
        head = (await self._looking.look()).head
        for folder in staged:
            if not _is_used(folder, head):
                await self._remove(STAGE + folder)
        for folder in await self._without_row([folder for folder in parted if not _is_used(folder, head)]):
            await self._remove(PARTS + folder)

    async def _without_row(self, folders: list[str]) -> list[str]:
        """Which of these large values no row has."""
        step = self._cells.capacity.reads
        owners: dict[str, str] = {}
        for start in range(0, len(folders), step):
            names = {owner_name(folder[:-1]): folder for folder in folders[start : start + step]}
            for name, cell in (await self._cells.read(list(names))).items():
                owners[names[name]] = decode_owner(name, cell.value)
        seen = await self._looking.snapshot(ROWS + key for key in owners.values())
        unused: list[str] = []
        for folder in folders:
            name = ROWS + owners[folder] if folder in owners else ""
            row = seen.cells.get(name)
            parts = decode_row(name, row.value).parts if row is not None else None
            if parts is None or parts.id != folder[:-1]:
                unused.append(folder)
        return unused

    async def _remove(self, prefix: str) -> None:
        """Remove all below `prefix`, what tells the owner of a value at last."""
        names = (await self._cells.keys(prefix, "", None, HEAD)).names
        step = self._cells.capacity.cells
        ordered = sorted(names, key=lambda name: name == "of")
        for start in range(0, len(ordered), step):
            removed: dict[str, bytes | None] = dict.fromkeys(_below(prefix, ordered[start : start + step]))
            await self._cells.write(removed)


def _removed(numbers: Iterable[int]) -> dict[str, bytes | None]:
    return {feed_name(number): None for number in numbers}


def _below(prefix: str, names: Iterable[str]) -> list[str]:
    return [prefix + name for name in names]


def _is_used(folder: str, head: Head) -> bool:
    """Whether a process that may still need it holds the store."""
    return head.hold is not None and folder.startswith(f"{head.hold.id}-")
