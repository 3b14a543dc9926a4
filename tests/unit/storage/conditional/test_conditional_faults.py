"""Processes that die, answers that are lost and reads that are torn, at every transaction of a commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from strongroom.lib.errors import CommitUnknown, FeedTooOld, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Add, Revision
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.conditional.cells import Capacity, ClockOffset
from strongroom.storage.conditional.holds import DEAD_AFTER_S
from tests.sim.memory_cells import SMALL, TORN, Memory, MemoryCells, crash_at, gone_from, unanswered_at
from tests.sim.virtual_time import LoopClock, run

LARGE: dict[str, bytes | None] = {f"large/{number:02}": b"%d" % number for number in range(40)}
VALUE = bytes(range(256)) * 100
"""Larger than a cell, and than a transaction."""
MOST = 40
"""More transactions than any commit here has."""


def process(memory: Memory, capacity: Capacity = SMALL) -> tuple[ConditionalStorage, MemoryCells]:
    """The store of another process."""
    cells = MemoryCells(memory, capacity)
    return ConditionalStorage(cells, LoopClock(), SystemRandom(), patience_s=1.0), cells


async def die(storage: ConditionalStorage, work: Awaitable[object]) -> None:
    """Let a process work until it has died, or is done."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task}, timeout=DEAD_AFTER_S)
    task.cancel()
    await asyncio.wait({task})
    opened = storage._opened
    if opened is not None:
        upkeep = opened.closing[0]
        await upkeep.close()


async def find_all_or_nothing(memory: Memory, wanted: dict[str, bytes | None]) -> bool:
    """What another process finds: the whole commit or nothing.  Then everything works, and nothing is left over."""
    storage, _ = process(memory)
    await storage.start()
    names = (await storage.scan("")).names
    found = await storage.get_many(wanted)
    assert found.entries.keys() == set(names)
    assert len(found.entries) in (0, len(wanted))
    assert all(entry.value == wanted[key] for key, entry in found.entries.items())
    before = await storage.synced()
    assert before.number == (1 if names else 0)
    made = await storage.commit({"next": 0}, {"next": b""}, {})
    assert made.number == before.number + 1
    await storage.clear()
    left = [name for name in memory.cells if name.startswith("stage/")]
    assert left == []
    parts = {name.split("/")[1] for name in memory.cells if name.startswith("parts/")}
    assert len(parts) == sum(len(value or b"") > 6000 for value in wanted.values() if names)
    await storage.close()
    return bool(names)


@pytest.mark.parametrize("wanted", [LARGE, {"value": VALUE, "small": b"1"}], ids=["rows", "value"])
def test_a_process_that_dies_leaves_all_or_nothing(wanted: dict[str, bytes | None]) -> None:
    """Whichever transaction of a large commit is its last, and whether it got the answer."""
    seen: set[bool] = set()

    async def scenario(number: int, *, answered: bool) -> int:
        memory = Memory()
        storage, cells = process(memory)
        await storage.start()
        if answered:
            cells.before = crash_at(number + 1)
        else:
            cells.after = crash_at(number)
        await die(storage, storage.commit({}, wanted, {}))
        seen.add(await find_all_or_nothing(memory, wanted))
        return cells.transactions

    async def main() -> None:
        for number in range(1, MOST):
            made = await scenario(number, answered=number % 2 == 0)
            if made < number:
                return
        pytest.fail("the commit has more transactions than were tried")

    run(main)
    assert seen == {True, False}


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("rows", [1, 40])
def test_a_lost_answer_is_looked_for(arrives: bool, rows: int) -> None:
    """Whether the transaction arrived or not: it happens once, and the caller learns its revision."""

    async def main() -> None:
        for number in range(1, MOST):
            memory = Memory()
            storage, cells = process(memory)
            await storage.start()
            if arrives:
                cells.after = unanswered_at(number)
            else:
                cells.before = unanswered_at(number)
            writes = dict(list(LARGE.items())[:rows])
            try:
                made = await storage.commit({}, writes, {"count": Add(1, 0, 9)})
            except StorageError as error:
                # What was staged isn't a commit, so its lost answer needs no search.
                assert not isinstance(error, CommitUnknown)
                assert rows > 1
                assert (await storage.synced()).number == 0
                made = await storage.commit({}, writes, {"count": Add(1, 0, 9)})
            assert made == await storage.synced()
            assert made.number == 1
            entry = await storage.get("count")
            assert entry is not None
            assert entry.value == b"1"
            await storage.close()
            if cells.transactions < number:
                return
        pytest.fail("the commit has more transactions than were tried")

    run(main)


@pytest.mark.parametrize("arrives", [True, False])
def test_a_store_that_is_gone_leaves_the_commit_unknown(arrives: bool) -> None:
    """Its id tells others later what happened."""

    async def main() -> None:
        memory = Memory()
        storage, cells = process(memory)
        await storage.start()
        if arrives:
            cells.after = gone_from(1)
            cells.before = gone_from(2)
        else:
            cells.before = gone_from(1)
        reads = cells.read
        asked = asyncio.ensure_future(storage.commit({}, {"a": b""}, {}))

        async def unreachable(names: object) -> dict[str, object]:
            if cells.transactions:
                raise StorageError("the store failed", detail="out of reach")
            return await reads(names)  # type: ignore[arg-type,return-value]

        cells.read = unreachable  # type: ignore[assignment,method-assign]
        with pytest.raises(CommitUnknown) as caught:
            await asked
        other, _ = process(memory)
        await other.start()
        assert await other.committed(caught.value.revision_id) is arrives
        await other.close()

    run(main)


@pytest.mark.parametrize("capacity", [SMALL, TORN], ids=["atomic", "torn"])
def test_readers_never_see_a_part(capacity: Capacity) -> None:
    """Small and large commits of pairs by two processes; a third one reads and lists, and finds all of one commit."""

    async def write(storage: ConditionalStorage, name: str) -> None:
        for number in range(12):
            rows = 3 if number % 2 else 30
            value = f"{name}{number}".encode()
            await storage.commit({}, {f"pair/{place:02}": value for place in range(rows)}, {})
            await asyncio.sleep(0.01)
            await storage.commit({}, {f"pair/{place:02}": None for place in range(3, 30)}, {})

    async def main() -> None:
        memory = Memory()
        stores = [process(memory, capacity)[0] for _ in range(3)]
        for storage in stores:
            await storage.start()
        reader = stores[2]
        writing = asyncio.gather(write(stores[0], "one"), write(stores[1], "two"))
        seen: set[int] = set()
        keys = [f"pair/{place:02}" for place in range(30)]
        while not writing.done():
            entries = (await reader.get_many(keys)).entries
            assert len({entry.value for key, entry in entries.items() if int(key[5:]) < 3}) <= 1
            assert len(entries) in (0, 3, 30)
            assert len((await reader.list("pair/")).names) in (0, 3, 30)
            seen.add(len(entries))
            await asyncio.sleep(0.001)  # or no time would pass, for which writers wait
        await writing
        assert seen >= {3, 30}
        for storage in stores:
            await storage.close()

    run(main)


def test_the_feed_tells_what_changed_since_any_commit() -> None:
    """Near and far ones, small and large, until it is pruned past them."""

    async def main() -> None:
        storage, _ = process(Memory())
        await storage.start()
        made = [await storage.synced()]
        keys: list[list[str]] = []
        for number in range(50):
            rows = {f"key/{number}/{'k' * 400}{row}": b"" for row in range(60 if number % 17 == 5 else 1)}
            made.append(await storage.commit({}, dict(rows), {}))
            keys.append(list(rows))
        for place, revision in enumerate(made):
            later = [key for commit in keys[place:] for key in commit]
            assert list(await storage.changed_since(revision)) == later
            part = await storage.delta(revision, 3)
            assert set(part.entries) <= set(later)
            assert len(part.entries) >= min(3, len(later))
            assert await storage.committed(revision.id) is bool(place)
            with pytest.raises(FeedTooOld):
                await storage.changed_since(Revision(revision.number, bytes(16)))
        await storage.prune(10)
        assert list(await storage.changed_since(made[-5])) == [key for commit in keys[-4:] for key in commit]
        for revision in made[:30]:
            with pytest.raises(FeedTooOld):
                await storage.changed_since(revision)
        await storage.close()

    run(main)


def test_a_node_with_a_wrong_clock_works_with_nobody() -> None:
    """By the store's own clock, and by what another node has written; seconds are no difference."""

    async def main() -> None:
        memory = Memory()
        storage, cells = process(memory)
        await storage.start()
        await storage.commit({}, {"a": b""}, {})
        for offset, fits in (((-9.0, -8.0), True), ((8.0, 12.0), True), ((11.0, 12.0), False), ((-13.0, -11.0), False)):
            cells.offset = ClockOffset(*offset)
            if fits:
                await storage.synced()
                continue
            with pytest.raises(StorageError, match="clocks"):
                await storage.synced()
            with pytest.raises(StorageError, match="clocks"):
                await storage.commit({}, {"a": b""}, {})
        cells.offset = None
        await storage.close()
        late = ConditionalStorage(MemoryCells(memory), Behind(), SystemRandom())
        with pytest.raises(StorageError, match="another node"):
            await late.start()

    run(main)


class Behind(LoopClock):
    """A clock that is some seconds behind."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return super().now() - 11


def test_a_hold_that_beats_is_not_ended() -> None:
    """However long it is kept; a paused process's hold is, and what it commits then is refused."""

    async def main() -> None:
        memory = Memory()
        one, cells = process(memory)
        two, _ = process(memory)
        await one.start()
        await two.start()
        async with one.exclusive(1.0) as committer:
            with pytest.raises(StorageError, match="holds the store"):
                async with two.exclusive(4 * DEAD_AFTER_S):
                    pytest.fail("two held it")
            await committer.commit({}, {"a": b"1"}, {})
        paused = asyncio.Event()
        resumed = asyncio.Event()

        async def hold() -> None:
            async with one.exclusive(1.0) as held:
                reads: Callable[..., Awaitable[object]] = cells.read

                async def wait(names: object) -> object:
                    await resumed.wait()
                    return await reads(names)

                cells.read = wait  # type: ignore[assignment,method-assign]
                paused.set()
                await resumed.wait()
                await held.commit({}, {"a": b"late"}, {})

        holding = asyncio.ensure_future(hold())
        await paused.wait()
        await two.commit({}, {"a": b"2"}, {})
        resumed.set()
        with pytest.raises(StorageError):
            await holding
        entry = await two.get("a")
        assert entry is not None
        assert entry.value == b"2"
        await one.close()
        await two.close()

    run(main)


def test_a_slow_store_gets_through_a_large_commit() -> None:
    """Though its hold is renewed many times before all is staged; what waits for it follows."""

    async def main() -> None:
        memory = Memory()
        storage, cells = process(memory)
        other, _ = process(memory)
        await storage.start()
        await other.start()
        cells.delay_s = 0.4
        large = asyncio.ensure_future(storage.commit({}, LARGE | {"value": VALUE}, {}))
        await asyncio.sleep(1.0)
        made = [await large, await storage.commit({}, {"next": b""}, {})]
        assert [revision.number for revision in made] == [1, 2]
        assert (await other.get_many(LARGE)).entries.keys() == LARGE.keys()
        assert cells.transactions < 60
        await storage.close()
        await other.close()

    run(main)
