"""What a process reads under a hold that others have ended meanwhile, because it stood still."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Storage
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.conditional.cells import Names
from tests.sim.memory_cells import TORN, Memory, MemoryCells
from tests.sim.virtual_time import LoopClock, run

UNHELD_ATTEMPTS = 6
BEFORE: dict[str, bytes | None] = {"a/one": b"", "a/two": b""}
AFTER: dict[str, bytes | None] = {"a/one": None, "a/three": b""}


class Slow(MemoryCells):
    """A process that others overtake at each listing, and that is cut off in one of them."""

    overtaken: Callable[[int, MemoryCells], Awaitable[None]]
    listed = 0

    async def keys(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """Names of before, told after what the others did."""
        names = await super().keys(prefix, after, limit, beside)
        self.listed += 1
        await self.overtaken(self.listed, self)
        return names


def process(cells: MemoryCells) -> ConditionalStorage:
    """Its store."""
    return ConditionalStorage(cells, LoopClock(), SystemRandom(), patience_s=10.0)


async def listed_while(other: Storage, cells: Slow, overtake: Callable[[int, MemoryCells], Awaitable[None]]) -> object:
    """A listing of `a/` in which `overtake` is called each time the names were read."""
    storage = process(cells)
    await storage.start()
    await other.start()
    await other.commit({}, BEFORE, {})
    cells.overtaken = overtake
    try:
        return await storage.scan("a/")
    finally:
        await storage.close()
        await other.close()


def test_a_listing_under_a_lost_hold_is_an_error() -> None:
    """Its names are those of before the others' commit, so no revision has them."""

    async def main() -> None:
        memory = Memory()
        other = process(MemoryCells(memory, TORN))

        async def overtake(number: int, cells: MemoryCells) -> None:
            if number <= UNHELD_ATTEMPTS:
                await other.commit({}, {"a/two": b"%d" % number}, {})
                return

            def cut_off(_: int) -> None:
                raise StorageError("the store failed", detail="out of reach")

            cells.before = cut_off
            await other.commit({}, AFTER, {})  # it ends the hold that stands still
            cells.before = lambda _: None

        with pytest.raises(StorageError) as caught:
            await listed_while(other, Slow(memory, TORN), overtake)
        assert "others have ended the hold" in caught.value.detail

    run(main)


def test_a_listing_under_a_kept_hold_is_of_one_revision() -> None:
    """Others can't commit in it, however often they overtook before."""

    async def main() -> None:
        memory = Memory()
        other = process(MemoryCells(memory, TORN))
        made: list[int] = []

        async def overtake(number: int, _: MemoryCells) -> None:
            if number <= UNHELD_ATTEMPTS:
                made.append((await other.commit({}, {"a/two": b"%d" % number}, {})).number)

        listing = await listed_while(other, Slow(memory, TORN), overtake)
        assert listing.names == ["one", "two"]  # type: ignore[attr-defined]
        assert listing.revision == made[-1]  # type: ignore[attr-defined]
        assert len(made) == UNHELD_ATTEMPTS

    run(main)
