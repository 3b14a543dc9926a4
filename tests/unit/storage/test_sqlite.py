"""What is particular to the SQLite store: its files, its faults, its upkeep."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import time
import unittest.mock
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import apsw
import pytest

from strongroom.lib.errors import CommitUnknown, StorageError, StorageFull
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Add, Revision, Storage
from strongroom.storage.sqlite import SqliteStorage
from strongroom.storage.sqlite.schema import APPLICATION_ID
from strongroom.storage.sqlite.write_ahead import READERS_MS
from tests.conformance.storage.processes import Link, worker
from tests.sim.clock import SetClock
from tests.sim.faulty_disk import FaultyDisk


def store(path: Path, **options: object) -> SqliteStorage:
    """A store whose upkeep runs only when asked to."""
    return SqliteStorage(path, SetClock(), SystemRandom(), **({"upkeep_interval_s": 3600.0} | options))  # type: ignore[arg-type]


def run(storage: SqliteStorage, scenario: Callable[[], Awaitable[None]]) -> None:
    """Run a scenario on a store."""

    async def main() -> None:
        await storage.start()
        try:
            await scenario()
        finally:
            await storage.close()

    asyncio.run(main())


def refusal(path: Path) -> StorageError:
    """The error that opening a store gives."""
    with pytest.raises(StorageError) as caught:
        asyncio.run(store(path).start())
    return caught.value


def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    """The directory is 0700 and every file in it 0600, SQLite's own included, whatever the umask."""
    storage = store(tmp_path / "new" / "store")

    async def scenario() -> None:
        await storage.commit({}, {"a": b""}, {})
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new" / "store").iterdir()}
        assert {"strongroom.db", "strongroom.db-wal", "strongroom.db-shm", "strongroom.ballast"} <= modes.keys()
        assert set(modes.values()) == {0o600}

    before = os.umask(0)
    try:
        run(storage, scenario)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new" / "store").stat().st_mode) == 0o700


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """A file that a newer version wrote is left alone, and the error says so."""
    run(store(tmp_path), lambda: asyncio.sleep(0))
    connection = sqlite3.connect(tmp_path / "strongroom.db")
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "newer" in refusal(tmp_path).text


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """Tables that aren't ours are never written to."""
    connection = sqlite3.connect(tmp_path / "strongroom.db")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    assert "another program" in refusal(tmp_path).text


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Text in the place of the database is an error, not an empty store."""
    (tmp_path / "strongroom.db").write_bytes(b"not a database" * 100)
    assert "not a database" in refusal(tmp_path).text


def test_a_path_that_is_no_directory_is_refused(tmp_path: Path) -> None:
    """The error names the path."""
    (tmp_path / "file").write_bytes(b"")
    assert str(tmp_path / "file") in refusal(tmp_path / "file").text


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions don't bind root")
def test_a_directory_without_permission_is_refused(tmp_path: Path) -> None:
    """The error names the path and the reason."""
    tmp_path.chmod(0o500)
    assert "Permission denied" in refusal(tmp_path).text


def test_revoking_works_on_a_full_disk(tmp_path: Path) -> None:
    """When the disk is full, growing is refused, removing and counting go on, and with room again all works."""
    with FaultyDisk("full", tmp_path) as disk:
        storage = store(tmp_path, vfs="full", ballast_bytes=1 << 20)

        async def scenario() -> None:
            await storage.commit({}, {f"token/{n}": bytes(1000) for n in range(200)}, {})
            disk.quota_bytes = disk.used_bytes() + 50_000
            refused = 0
            for number in range(100):
                try:
                    await storage.commit({}, {f"more/{number}": bytes(2000)}, {})
                except StorageFull:
                    refused += 1
            assert refused >= 75
            before = await storage.synced()
            for number in range(200):
                await storage.commit({}, {f"token/{number}": None}, {"revoked": Add(1, 0, 1000)})
            assert (await storage.list("token/")).names == []
            assert (await storage.synced()).number == before.number + 200
            with pytest.raises(StorageFull):
                await storage.commit({}, {"large": bytes(1 << 20)}, {})
            disk.quota_bytes = None
            await storage.upkeep()
            await storage.commit({}, {"small": b""}, {})
            assert (tmp_path / "strongroom.ballast").stat().st_size == 1 << 20

        run(storage, scenario)


def test_a_full_disk_refuses_only_what_grows(tmp_path: Path) -> None:
    """Of commits in one batch, those that grow are told the disk is full while the removal beside them succeeds."""
    with FaultyDisk("batch", tmp_path) as disk:
        storage = store(tmp_path, vfs="batch", ballast_bytes=1 << 20)

        async def scenario() -> None:
            await storage.commit({}, {"old": b""}, {})
            disk.quota_bytes = disk.used_bytes()
            answers = await asyncio.gather(
                storage.commit({}, {"new": bytes(100_000)}, {}),
                storage.commit({}, {"old": None}, {}),
                return_exceptions=True,
            )
            assert isinstance(answers[0], StorageFull)
            assert isinstance(answers[1], Revision)
            assert (await storage.get_many(["new", "old"])).entries == {}
            disk.quota_bytes = None

        run(storage, scenario)


def test_after_an_io_error_nothing_more_is_written(tmp_path: Path) -> None:
    """A failed sync leaves the commit in doubt and stops this process's writes; reading goes on; a restart heals."""
    with FaultyDisk("failing", tmp_path) as disk:
        storage = store(tmp_path, vfs="failing")

        async def scenario() -> None:
            kept = await storage.commit({}, {"a": b"1"}, {})
            assert await storage.upkeep()
            disk.syncs_fail = True
            with pytest.raises(CommitUnknown) as caught:
                await storage.commit({}, {"a": b"2"}, {})
            assert not await storage.committed(caught.value.revision_id)
            disk.syncs_fail = False
            with pytest.raises(StorageError) as refused:
                await storage.commit({}, {"a": b"3"}, {})
            assert "earlier error" in refused.value.detail
            assert not await storage.upkeep()
            assert await storage.synced() == kept
            entry = await storage.get("a")
            assert entry is not None and entry.value == b"1"

        run(storage, scenario)
        again = store(tmp_path, vfs="failing")

        async def healed() -> None:
            await again.commit({}, {"a": b"4"}, {})

        run(again, healed)


def test_nothing_is_acknowledged_once_another_file_lies_in_the_place(tmp_path: Path) -> None:
    """A backup that is copied back, or a folder that is removed, under a running store: no commit, and soon no read."""
    path = tmp_path / "store"
    storage = store(path, ballast_bytes=0)

    async def refused(words: str) -> None:
        with pytest.raises(StorageError) as caught:
            await storage.commit({}, {"b": b"2"}, {})
        assert words in caught.value.detail
        with pytest.raises(StorageError):
            await storage.upkeep()
        with pytest.raises(StorageError):
            await storage.get("a")

    async def scenario() -> None:
        await storage.commit({}, {"a": b"1"}, {})
        path.rename(tmp_path / "moved")
        await refused("replaced or removed")
        (tmp_path / "moved").rename(path)
        await storage.upkeep()
        assert (entry := await storage.get("a")) is not None and entry.value == b"1"
        await storage.commit({}, {"a": b"3"}, {})
        (path / "copy").write_bytes((path / "strongroom.db").read_bytes())
        (path / "copy").rename(path / "strongroom.db")
        await refused("stop the server before you restore it")

    run(storage, scenario)


def test_one_of_several_does_the_upkeep(tmp_path: Path) -> None:
    """Of two stores on one directory one is elected, and the other takes over when it is gone."""
    one, two = store(tmp_path), store(tmp_path)

    async def scenario() -> None:
        await two.start()
        try:
            assert await one.upkeep()
            assert not await two.upkeep()
            await one.close()
            assert await two.upkeep()
        finally:
            await two.close()

    run(one, scenario)


def test_the_log_and_the_feed_stay_short(tmp_path: Path) -> None:
    """Checkpoints keep the log's length bounded, and the feed its newest commits alone."""
    storage = store(tmp_path, checkpoint_bytes=50_000, log_bytes=200_000, feed_commits=20)

    async def scenario() -> None:
        oldest = await storage.commit({}, {"a": b""}, {})
        longest = 0
        for number in range(60):
            await asyncio.gather(*(storage.commit({}, {f"k/{number}/{n}": bytes(500)}, {}) for n in range(10)))
            await storage.upkeep()
            longest = max(longest, (tmp_path / "strongroom.db-wal").stat().st_size)
        assert longest < 400_000
        newest = await storage.synced()
        assert not await storage.committed(oldest.id)
        assert await storage.committed(newest.id)
        connection = sqlite3.connect(tmp_path / "strongroom.db")
        assert connection.execute("SELECT count(*) FROM feed").fetchone() == (20,)
        connection.close()

    run(storage, scenario)


def test_a_long_log_begins_again_and_is_given_back_when_nobody_writes(tmp_path: Path) -> None:
    """Writers who never pause don't make the log longer than its bound, and when they do, its space is freed."""
    storage = store(tmp_path, checkpoint_bytes=1000, log_bytes=500_000)

    async def scenario() -> None:
        log = tmp_path / "strongroom.db-wal"
        lengths = []
        for number in range(20):
            await storage.commit({}, {"a": bytes([number]) * 300_000}, {})
            await storage.upkeep()
            lengths.append(log.stat().st_size)
        assert 300_000 < max(lengths) < 1_000_000
        assert min(lengths) == lengths[0]  # its length stays, because it is overwritten
        await storage.upkeep()
        assert log.stat().st_size == 0
        await storage.commit({}, {"c": b""}, {})
        assert (await storage.list("")).names == ["a", "c"]

    run(storage, scenario)


def test_writers_do_not_wait_for_an_old_reader(tmp_path: Path) -> None:
    """While a reader needs old pages, the log can't begin again: it grows, and the lock of writers stays free."""
    storage = store(tmp_path, checkpoint_bytes=1000, log_bytes=100_000)

    async def scenario() -> None:
        await storage.commit({}, {"a": b""}, {})
        reader = apsw.Connection(str(tmp_path / "strongroom.db"))  # the same library, for locks within a process
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM feed").fetchall()
        held = 0
        hold = storage._writer.hold  # type: ignore[union-attr]

        def counted() -> object:
            nonlocal held
            held += 1
            return hold()

        with unittest.mock.patch.object(storage._writer, "hold", counted):
            for number in range(3):
                await storage.commit({}, {"b": bytes([number]) * 200_000}, {})
                await storage.upkeep()
            assert held == 3  # to prune the feed only
            reader.close()
            await storage.upkeep()
            assert held == 5

    run(storage, scenario)


def test_writers_hardly_wait_for_a_young_reader(tmp_path: Path) -> None:
    """He needs no page that isn't copied yet, but the log can't begin again: the writers' lock is free soon."""
    storage = store(tmp_path, checkpoint_bytes=1000)

    async def scenario() -> None:
        await storage.commit({}, {"a": bytes(100_000)}, {})
        reader = apsw.Connection(str(tmp_path / "strongroom.db"))  # the same library, for locks within a process
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM feed").fetchall()
        await storage.upkeep()
        waited = 0

        def wait(_: int) -> bool:
            nonlocal waited
            waited += 1
            return False

        upkeep = storage._upkeep
        assert upkeep is not None
        patience = upkeep._connection.execute("PRAGMA busy_timeout").fetchall()
        assert patience == [(READERS_MS,)]
        upkeep._connection.set_busy_handler(wait)
        await storage.upkeep()
        assert waited > 0
        reader.close()

    run(storage, scenario)


def test_listing_a_folder_does_not_step_through_what_is_below(tmp_path: Path) -> None:
    """Naming two folders with fifty thousand keys below costs about as much as naming two with one key each."""
    storage = store(tmp_path)

    async def scenario() -> None:
        for part in range(13):
            await storage.commit({}, {f"big/{n % 2}/{part}/{n}": b"" for n in range(4000)}, {})
        steps = 0

        def count() -> bool:
            nonlocal steps
            steps += 1
            return False

        assert storage._reader is not None
        storage._reader._connection.set_progress_handler(count, 10)
        assert (await storage.list("big/")).names == ["0/", "1/"]
        assert steps < 50

    run(storage, scenario)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_refuses_and_holds_no_lock(tmp_path: Path) -> None:
    """In a child that inherited a store every call is an error, and the parent's locks are not kept by it."""
    storage = store(tmp_path)

    async def scenario() -> None:
        reading, writing = os.pipe()
        async with storage.exclusive(1.0):
            child = os.fork()
            if child == 0:
                try:
                    storage.get("a").send(None)
                except StorageError:
                    os.read(reading, 1)
                    os._exit(7)
                os._exit(1)
        await storage.close()
        other = store(tmp_path)
        await other.start()
        async with asyncio.timeout(30):
            await other.commit({}, {"a": b""}, {})
        await other.close()
        os.write(writing, b"x")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        os.close(reading)
        os.close(writing)

    run(storage, scenario)


async def hold_and_fork(storage: Storage, link: Link) -> None:
    """Hold the store exclusively, have a child that outlives us, and wait to be killed."""
    async with storage.exclusive(1.0):
        if os.fork() == 0:
            time.sleep(8)
            os._exit(0)
        link.send("held")
        await link.receive()


def test_a_surviving_child_keeps_no_lock(tmp_path: Path) -> None:
    """When a process is killed while it holds the lock, a child that it had forked doesn't hold it on."""
    storage = store(tmp_path)

    async def scenario() -> None:
        with worker(partial(store, tmp_path), hold_and_fork) as other:
            assert await other.link.receive() == "held"
            other.kill()
            async with asyncio.timeout(4):
                await storage.commit({}, {"a": b""}, {})

    run(storage, scenario)


def test_others_are_served_during_a_long_listing_and_it_is_of_one_revision(tmp_path: Path) -> None:
    """Names that are always written together are found together, whatever is committed meanwhile."""
    storage = store(tmp_path)
    count = 4000

    async def scenario() -> None:
        names = [f"{number:05}" for number in range(count)]
        await storage.commit({}, {f"x/{name}": b"" for name in names}, {})
        commits = served = 0
        done = False

        async def write() -> None:
            nonlocal commits
            while not done:
                pair = {f"x/{commits:05}a": b"", f"x/{count - 1 - commits:05}b": b""}
                await storage.commit({}, pair, {})
                commits += 1

        async def others() -> None:
            nonlocal served
            while not done:
                served += 1
                await asyncio.sleep(0)

        beside = [asyncio.create_task(write()), asyncio.create_task(others())]
        while commits < 100:
            before = served
            found = (await (storage.list if commits % 2 else storage.scan)("x/")).names
            assert served > before + 1
            firsts = {int(name[:5]) for name in found if name.endswith("a")}
            assert firsts == {count - 1 - int(name[:5]) for name in found if name.endswith("b")}
            assert [name for name in found if len(name) == 5] == names
        done = True
        await asyncio.gather(*beside)
        found = (await storage.list("x/")).names
        at = found.index("01500")
        assert (await storage.list("x/", "01500", 1200)).names == found[at + 1 : at + 1201]

    run(storage, scenario)
