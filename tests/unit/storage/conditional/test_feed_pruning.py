"""The feed is cut between two commits, also where one has more cells than a transaction."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import Conflict, FeedTooOld
from strongroom.storage.base import Revision
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.conditional.cells import Cell
from strongroom.storage.conditional.layout import HEAD, decode_feed, decode_head, encode, feed_name
from tests.sim.memory_cells import SMALL, Memory, MemoryCells, crash_at
from tests.sim.virtual_time import run
from tests.unit.storage.conditional.test_conditional_faults import die, process

WIDE = 80
"""Keys of a commit that takes more cells of the feed than a transaction has."""


def keys_of(commit: int, count: int) -> dict[str, bytes | None]:
    """So long that eight of them fill a cell of the feed."""
    return {f"key/{commit}/{number // 4}/{'k' * 400}{number}": b"" for number in range(count)}


async def filled(memory: Memory, *counts: int) -> tuple[ConditionalStorage, MemoryCells, dict[int, set[str]]]:
    """A store with a commit for each number of keys, and the keys of each commit."""
    storage, cells = process(memory)
    await storage.start()
    commits: dict[int, set[str]] = {}
    for count in counts:
        number = len(commits) + 1
        made = await storage.commit({}, keys_of(number, count), {})
        commits[made.number] = set(keys_of(number, count))
    return storage, cells, commits


def in_feed(memory: Memory) -> dict[int, set[str]]:
    """The keys of each commit that the head says is in the feed."""
    head = decode_head(memory.cells[HEAD].value)
    found: dict[int, set[str]] = {}
    for number in range(head.oldest, head.newest + 1):
        for past in decode_feed("", memory.cells[feed_name(number)].value):
            found.setdefault(past.number, set()).update(past.names)
    return found


@pytest.mark.parametrize("counts", [(1, WIDE, 1, 1), (WIDE, WIDE, 1), (1, 20, 20, 1, WIDE)])
def test_no_commit_in_the_feed_is_a_part(counts: tuple[int, ...]) -> None:
    """Whatever is to be kept; and no cell is left behind before the first one."""

    async def main() -> None:
        memory = Memory()
        storage, _, commits = await filled(memory, *counts)
        cells = decode_head(memory.cells[HEAD].value).newest
        kept: list[int] = []
        for keep in range(cells, 0, -1):
            await storage.prune(keep)
            found = in_feed(memory)
            assert all(found[number] == commits[number] for number in found)
            oldest = decode_head(memory.cells[HEAD].value).oldest
            left = [name for name in memory.cells if name.startswith("feed/") and int(name[5:]) < oldest]
            assert left == []
            kept.append(len(found))
        assert kept[-1] == 1
        assert set(kept) == set(range(1, len(counts) + 1))
        await storage.close()

    run(main)


def test_who_dies_while_pruning_leaves_no_part() -> None:
    """At each transaction; another process goes on, and readers get all of a commit or learn that the feed is short."""

    async def main() -> None:
        for place in range(1, 9):
            memory = Memory()
            storage, cells, commits = await filled(memory, 1, WIDE, 1, 1)
            first = (await storage.delta(Revision(0, b""), 1)).through
            before = cells.transactions
            cells.before = crash_at(before + place)
            await die(storage, storage.prune(2))
            other, _ = process(memory)
            await other.start()
            try:
                delta = await other.delta(first)
                assert set(delta.entries) == set().union(*(commits[number] for number in (2, 3, 4)))
            except FeedTooOld:
                assert place > 1
            await other.prune(2)
            assert in_feed(memory) == {3: commits[3], 4: commits[4]}
            await other.close()
            if cells.transactions < before + place:
                return
        pytest.fail("pruning has more transactions than were tried")

    run(main)


def test_a_commit_of_which_a_part_was_pruned_conflicts() -> None:
    """In a feed that was cut inside a commit, nobody takes the rest of its keys for all of them."""

    async def main() -> None:
        memory = Memory()
        storage, _, commits = await filled(memory, 1, 30, 1)
        head = decode_head(memory.cells[HEAD].value)
        # Cell 1 is the first commit; cell 2 begins the second.
        gone = {name for past in decode_feed("", memory.cells[feed_name(2)].value) for name in past.names}
        for number in (1, 2):
            del memory.cells[feed_name(number)]
        cut = type(head)(head.number, head.id, head.newest, 3, head.written_at)
        memory.version += 1
        memory.cells[HEAD] = Cell(encode(cut), memory.version)
        assert gone < commits[2]
        prefix = "key/2/0/"
        assert all(name in gone for name in commits[2] if name.startswith(prefix))
        with pytest.raises(Conflict):
            await storage.commit({prefix: 1}, {"next": b""}, {})
        assert (await storage.commit({prefix: 2}, {"next": b""}, {})).number == 4
        await storage.close()

    run(main)


def test_pruning_beside_readers() -> None:
    """A follower that goes on while another process prunes has whole commits, or none."""

    async def main() -> None:
        memory = Memory()
        storage, _, commits = await filled(memory, 1)
        other, _ = process(memory, SMALL)
        await other.start()
        followed = await other.synced()
        ended = asyncio.Event()

        async def prune() -> None:
            while not ended.is_set():
                await storage.prune(3)
                await asyncio.sleep(0.001)

        pruning = asyncio.create_task(prune())
        for count in (WIDE, 1, 20, WIDE, 1, 1):
            number = len(commits) + 1
            commits[(await storage.commit({}, keys_of(number, count), {})).number] = set(keys_of(number, count))
            try:
                delta = await other.delta(followed)
            except FeedTooOld:
                followed = await other.synced()
                continue
            wanted = {key for at in range(followed.number + 1, delta.through.number + 1) for key in commits[at]}
            assert set(delta.entries) == wanted
            followed = delta.through
        ended.set()
        await pruning
        await storage.close()
        await other.close()

    run(main)
