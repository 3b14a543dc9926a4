"""A copy of a store that is written as fast as it is read comes to an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest

from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.inmem import InmemStorage
from strongroom.storage.transfer import steps
from tests.sim.clock import SetClock

AT_ONCE = 512
"""The most keys of a step."""
MOST_STEPS = 200


class Rushing:
    """A writer that has made some commits after each step, unless it waits."""

    def __init__(self, storage: InmemStorage, commits: Callable[[int], int]) -> None:
        self._storage = storage
        self._commits = commits
        self._turns = 0
        self.waited = 0

    async def turn(self) -> None:
        """Write until done, or until it waits for somebody."""
        self._turns += 1
        writing = asyncio.create_task(self._write(self._commits(self._turns)))
        for _ in range(200):
            await asyncio.sleep(0)
        if not writing.done():
            self.waited += 1
            self.late = writing

    async def _write(self, commits: int) -> None:
        for number in range(commits):
            rows: dict[str, bytes | None] = {f"{number}/{key}": b"%d" % self._turns for key in range(AT_ONCE)}
            await self._storage.commit({}, rows, {})


async def copied(storage: InmemStorage, writer: Rushing) -> int:
    """Copy all.  Returns the number of steps."""
    rows: dict[str, bytes | None] = {}
    count = 0
    async with aclosing(steps(storage)) as copying:
        async for step in copying:
            rows.update(step.rows)
            count += 1
            assert count < MOST_STEPS, "it doesn't end"
            if step.position.current:
                names = (await storage.scan("")).names
                there = (await storage.get_many(names)).entries
                assert {key: entry.value for key, entry in there.items()} == rows
                assert step.position.since == await storage.synced()
                continue
            await writer.turn()
    return count


async def filled() -> InmemStorage:
    """A store that has something."""
    storage = InmemStorage(SetClock(), SystemRandom())
    await storage.start()
    for number in range(3):
        await storage.commit({}, {f"{number}/{key}": b"" for key in range(AT_ONCE)}, {})
    return storage


async def test_the_writers_wait_for_the_rest() -> None:
    """They make as many commits as the copy reads; they go on when it has ended."""
    storage = await filled()
    writer = Rushing(storage, lambda _: 1)
    # One commit behind, so that it would never catch up.
    await copied(storage, writer)
    assert writer.waited > 0
    await asyncio.wait_for(writer.late, 10)
    await storage.close()


async def test_writers_that_are_slower_never_wait() -> None:
    """However many changes the copy has to catch up with."""
    storage = await filled()
    writer = Rushing(storage, lambda turn: 30 if turn == 1 else turn % 2)
    assert await copied(storage, writer) > 30
    assert writer.waited == 0
    await storage.close()


async def test_a_copy_that_is_given_up_lets_the_writers_go_on() -> None:
    """Also while they wait for it."""
    storage = await filled()
    writer = Rushing(storage, lambda _: 1)
    with pytest.raises(StorageError, match="the target"):
        async with aclosing(steps(storage)) as copying:
            async for _ in copying:
                await writer.turn()
                if writer.waited:
                    raise StorageError("the target failed")
    await asyncio.wait_for(writer.late, 10)
    await storage.commit({}, {"next": b""}, {})
    await storage.close()
