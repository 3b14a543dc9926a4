"""A disk without room, under SQLite's store: what is committed, what comes back, and that nobody waits for ever."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from strongroom.lib.errors import StorageFull
from strongroom.storage.base import Add
from strongroom.storage.sqlite import SqliteStorage
from strongroom.storage.sqlite.ballast import BALLAST, Ballast
from strongroom.storage.sqlite.upkeep import VACUUMED_PAGES
from tests.conformance.processes.disks import small_disk
from tests.unit.storage.test_sqlite import run, store

VALUE = bytes(100_000)
BALLAST_BYTES = 1 << 20
DISK_KIB = 12 * 1024
OPTIONS = {"ballast_bytes": BALLAST_BYTES, "checkpoint_bytes": 1}


async def fill(storage: SqliteStorage) -> int:
    """Put rows until there is no room for another; how many were taken."""
    for number in range(1000):
        try:
            await storage.commit({}, {f"row/{number}": VALUE}, {})
            if number % 4 == 0:
                await storage.upkeep()  # as a node does every quarter of a second
        except StorageFull:
            return number
    raise AssertionError("the disk is never full")


def test_room_that_deletes_free_is_used_again_at_once(tmp_path: Path) -> None:
    """On a disk that stays full, as much can be written anew as was removed, before any upkeep and after a restart."""
    with small_disk(tmp_path / "disk", DISK_KIB) as disk:

        async def scenario() -> None:
            count = await fill(first)
            for number in range(count):
                await first.commit({}, {f"row/{number}": None}, {})
            for number in range(count // 2):
                await first.commit({}, {f"new/{number}": VALUE}, {})

        async def after() -> None:
            for number in range(5):
                await again.commit({}, {f"after/{number}": VALUE}, {})
            with pytest.raises(StorageFull):
                await again.commit({}, {f"large/{number}": VALUE for number in range(110)}, {})

        first = store(disk.place, **OPTIONS)
        run(first, scenario)
        again = store(disk.place, **OPTIONS)
        run(again, after)


def test_a_store_that_was_emptied_gives_its_room_back(tmp_path: Path) -> None:
    """After most of a full store was removed, upkeep returns the room to the disk and lays in the reserve again."""
    with small_disk(tmp_path / "disk", DISK_KIB) as disk:
        storage = store(disk.place, **OPTIONS)

        async def scenario() -> None:
            for number in range(await fill(storage) - 3):
                await storage.commit({}, {f"row/{number}": None}, {})
            for _ in range(20):
                await storage.upkeep()
            assert disk.free_bytes() > (DISK_KIB << 10) // 2
            assert (disk.place / BALLAST).stat().st_size == BALLAST_BYTES

        run(storage, scenario)


def test_room_that_deletes_free_is_given_back_in_bounded_steps(tmp_path: Path) -> None:
    """Upkeep makes the file smaller, by commits of so many pages, until little of it is free."""
    storage = store(tmp_path, **OPTIONS)

    async def scenario() -> None:
        for number in range(400):
            await storage.commit({}, {f"row/{number}": VALUE}, {})
        await storage.upkeep()
        before = (tmp_path / "strongroom.db").stat().st_size
        for number in range(380):
            await storage.commit({}, {f"row/{number}": None}, {})
        sizes = [before]
        while len(sizes) < 100:
            await storage.upkeep()
            sizes.append((tmp_path / "strongroom.db").stat().st_size)
            if sizes[-1] == sizes[-2] < before // 2:
                break
        assert sizes[-1] < 10_000_000 < before
        steps = [earlier - later for earlier, later in itertools.pairwise(sizes)]
        assert max(steps) <= 17 * VACUUMED_PAGES * 4096
        assert [entry.value for entry in (await storage.get_many(["row/399"])).entries.values()] == [VALUE]

    run(storage, scenario)


def test_a_secret_can_be_marked_as_deleted_on_a_full_disk(tmp_path: Path) -> None:
    """A row that becomes a little longer may be replaced; one that becomes much longer, or that is new, may not."""
    with small_disk(tmp_path / "disk", DISK_KIB) as disk:
        storage = store(disk.place, **OPTIONS)

        async def scenario() -> None:
            await storage.commit({}, {"about": bytes(300)}, {})
            await fill(storage)
            await storage.commit({}, {"about": bytes(330)}, {})
            await storage.commit({}, {"about": bytes(340), "row/0": None}, {"count": Add(1, 0, 9)})
            for writes in ({"about": VALUE + VALUE}, {"new": VALUE + VALUE}):
                with pytest.raises(StorageFull):
                    await storage.commit({}, writes, {})

        run(storage, scenario)


def test_the_reserve_is_given_up_in_parts(tmp_path: Path) -> None:
    """Whoever is first doesn't take what the next one needs; a half can be kept, and a whole one is laid in again."""
    ballast = Ballast(tmp_path, BALLAST_BYTES)
    assert ballast.restore()
    assert ballast.give_up()
    assert not ballast.present()
    assert BALLAST_BYTES // 2 < ballast.left_bytes() < BALLAST_BYTES
    while ballast.give_up(ballast.half_bytes):
        assert ballast.left_bytes() >= BALLAST_BYTES // 2
    assert ballast.left_bytes() == BALLAST_BYTES // 2
    while ballast.give_up():
        pass
    assert not (tmp_path / BALLAST).exists()
    assert ballast.restore()
    here = tmp_path.stat().st_dev
    assert not ballast.share(here + 1, rescue=True)
    while ballast.share(here, rescue=False):
        assert ballast.left_bytes() >= BALLAST_BYTES // 2
    assert ballast.share(here, rescue=True)
    assert ballast.left_bytes() < BALLAST_BYTES // 2
