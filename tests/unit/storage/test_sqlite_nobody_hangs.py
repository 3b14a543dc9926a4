"""Whatever fails or hangs around a commit, whoever waits for it is told, and the next one has a chance of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import apsw
import pytest

from strongroom.lib.errors import CommitUnknown, StorageError
from strongroom.storage.operations import Commit
from tests.unit.storage.test_sqlite_writer import PATIENCE_S, Bench, on_bench

SHORT_S = 0.05
UNEXPECTED = [RuntimeError("can't start new thread"), MemoryError(), ValueError("closed file"), KeyError("?")]


@pytest.mark.parametrize("error", UNEXPECTED, ids=repr)
@pytest.mark.parametrize("fails", ["at once", "waiting"])
def test_no_exception_around_the_lock_leaves_requests_hanging(tmp_path: Path, fails: str, error: Exception) -> None:
    """Not only what the kernel says: any exception answers all who wait, and the next commit takes the lock."""

    async def scenario(bench: Bench) -> None:
        bench.lock.fails, bench.lock.error = fails, error
        with bench.elsewhere():
            answers = await asyncio.gather(bench.put("a"), bench.put("b"), return_exceptions=True)
        assert [type(answer) for answer in answers] == [StorageError, StorageError]
        bench.lock.fails = ""
        await bench.put("after")
        assert bench.names() == ["after"]

    on_bench(tmp_path, scenario)


def test_a_lock_that_can_not_be_given_back_ends_nothing(tmp_path: Path) -> None:
    """The commit before it is answered, and later ones go on."""

    async def scenario(bench: Bench) -> None:
        bench.lock.release_fails = True
        await bench.put("before")
        await bench.put("after")
        assert bench.names() == ["after", "before"]

    on_bench(tmp_path, scenario)


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), *UNEXPECTED], ids=repr)
def test_no_exception_beside_the_database_leaves_requests_hanging(tmp_path: Path, error: Exception) -> None:
    """A directory that can't be looked at any more, or a fault of ours, is an error of the store for all who wait."""

    async def scenario(bench: Bench) -> None:
        bench.ballast.error = error
        answers = await asyncio.gather(bench.put("a"), bench.put("b"), return_exceptions=True)
        assert [type(answer) for answer in answers] == [StorageError, StorageError]
        with pytest.raises(StorageError):
            async with asyncio.timeout(PATIENCE_S), bench.writer.hold():
                await bench.writer.run_held(_operation())
        bench.ballast.error = None
        await bench.put("after")
        assert bench.names() == ["after"]

    on_bench(tmp_path, scenario)


def test_a_lock_that_nobody_gives_back_is_told(tmp_path: Path) -> None:
    """Another process that was stopped while it held the lock keeps nobody waiting; with the lock free all goes on."""

    async def scenario(bench: Bench) -> None:
        with bench.elsewhere():
            answers = await asyncio.gather(bench.put("a"), bench.put("b"), return_exceptions=True)
            assert [type(answer) for answer in answers] == [StorageError, StorageError]
            assert "another process" in bench.writer.trouble
        await bench.put("after")
        assert bench.names() == ["after"]
        assert not bench.writer.trouble

    on_bench(tmp_path, scenario, SHORT_S)


@pytest.mark.parametrize("end", ["", "waiting"], ids=["the lock", "an error"])
def test_a_wait_that_is_over_is_told_no_more(tmp_path: Path, end: str) -> None:
    """Whatever ends it, and without any later commit: nobody sends one to a node that says it can't write."""

    async def scenario(bench: Bench) -> None:
        with bench.elsewhere():
            with pytest.raises(StorageError):
                await bench.put("a")
            assert "another process" in bench.writer.trouble
            bench.lock.fails = end
        async with asyncio.timeout(PATIENCE_S):
            while bench.writer.trouble:
                await asyncio.sleep(0.01)
        assert bench.names() == []
        bench.lock.fails = ""
        await bench.put("after")
        assert bench.names() == ["after"]

    on_bench(tmp_path, scenario, SHORT_S)


def test_a_disk_that_hangs_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    """Who waits for a COMMIT that doesn't end is told that it may take effect; who comes later, that nothing does."""

    async def scenario(bench: Bench) -> None:
        bench.connection.stalled = "COMMIT"
        first = asyncio.create_task(bench.put("a"))
        assert await asyncio.to_thread(bench.connection.reached.wait, PATIENCE_S)
        with pytest.raises(CommitUnknown) as unknown:
            await first
        with pytest.raises(StorageError) as refused:
            await bench.put("b")
        assert not isinstance(refused.value, CommitUnknown)
        assert "disk" in bench.writer.trouble
        bench.connection.stalled = ""
        bench.connection.released.set()
        await bench.put("after")
        assert bench.names() == ["a", "after"]
        assert unknown.value.revision_id in {row[0] for row in bench.connection.execute("SELECT id FROM feed")}

    on_bench(tmp_path, scenario, SHORT_S)


def test_another_program_that_locks_the_database_does_not_hold_up_the_loop(tmp_path: Path) -> None:
    """Waiting for it is the thread's; it is an error of the store when it takes too long, and the loop goes on."""

    async def scenario(bench: Bench) -> None:
        foreign = apsw.Connection(str(tmp_path / "strongroom.db"))
        foreign.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(bench.put("a"))
        turns = 0
        while not waiting.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 100
        with pytest.raises(StorageError):
            await waiting
        foreign.execute("ROLLBACK")
        foreign.close()
        await bench.put("after")
        assert bench.names() == ["after"]

    on_bench(tmp_path, scenario)


def _operation() -> Commit:
    return Commit({}, {"held": b""}, {})
