"""Group commit when a decision has a fault, a rollback fails, or the feed can't be pruned."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from strongroom.lib.errors import CommitUnknown, StorageError
from strongroom.storage.batch import State
from strongroom.storage.operations import Commit
from tests.unit.storage.test_sqlite_writer import PATIENCE_S, Bench, on_bench


class Faulty(Commit):
    """A commit whose decision has a fault."""

    __slots__ = ()

    def settle(self, state: State) -> Mapping[str, bytes | None]:
        """Fail as nobody expects."""
        raise ZeroDivisionError


async def together(bench: Bench, *operations: Commit) -> list[object]:
    """What becomes of operations that come while another process commits: they are one batch."""
    with bench.elsewhere():
        waiting = [asyncio.create_task(bench.writer.run(operation)) for operation in operations]
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        return list(await asyncio.gather(*waiting, return_exceptions=True))


def test_a_fault_in_a_decision_commits_nothing_and_ends_nothing(tmp_path: Path) -> None:
    """Everybody of the batch is told, no row is kept, and later commits go on."""

    async def scenario(bench: Bench) -> None:
        await bench.put("before")
        answers = await together(bench, Commit({}, {"a": b""}, {}), Faulty({}, {"b": b""}, {}))
        assert [type(answer) for answer in answers] == [StorageError, StorageError]
        assert all(answer.detail.startswith("ZeroDivisionError at ") for answer in answers)
        assert bench.names() == ["before"]
        assert not bench.connection.in_transaction
        assert not bench.writer.broken
        await bench.put("after")
        assert bench.names() == ["after", "before"]

    on_bench(tmp_path, scenario)


def test_after_a_rollback_that_failed_nothing_is_written(tmp_path: Path) -> None:
    """What is still open would be committed with whatever comes next."""

    async def scenario(bench: Bench) -> None:
        bench.connection.failing = "ROLLBACK"
        answers = await together(bench, Commit({}, {"a": b""}, {}), Faulty({}, {"b": b""}, {}))
        assert [type(answer) for answer in answers] == [StorageError, StorageError]
        assert bench.writer.broken
        bench.connection.failing = ""
        bench.connection.execute("ROLLBACK")
        with pytest.raises(StorageError) as refused:
            await bench.put("after")
        assert "a rollback failed" in str(refused.value.detail)
        assert bench.names() == []

    on_bench(tmp_path, scenario)


def test_after_an_error_of_the_disk_the_reason_is_told(tmp_path: Path) -> None:
    """To whoever comes later; whose COMMIT failed is told that it may have come about."""

    async def scenario(bench: Bench) -> None:
        bench.connection.failing = "COMMIT"
        answers = await together(bench, Commit({}, {"a": b""}, {}), Commit({"none": 7}, {"b": b""}, {}))
        first, second = answers
        assert isinstance(first, CommitUnknown)
        assert first.revision_id
        assert first.detail == "the disk failed"
        assert type(second).__name__ == "Conflict"
        bench.connection.failing = ""
        with pytest.raises(StorageError) as refused:
            await bench.put("after")
        assert refused.value.detail == "refused since an earlier error: the disk failed"
        assert bench.names() == []

    on_bench(tmp_path, scenario)


def feed(bench: Bench) -> list[int]:
    """The numbers of the feed's rows."""
    return [int(str(row[0])) for row in bench.connection.execute("SELECT number FROM feed ORDER BY number")]


def test_the_feed_is_pruned_from_its_old_end(tmp_path: Path) -> None:
    """So many rows at a time, and never the newest that are to stay."""

    async def scenario(bench: Bench) -> None:
        for number in range(10):
            await bench.put(f"row-{number}")
        last = feed(bench)[-1]
        before = len(feed(bench))

        async def prune(rows: int, keep: int) -> int:
            async with bench.writer.hold(PATIENCE_S):
                return await bench.writer.prune_held(rows, keep)

        assert await prune(3, 4) == 3
        assert len(feed(bench)) == before - 3
        assert await prune(100, 4) == before - 3 - 4
        assert feed(bench) == [last - 3, last - 2, last - 1, last]
        assert await prune(100, 4) == 0
        assert await prune(100, 9) == 0
        assert feed(bench) == [last - 3, last - 2, last - 1, last]
        await bench.put("after")
        assert feed(bench)[-1] == last + 1

    on_bench(tmp_path, scenario)


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "COMMIT"])
def test_a_disk_that_fails_while_the_feed_is_pruned_is_written_to_no_more(tmp_path: Path, statement: str) -> None:
    """It is an error of the store, the feed is as before, and later there is nothing to prune."""

    async def scenario(bench: Bench) -> None:
        for number in range(5):
            await bench.put(f"row-{number}")
        before = feed(bench)
        bench.connection.failing = statement
        with pytest.raises(StorageError) as failed:
            async with bench.writer.hold(PATIENCE_S):
                await bench.writer.prune_held(2, 1)
        assert failed.value.detail == "pruning the feed: IOError: the disk failed"
        bench.connection.failing = ""
        assert bench.writer.broken
        assert not bench.connection.in_transaction
        async with bench.writer.hold(PATIENCE_S):
            assert await bench.writer.prune_held(2, 1) == 0
        assert feed(bench) == before

    on_bench(tmp_path, scenario)
